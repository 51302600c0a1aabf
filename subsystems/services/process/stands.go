package process

import (
	"bytes"
	"encoding/json"
	"math"

	"praya/kernel/fault"
	"praya/kernel/when"
)

// maxVars bounds what an instance remembers.
const maxVars = 256 << 10

// stands is where an instance stands: what it knows, its tokens, and what they wait for.
type stands struct {
	Vars   map[string]any    `json:"vars"`
	Tokens []*token          `json:"tokens,omitempty"`
	Waits  []*wait           `json:"waits,omitempty"`
	Next   int               `json:"next"`             // number of the next token or wait
	Steps  int64             `json:"steps"`            // rows of history
	By     map[string]string `json:"by,omitempty"`     // who did the task of a node last, for four eyes
	Caller *caller           `json:"caller,omitempty"` // whose callActivity this instance is
	Depth  int               `json:"depth,omitempty"`  // how many instances led to this one
}

// token stands at a node.
type token struct {
	ID     int    `json:"id"`
	Node   string `json:"node"`
	Scope  int    `json:"scope,omitempty"`  // the token that stands at the sub-process around this one
	Flow   string `json:"flow,omitempty"`   // by which it came
	Parked bool   `json:"parked,omitempty"` // at a join, for the others
	Stuck  string `json:"stuck,omitempty"`  // why it can't go on: a key of the words
	Leaves bool   `json:"leaves,omitempty"` // what the node does is done; only the way out is open
}

// WaitKind is what a token stands still for.
type WaitKind string

// The kinds of waits.
const (
	ForTask    WaitKind = "task"
	ForTimer   WaitKind = "timer"
	ForMessage WaitKind = "message"
	ForJob     WaitKind = "job"
	ForCall    WaitKind = "call"
)

// wait is what a token stands still for: its node's own, or an event that may happen meanwhile.
type wait struct {
	ID    int          `json:"id"`
	Token int          `json:"token"`
	Node  string       `json:"node"` // where the token goes on when it comes
	Kind  WaitKind     `json:"kind"`
	Name  string       `json:"name,omitempty"` // of the message
	Until when.Instant `json:"until,omitzero"`
	Row   string       `json:"row,omitempty"` // id of the task, job or instance

	fresh bool // of this transaction: nothing of it is in the store yet
}

// caller is who waits for an instance to end.
type caller struct {
	Instance string `json:"instance"`
	Wait     int    `json:"wait"`
}

func (s *stands) number() int {
	s.Next++
	return s.Next
}

func (s *stands) token(id int) *token {
	for _, t := range s.Tokens {
		if t.ID == id {
			return t
		}
	}
	return nil
}

func (s *stands) wait(id int) *wait {
	for _, w := range s.Waits {
		if w.ID == id {
			return w
		}
	}
	return nil
}

// stuck is why the first of the tokens that can't go on can't.
func (s *stands) stuck() string {
	for _, t := range s.Tokens {
		if t.Stuck != "" {
			return t.Stuck
		}
	}
	return ""
}

func (s *stands) encode() ([]byte, error) {
	raw, err := json.Marshal(s)
	if err == nil && len(raw) > maxVars {
		return nil, fault.New(fault.Invalid, "process.failed.too-much")
	}
	return raw, err
}

func decodeStands(raw []byte) (*stands, error) {
	s := &stands{}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(s); err != nil {
		return nil, err
	}
	vars, err := clean(s.Vars)
	s.Vars = vars
	return s, err
}

// clean gives values as they will be read again: what JSON knows, and whole numbers as such, so
// that an expression gives the same before and after they were stored.
func clean(vars map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(vars))
	for k, v := range vars {
		x, err := cleanValue(v)
		if err != nil {
			return nil, err
		}
		out[k] = x
	}
	return out, nil
}

func cleanValue(v any) (any, error) {
	switch x := v.(type) {
	case nil, bool, string, int64:
		return x, nil
	case int:
		return int64(x), nil
	case float64:
		return whole(x), nil
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return n, nil
		}
		f, err := x.Float64()
		return whole(f), err
	case map[string]any:
		return clean(x)
	case []any:
		out := make([]any, len(x))
		for i := range x {
			var err error
			if out[i], err = cleanValue(x[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var again any
	if err := d.Decode(&again); err != nil {
		return nil, err
	}
	return cleanValue(again)
}

// whole makes an int64 of a number without a fraction that a float64 holds exactly.
func whole(x float64) any {
	const exact = 1 << 53
	if x == math.Trunc(x) && math.Abs(x) < exact {
		return int64(x)
	}
	return x
}
