package process

import (
	"crypto/sha256"
	"encoding/hex"

	"praya/kernel/lang"
	"praya/subsystems/services/rule"
)

// Model is a definition that has been read: nodes and flows, and what they evaluate. It does
// not change, and is safe for concurrent use.
type Model struct {
	Process string // id of the process
	Name    lang.Text
	Nodes   map[string]*Node
	Order   []string // of the nodes, as in the XML

	scopes   map[string]*scope // by id of the sub-process; "" is the process
	flows    map[string]*Flow
	declared []string // names of variables, where the process lists them
	given    bool     // it does
	raw      []byte
	digest   string
	pictured bool // it has a diagram
	problems []Problem
}

// scope is what stands directly in a process or sub-process.
type scope struct {
	id     string
	starts []*Node
	nodes  []*Node
}

// Node is a node of a process.
type Node struct {
	ID     string
	Kind   Kind
	Name   lang.Text
	Parent string // the sub-process that it stands in, or empty
	In     []*Flow
	Out    []*Flow

	Trigger    Trigger
	Message    string // name of the message that it waits for
	Error      string // code that an end throws or a boundary takes; empty takes all
	Timer      Timer
	AttachedTo string
	Interrupts bool

	Role, Form, Reasons string
	Decisions           []string
	Due                 int // working days; 0 for none
	FourEyes            string

	Operation string
	Job       bool // runs as a job, not in the caller's transaction
	Input     []Pair
	Set       []Pair
	Decision  string
	Called    string // key of the definition that a callActivity runs

	boundaries []*Node
	defaultTo  string
}

// Flow is a sequence flow.
type Flow struct {
	ID        string
	From, To  string
	Condition string
	Default   bool

	rule *rule.Rule
}

// Pair is a name and the expression that gives its value.
type Pair struct {
	Name, Text string

	rule *rule.Rule
}

// XML is the definition: as it came in when that has a diagram, else with one laid out.
func (m *Model) XML() []byte {
	if m.pictured {
		return m.raw
	}
	return withDiagram(m)
}

func digestOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Problem is what keeps a definition from running, and where.
type Problem struct {
	Element string
	Key     string // of the words
	Args    map[string]string
}

func problem(element, key string, args ...string) Problem {
	p := Problem{Element: element, Key: "process.problem." + key, Args: map[string]string{"element": element}}
	for i := 0; i+1 < len(args); i += 2 {
		p.Args[args[i]] = args[i+1]
	}
	return p
}

func (m *Model) complain(element, key string, args ...string) {
	m.problems = append(m.problems, problem(element, key, args...))
}
