package cases

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
)

// CaseID names a case in the store. People say its reference.
type CaseID string

// Kind is what a person wants.
type Kind string

// The kinds.
const (
	Enquiry    Kind = "enquiry"
	Complaint  Kind = "complaint"
	Request    Kind = "request"
	Suggestion Kind = "suggestion"
	Compliment Kind = "compliment"
)

// Kinds lists them in the order in which people are asked.
func Kinds() []Kind { return []Kind{Enquiry, Complaint, Request, Suggestion, Compliment} }

// State is how a case stands.
type State string

// The states. All but the last two are open.
const (
	Fresh     State = "new"       // nobody was asked yet
	Referred  State = "referred"  // departments have it
	Escalated State = "escalated" // somebody of the centre must decide
	Replied   State = "replied"   // a reply waits to be passed on
	Answered  State = "answered"  // the person was answered; nothing is outstanding
	Closed    State = "closed"
	Merged    State = "merged" // goes on in another case
)

// Open reports whether a case still needs somebody.
func (s State) Open() bool { return s != Closed && s != Merged }

// Outcome is how a case ended.
type Outcome string

// The outcomes.
const (
	Resolved  Outcome = "resolved"
	Informed  Outcome = "informed"  // answered, nothing had to be done
	Declined  Outcome = "declined"  // a department said no, with its reason
	Dropped   Outcome = "withdrawn" // by the person
	Unfounded Outcome = "unfounded"
)

// Outcomes lists them.
func Outcomes() []Outcome { return []Outcome{Resolved, Informed, Declined, Dropped, Unfounded} }

// Urgency is how soon a case needs somebody.
type Urgency string

// The urgencies; empty while nobody said.
const (
	Urgent Urgency = "urgent" // somebody may come to harm, or it grows worse by the hour
	Usual  Urgency = "usual"
)

// Urgencies lists them.
func Urgencies() []Urgency { return []Urgency{Usual, Urgent} }

// Contact is how a person is reached.
type Contact struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
	Mail  string `json:"mail,omitempty"`
	// Address is where letters go: its lines.
	Address string `json:"address,omitempty"`
}

// Empty reports whether there is nothing.
func (c Contact) Empty() bool { return c == Contact{} }

// Where is a place: a point, or words, or a district alone.
type Where struct {
	Lat      float64 `json:"lat,omitempty"`
	Lon      float64 `json:"lon,omitempty"`
	District string  `json:"district,omitempty"`
	Address  string  `json:"address,omitempty"`
}

// Point reports whether a place has coordinates.
func (w *Where) Point() bool { return w != nil && (w.Lat != 0 || w.Lon != 0) }

// New is what somebody brings.
type New struct {
	Kind      Kind
	Channel   string
	Language  lang.Lang
	Title     string
	Text      string
	Contact   Contact
	Anonymous bool
	Account   string
	Call      string
	Where     *Where
	// Department is the lead when it is known: the case is referred to it at once.
	Department string
	Files      []FileRef
	Service    string // code of the centre's service, as Open311 lists it
	Attributes map[string][]string
	MailID     string // Message-ID of the mail that it came by
	Received   when.Day
	Urgency    Urgency
	By         string // who took it in: an account, or Person
}

// Case is what a person told, and how it stands.
type Case struct {
	ID         CaseID
	Reference  string
	Kind       Kind
	State      State
	Channel    string
	Language   lang.Lang
	Service    string
	Department string // the lead; empty for none yet
	Level      int    // who decides next; 0: nobody must
	Anonymous  bool
	Account    string
	Call       string
	Holder     string // the agent who looks after it
	District   string
	Public     bool // its service, place, day and state may be shown to everybody
	Photo      string
	Urgency    Urgency
	Late       int // how often the clock of referring ran over
	Outcome    Outcome
	Rating     int
	MergedInto CaseID
	ReferDue   when.Instant
	Received   when.Day
	OpenedAt   when.Instant
	ChangedAt  when.Instant
	AnsweredAt when.Instant
	ClosedAt   when.Instant
	Version    int64

	// Sealed in the store.
	Title      string
	Text       string
	Where      *Where
	Attributes map[string][]string
	Draft      string // of an answer that waits for other eyes
	DraftBy    string

	was             State // as the store has it
	messages, steps int64
	sealedWords     []byte
	sealedContact   []byte
	sealedDraft     []byte
	codeHash        []byte
	chaseAt         when.Instant
}

// Filed reports whether an agent took the case in, who spoke or read with its person: by telephone, at a
// counter, by letter.
func (c Case) Filed() bool {
	return slices.Contains([]string{"phone", "counter", "letter"}, c.Channel)
}

// Bounds of what people write.
const (
	MaxTitle   = 150
	MaxText    = 5000
	MaxAddress = 300
	maxName    = 100
	maxFiles   = 6
)

var (
	channelForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,19}$`)
	codeForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)
	mailForm    = regexp.MustCompile(`^[^\s@<>"(),:;\\\[\]]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$`)
	phoneForm   = regexp.MustCompile(`^\+?[0-9]{6,15}$`)
)

// check says what is wrong with what somebody brings.
func (n *New) check() error {
	n.Title, n.Text = tidy(n.Title), tidy(n.Text)
	n.Contact = n.Contact.tidied()
	bad := fault.New(fault.Invalid, "cases.fault.new")
	wrong := false
	need := func(ok bool, field, key string) {
		if !ok {
			wrong = true
			bad = bad.At(field, "cases.wrong."+key)
		}
	}
	need(slices.Contains(Kinds(), n.Kind), "kind", "kind")
	need(n.Urgency == "" || slices.Contains(Urgencies(), n.Urgency), "urgency", "urgency")
	need(channelForm.MatchString(n.Channel), "channel", "channel")
	_, known := lang.Parse(string(n.Language))
	need(known, "language", "language")
	need(n.Text != "" && size(n.Text) <= MaxText, "text", "text")
	need(size(n.Title) <= MaxTitle, "title", "title")
	need(len(n.Files) <= maxFiles, "files", "files")
	need(n.Service == "" || codeForm.MatchString(n.Service), "service", "service")
	need(len(n.Account) <= 200 && len(n.Call) <= 200 && len(n.MailID) <= 998, "account", "channel")
	n.Contact.check(need)
	if n.Where != nil {
		w := *n.Where
		w.Address = tidy(w.Address)
		need(size(w.Address) <= MaxAddress, "address", "address")
		need(w.District == "" || slices.Contains(Districts(), w.District), "district", "district")
		need(!w.Point() || inHongKong(w.Lat, w.Lon), "where", "where")
		n.Where = &w
	}
	if wrong {
		return bad
	}
	if n.By == "" {
		return fault.New(fault.Invalid, "cases.fault.by")
	}
	return nil
}

func (c Contact) check(need func(ok bool, field, key string)) {
	need(size(c.Name) <= maxName, "name", "name")
	need(c.Phone == "" || phoneForm.MatchString(c.Phone), "phone", "phone")
	need(c.Mail == "" || len(c.Mail) <= 254 && mailForm.MatchString(c.Mail), "mail", "mail")
	need(size(c.Address) <= MaxAddress, "postal", "address")
}

func (c Contact) tidied() Contact {
	return Contact{Name: tidy(c.Name), Phone: plainPhone(c.Phone), Mail: strings.TrimSpace(c.Mail), Address: tidy(c.Address)}
}

// plainPhone is a number in one written form: digits, and the country's code when it isn't ours.
func plainPhone(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case strings.ContainsRune(" -()（）\u3000", r):
			return -1
		}
		return r
	}, strings.TrimSpace(s))
	if local, ours := strings.CutPrefix(s, "+852"); ours && len(local) == 8 {
		return local
	}
	if local, ours := strings.CutPrefix(s, "852"); ours && len(local) == 8 {
		return local
	}
	if local, ours := strings.CutPrefix(s, "00852"); ours && len(local) == 8 {
		return local
	}
	return s
}

// tidy takes away what nobody sees but that turns or breaks a page.
func tidy(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

func size(s string) int { return utf8.RuneCountInString(s) }
