package votes

import (
	"encoding/json"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/kernel/who"
)

// RequestID names a request.
type RequestID string

// State is where a request stands.
type State string

// The states of a request.
const (
	Pending  State = "pending"
	Approved State = "approved"
	Refused  State = "refused"
)

// RequestKind says what is asked for.
type RequestKind string

// The kinds of request.
const (
	AskPayments   RequestKind = "payments"
	AskReversal   RequestKind = "reversal"
	AskVirement   RequestKind = "virement"
	AskSupplement RequestKind = "supplement"
	AskItem       RequestKind = "item"
	AskEstimate   RequestKind = "estimate"
	AskPosts      RequestKind = "posts"
	AskRefund     RequestKind = "refund"
)

// byRule stands for the second officer where the rules ask for none.
const byRule = "rule"

// Request is a change that somebody asks for, and what became of it.
type Request struct {
	ID        RequestID
	Head      string
	Year      string
	Kind      RequestKind
	Body      json.RawMessage
	Reason    string
	By        string // the officer's id
	At        when.Instant
	State     State
	Decider   string
	DecidedAt when.Instant
	Decision  string
	Version   int64
}

// Asked is the body of a request: one of the types below.
type Asked interface{ kind() RequestKind }

// Place is a line that provision stands on.
type Place struct {
	Subhead   string `json:"subhead"`
	Component string `json:"component,omitempty"`
}

func (p Place) String() string {
	if p.Component == "" {
		return p.Subhead
	}
	return p.Subhead + "/" + p.Component
}

// Payment is money paid out of a line.
type Payment struct {
	Day       when.Day `json:"day"`
	Subhead   string   `json:"subhead"`
	Component string   `json:"component,omitempty"`
	Item      string   `json:"item,omitempty"`
	Cents     Cents    `json:"dollars"`
	Text      string   `json:"text"`
	Reference string   `json:"reference,omitempty"`
}

// Payments are posted together or not at all.
type Payments struct {
	Payments []Payment `json:"payments"`
}

// Reversal undoes a payment by an entry of its own.
type Reversal struct {
	Entry EntryID  `json:"entry"`
	Day   when.Day `json:"day"`
}

// Virement moves provision of a year from one line to another.
type Virement struct {
	Day   when.Day `json:"day"`
	From  Place    `json:"from"`
	To    Place    `json:"to"`
	Cents Cents    `json:"dollars"`
}

// Supplement adds to a line's provision of a year, or to what is approved for an item.
type Supplement struct {
	Day       when.Day `json:"day"`
	To        Place    `json:"to"`
	Item      string   `json:"item,omitempty"`
	Cents     Cents    `json:"dollars"`
	Authority string   `json:"authority"` // of the Legislative Council's Finance Committee, say
}

// NewItem opens an item under a subhead.
type NewItem struct {
	Day       when.Day  `json:"day"`
	Code      string    `json:"code"`
	Subhead   string    `json:"subhead"`
	Name      lang.Text `json:"name"`
	Note      lang.Text `json:"note"`
	Cents     Cents     `json:"dollars"`
	Authority string    `json:"authority"`
	Supplier  string    `json:"supplier,omitempty"` // where it is known already
}

// EstimateChange sets a figure of a line. Of a programme it is in thousands too. Was is the
// figure that the asker saw.
type EstimateChange struct {
	Kind        LineKind       `json:"kind"`
	Code        string         `json:"code"`
	Year        string         `json:"year"` // that the figure is of
	Phase       Phase          `json:"phase"`
	Thousands   money.Decimal  `json:"thousands"`
	Was         *money.Decimal `json:"was"`
	Explanation string         `json:"explanation,omitempty"`
}

// PostChanges are decided together or not at all.
type PostChanges struct {
	Changes []PostChange `json:"changes"`
}

func (Payments) kind() RequestKind       { return AskPayments }
func (Reversal) kind() RequestKind       { return AskReversal }
func (Virement) kind() RequestKind       { return AskVirement }
func (Supplement) kind() RequestKind     { return AskSupplement }
func (NewItem) kind() RequestKind        { return AskItem }
func (EstimateChange) kind() RequestKind { return AskEstimate }
func (PostChanges) kind() RequestKind    { return AskPosts }

// Asked reads what a request asks for.
func (r Request) Asked() (Asked, error) {
	switch r.Kind {
	case AskPayments:
		return read[Payments](r.Body)
	case AskReversal:
		return read[Reversal](r.Body)
	case AskVirement:
		return read[Virement](r.Body)
	case AskSupplement:
		return read[Supplement](r.Body)
	case AskItem:
		return read[NewItem](r.Body)
	case AskEstimate:
		return read[EstimateChange](r.Body)
	case AskPosts:
		return read[PostChanges](r.Body)
	case AskRefund:
		return read[Refund](r.Body)
	}
	return nil, fault.New(fault.Invalid, "votes.fault.kind")
}

func read[T Asked](body []byte) (Asked, error) {
	var v T
	err := json.Unmarshal(body, &v)
	return v, err
}

// person is how this folder knows an actor again: an officer by the directory's id, whatever
// account the session is of.
func person(a who.Actor) string {
	if a.Kind == who.Officer && a.Duty.Officer != "" {
		return a.Duty.Officer
	}
	return string(a.Kind) + ":" + a.ID
}

// mayDecide is the rule of four eyes, which no policy overrides.
func (r Request) mayDecide(a who.Actor) error {
	if r.By == person(a) {
		return fault.New(fault.Forbidden, "votes.fault.four-eyes")
	}
	return nil
}

// wrong is a fault about one field.
func wrong(field, key string) error {
	return fault.New(fault.Invalid, "votes.fault.invalid").At(field, key)
}
