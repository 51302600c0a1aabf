package cases

import (
	"slices"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/pdf"
	"praya/platform/words"
)

// letter is an answer on paper.
type letter struct {
	Case       Case
	Contact    Contact
	Message    Message
	Department string // in the person's language
	About      string
}

// Posted notes that an answer went by post.
func (s *Service) Posted(tx *db.Tx, of CaseID, number int64, on when.Day, by string) error {
	m, err := s.Message(tx, of, number)
	if err != nil {
		return err
	}
	if !m.isAnswer() || by == "" || on.IsZero() || tx.Now().Day().Before(on) || on.Before(m.At.Day()) {
		return invalid("posted")
	}
	_, err = s.changing(tx, of, func(c *Case) error {
		return s.remember(tx, c, Step{What: "posted", By: by, Other: on.String()})
	})
	return err
}

// isAnswer reports whether a message is what the centre said to the person.
func (m Message) isAnswer() bool { return m.From == ByAgent && !m.Internal && m.Text != "" }

// answers are what the centre said to a person, the newest first.
func answers(all []Message) (out []Message) {
	for _, m := range slices.Backward(all) {
		if m.isAnswer() {
			out = append(out, m)
		}
	}
	return out
}

// byPost reports whether an answer may have to be printed: its person has no mail, or wrote by letter.
func byPost(c Case, to Contact, all []Message) bool {
	return len(answers(all)) > 0 && (to.Mail == "" || c.Channel == "letter")
}

// letter reads an answer for paper.
func (s *Service) letter(tx *db.Tx, of CaseID, number int64) (l letter, err error) {
	if l.Case, err = s.Case(tx, of); err != nil {
		return l, err
	}
	if l.Contact, err = s.Contact(tx, of); err != nil {
		return l, err
	}
	if l.Message, err = s.Message(tx, of, number); err == nil && !l.Message.isAnswer() {
		err = fault.New(fault.NotFound, "cases.fault.no-message")
	}
	if err != nil {
		return l, err
	}
	l.About = or(l.Case.Title, s.Title(tx, l.Case))
	if l.Case.Department == "" {
		return l, nil
	}
	d, err := s.Departments.Department(tx, l.Case.Department)
	l.Department = d.Name.In(l.Case.Language)
	return l, err
}

// print draws the letter in its person's language: who sends it, to whom, reference and day, what it is
// about, the answer, and a line to sign on.
func (l letter) print(t *words.Texts, origin string) ([]byte, error) {
	reference := t.T("cases.letter.reference", "reference", l.Case.Reference)
	d, err := pdf.New(pdf.Info{
		Title: reference, Author: t.T("cases.letter.centre"), Producer: "Praya", Lang: t.Lang(), Day: l.Message.At.Day(), Footer: reference,
	})
	if err != nil {
		return nil, err
	}
	d.Pair(t.T("cases.letter.centre"), t.Formal(l.Message.At.Day()))
	if l.Department != "" {
		d.Pair(t.T("cases.letter.with", "department", l.Department), "")
	}
	d.Pair(reference, "")
	d.Paragraph("", "")
	for _, line := range append([]string{l.Contact.Name}, strings.Split(l.Contact.Address, "\n")...) {
		if line = strings.TrimSpace(line); line != "" {
			d.Pair(line, "")
		}
	}
	d.Paragraph("", "")
	greeting := t.T("cases.letter.greeting-nobody")
	if l.Contact.Name != "" {
		greeting = t.T("cases.letter.greeting", "name", l.Contact.Name)
	}
	d.Paragraph("", greeting)
	d.Heading(1, l.About)
	for _, line := range strings.Split(l.Message.Text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			d.Paragraph("", line)
		}
	}
	d.Paragraph("", "")
	d.Paragraph("", t.T("cases.letter.closing"))
	d.Paragraph("", "")
	d.Paragraph("", strings.Repeat("_", 32))
	d.Paragraph("", t.T("cases.letter.centre"))
	d.Note(t.T("cases.letter.follow", "address", strings.TrimSuffix(origin, "/")+"/"+string(t.Lang())+rootPath))
	return d.Bytes()
}

// letterName is the file's name: nobody's.
func letterName(l letter) string {
	return l.Case.Reference + "-" + strconv.FormatInt(l.Message.Number, 10) + ".pdf"
}
