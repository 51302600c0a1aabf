package cases

import (
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

// From says whose words a message is.
type From string

// The ones who write.
const (
	ByPerson     From = "person"
	ByAgent      From = "agent"
	ByDepartment From = "department" // as the centre sees it; people get an agent's answer
	ByMachine    From = "machine"
)

// Message is what was written about a case after it was opened.
type Message struct {
	Number    int64
	From      From
	Channel   string
	Text      string
	Files     []FileRef
	MailID    string // Message-ID of the mail by which it came or went
	InReplyTo string
	Internal  bool // for the centre only
	By        string
	At        when.Instant
}

// reopens is for how long a message of the person opens a closed case again.
const reopens = 30 * 24 * time.Hour

// mostMessages bounds the messages of a case.
const mostMessages = 1000

// Add adds a message. One of the person reopens a closed case within 30 days; afterwards it is a
// Conflict, and they write anew.
func (s *Service) Add(tx *db.Tx, of CaseID, m Message) error {
	m.Text = tidy(m.Text)
	if m.Text == "" && len(m.Files) == 0 || size(m.Text) > MaxText || len(m.Files) > maxFiles || m.By == "" || !channelForm.MatchString(m.Channel) {
		return invalid("message")
	}
	switch m.From {
	case ByPerson, ByAgent, ByDepartment, ByMachine:
	default:
		return invalid("message")
	}
	c, err := s.changing(tx, of, func(c *Case) error {
		if m.From == ByPerson {
			if err := s.heard(tx, c, len(m.Files)); err != nil {
				return err
			}
		}
		number, err := s.write(tx, c, m)
		if err != nil {
			return err
		}
		return s.claimFiles(tx, c, number, m.Files)
	})
	if err == nil && c.State == Merged && m.From == ByPerson && m.Text != "" {
		m.Internal, m.Files, m.MailID = true, nil, "" // who looks after the other case reads it there
		err = s.Add(tx, c.MergedInto, m)
	}
	return err
}

// mostFiles bounds the files of a case.
const mostFiles = 60

// heard opens a case again when its person writes or sends files, and tells who looks after it, and the
// department that leads.
func (s *Service) heard(tx *db.Tx, c *Case, files int) error {
	step := Step{What: "wrote", By: Person}
	if files > 0 {
		step.What, step.Level = "sent-files", files
		if n, err := countFiles(tx, c.ID); err != nil || n+files > mostFiles {
			return errorsOf(err, conflict("files"))
		}
	}
	if c.State == Closed {
		if tx.Now().Sub(c.ClosedAt) > reopens {
			return conflict("too-late")
		}
		if err := s.reopen(tx, c, Person, ""); err != nil || files == 0 {
			return err
		}
	}
	if c.State == Answered {
		c.AnsweredAt = when.Instant{} // it must be answered again
	}
	if err := s.remember(tx, c, step); err != nil || c.State == Merged {
		return err // who looks after the other case is told there
	}
	if err := tellSoon(tx, tellArgs{What: step.What, Case: c.ID, Account: c.Holder, Number: c.steps}); err != nil {
		return err
	}
	all, err := referralRows(tx, c.ID)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.Lead && r.State.Open() {
			return tellSoon(tx, tellArgs{What: "heard", Case: c.ID, Referral: r.ID, Number: c.steps})
		}
	}
	return nil
}

// write seals and keeps a message; the caller saves the case.
func (s *Service) write(tx *db.Tx, c *Case, m Message) (int64, error) {
	if c.messages >= mostMessages {
		return 0, conflict("messages")
	}
	c.messages++
	m.Number, m.At = c.messages, tx.Now()
	row := messageRow{Message: m}
	var err error
	if row.sealedText, err = s.sealText(tx, textPlace(tx, c.ID, m.Number), m.Text); err != nil {
		return 0, err
	}
	if row.sealedID, err = s.sealText(tx, mailPlace(tx, c.ID, m.Number), m.MailID); err != nil {
		return 0, err
	}
	index, err := s.threadIndex(tx, m.MailID)
	if err != nil {
		return 0, err
	}
	return m.Number, insertMessage(tx, c.ID, row, index)
}

// Messages lists a case's messages, the oldest first.
func (s *Service) Messages(tx *db.Tx, of CaseID) ([]Message, error) {
	rows, err := messageRows(tx, of, mostMessages)
	out := make([]Message, len(rows))
	for i, r := range rows {
		if err == nil {
			out[i], err = s.openedMessage(tx, of, r)
		}
	}
	if err != nil {
		return nil, err
	}
	files, err := s.FilesOf(tx, of)
	for i := range out {
		for _, f := range files {
			if f.Message == out[i].Number {
				out[i].Files = append(out[i].Files, f.FileRef)
			}
		}
	}
	return out, err
}

// Message reads one message of a case.
func (s *Service) Message(tx *db.Tx, of CaseID, number int64) (Message, error) {
	r, err := messageByNumber(tx, of, number)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "cases.fault.no-message")
	}
	if err != nil {
		return Message{}, err
	}
	return s.openedMessage(tx, of, r)
}

func (s *Service) openedMessage(tx *db.Tx, of CaseID, r messageRow) (m Message, err error) {
	m = r.Message
	if m.Text, err = s.openText(textPlace(tx, of, m.Number), r.sealedText); err != nil {
		return m, err
	}
	m.MailID, err = s.openText(mailPlace(tx, of, m.Number), r.sealedID)
	return m, err
}
