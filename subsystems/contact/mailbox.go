package contact

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/post"
	"praya/platform/sign"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/mail"
)

// JobSend says to a person what the centre has to say: by mail, and in their inbox.
const JobSend = "contact.send"

// letterPlace is where what waits to be sent is sealed.
func letterPlace(tx *db.Tx, key string) sign.Place {
	return sign.Place{Realm: tx.Realm(), Table: "jobs", Column: "contact.send", ID: key}
}

// waiting is the job's argument: the letter sealed, since it may hold a code that stands nowhere
// else.
type waiting struct {
	Key    string `json:"key"`
	Sealed []byte `json:"sealed"`
}

// send takes what a case has to say to its person, in the transaction that says it.
func (s *Service) send(tx *db.Tx, o cases.Outgoing) error {
	raw, err := json.Marshal(o)
	if err != nil {
		return err
	}
	w := waiting{Key: o.MessageID}
	if w.Sealed, err = s.Keys.Encrypt(letterPlace(tx, w.Key), raw); err != nil {
		return err
	}
	args, err := json.Marshal(w)
	if err != nil {
		return err
	}
	if _, err = jobs.Enqueue(tx, jobs.Job{Kind: JobSend, Key: w.Key, Args: args}); err != nil || o.Number != 0 {
		return err
	}
	return s.noteReceipt(tx, o)
}

// noteReceipt keeps the Message-ID of a mail that is no message of the case, so that an answer to it
// and a report that it bounced find the case.
func (s *Service) noteReceipt(tx *db.Tx, o cases.Outgoing) error {
	to, err := s.Cases.Contact(tx, o.Case)
	if err != nil || to.Mail == "" {
		return err
	}
	return s.Cases.Add(tx, o.Case, cases.Message{
		From: cases.ByMachine, Channel: byMail, By: cases.Machine, Internal: true, Text: s.Words.In(o.Language).T("contact.mail.receipt"), MailID: o.MessageID,
	})
}

// Send is that job. The Message-ID is the same at each try, so that a second delivery is known.
func (s *Service) Send(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var w waiting
	if err := json.Unmarshal(j.Args, &w); err != nil {
		return err
	}
	var o cases.Outgoing
	var to cases.Contact
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		plain, err := s.Keys.Decrypt(letterPlace(tx, w.Key), w.Sealed)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(plain, &o); err != nil || len(o.To) == 0 {
			return err
		}
		to, err = s.Cases.Contact(tx, o.Case)
		return err
	})
	if err != nil {
		return err
	}
	if o.Account != "" {
		if err := s.tellOwn(ctx, o); err != nil {
			return err
		}
	}
	if to.Mail == "" || s.Post == nil {
		return nil
	}
	err = s.Post.Send(ctx, post.Letter{
		ID: o.MessageID, To: to.Mail, From: s.Address, FromName: s.Words.In(o.Language).T("contact.mail.from"), Subject: o.Subject,
		Lines: strings.Split(o.Text, "\n"), Lang: o.Language, At: s.Clock(), InReplyTo: o.InReplyTo, Written: o.Number != 0,
	})
	if err == post.ErrAddressRefused { //nolint:errorlint // ours, never wrapped
		return s.undelivered(ctx, o.Case, "5.1.1")
	}
	return err
}

// tellOwn puts an answer before somebody who has an account.
func (s *Service) tellOwn(ctx context.Context, o cases.Outgoing) error {
	say := func(key string) lang.Text {
		in := func(l lang.Lang) string { return s.Words.In(l).T(key, "reference", o.Reference) }
		return lang.Text{TC: in(lang.TC), EN: in(lang.EN), SC: in(lang.SC)}
	}
	return s.People.Tell(ctx, o.Account, "case "+o.MessageID, "/me/cases/"+string(o.Case), say("contact.mail.told"), say("contact.mail.told-text"))
}

// undelivered notes in a case that a mail did not arrive, for an agent to see.
func (s *Service) undelivered(ctx context.Context, of cases.CaseID, status string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := s.Cases.Case(tx, of)
		if err != nil {
			return err
		}
		return s.Cases.Add(tx, of, cases.Message{
			From: cases.ByMachine, Channel: byMail, By: cases.Machine, Internal: true, Text: s.Words.In(c.Language).T("contact.mail.undelivered", "status", status),
		})
	})
}

const byMail = "mail"

// receipts bounds how often one address is told that its mail arrived: two machines that answer
// each other stop here.
func receipts() limits.Rate { return limits.Rate{Burst: 5, Per: 10 * time.Minute} }

// takeMail keeps a mail: in the case that it answers, or as a new one.
func (s *Service) takeMail(ctx context.Context, in mail.Inbound) error {
	ctx = who.AsSystem(ctx, who.Production)
	m := in.Message
	if m.Bounce != nil {
		return s.bounced(ctx, *m.Bounce)
	}
	if known, err := s.hasMail(ctx, m); known || err != nil {
		return err
	}
	of, contact, err := s.threadOf(ctx, m)
	if err != nil {
		return err
	}
	own := of != nil && strings.EqualFold(contact.Mail, m.From)
	if own && m.Automatic { // an absence note of who was answered
		return s.addMail(ctx, of.ID, cases.Message{From: cases.ByMachine, Channel: byMail, By: cases.Machine, Internal: true, Text: mail.Fresh(m.Text), MailID: bracketed(m.ID)})
	}
	text, refs, err := s.takeFiles(ctx, m)
	if err != nil {
		return err
	}
	if own {
		err := s.addMail(ctx, of.ID, cases.Message{From: cases.ByPerson, Channel: byMail, By: cases.Person, Text: text, Files: refs, MailID: bracketed(m.ID)})
		if !fault.Is(err, fault.Conflict) { // closed for long: it begins anew
			return err
		}
	}
	return s.openMail(ctx, in, text, refs, of)
}

// hasMail says whether a mail was kept already: a server that did not hear our yes sends it again
// (RFC 5321, 4.1.1.4). Another sender's mail under the same Message-ID is another mail.
func (s *Service) hasMail(ctx context.Context, m mail.Message) (known bool, err error) {
	if m.ID == "" {
		return false, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		of, err := s.Cases.ByMailID(tx, bracketed(m.ID))
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		contact, err := s.Cases.Contact(tx, of.ID)
		known = strings.EqualFold(contact.Mail, m.From)
		return err
	})
	return known, err
}

func bracketed(id string) string {
	if id == "" {
		return ""
	}
	return "<" + id + ">"
}

func (s *Service) bounced(ctx context.Context, b mail.Bounce) error {
	var of cases.Case
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		of, err = s.Cases.ByMailID(tx, bracketed(b.Original))
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil // about no mail of ours
	}
	if err != nil || !b.Final {
		return err
	}
	return s.undelivered(ctx, of.ID, b.Status)
}

var referenceForm = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]`)

// threadOf finds the case that a mail belongs to: by what it answers, or by the reference in its
// subject.
func (s *Service) threadOf(ctx context.Context, m mail.Message) (of *cases.Case, contact cases.Contact, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		of = nil
		found, err := s.answered(tx, m)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		of = &found
		contact, err = s.Cases.Contact(tx, found.ID)
		return err
	})
	return of, contact, err
}

func (s *Service) answered(tx *db.Tx, m mail.Message) (cases.Case, error) {
	for _, one := range slices.Backward(slices.Concat(m.References, m.InReplyTo)) {
		c, err := s.Cases.ByMailID(tx, bracketed(one))
		if !fault.Is(err, fault.NotFound) {
			return c, err
		}
	}
	for _, reference := range referenceForm.FindAllString(strings.ToUpper(m.Subject), 3) {
		c, err := s.Cases.ByReference(tx, reference)
		if !fault.Is(err, fault.NotFound) {
			return c, err
		}
	}
	return cases.Case{}, fault.New(fault.NotFound, "contact.fault.no-call")
}

// takeFiles keeps what came along. What a case can't take is named in the text, so that nobody
// wonders.
func (s *Service) takeFiles(ctx context.Context, m mail.Message) (text string, refs []cases.FileRef, err error) {
	text = mail.Fresh(m.Text)
	words := s.Words.In(languageOf(m))
	left := m.Left
	for _, f := range m.Files {
		ref, err := s.Cases.Receive(ctx, f.Name, f.Plain)
		switch {
		case fault.Is(err, fault.Invalid):
			text += "\n" + words.T("contact.mail.no-file", "name", f.Name)
		case err != nil:
			return "", nil, err
		case len(refs) >= mostFiles:
			left++
		default:
			refs = append(refs, ref)
		}
	}
	if left > 0 {
		text += "\n" + words.T("contact.mail.left", "count", left)
	}
	if strings.TrimSpace(text) == "" {
		text = words.T("contact.mail.empty")
	}
	return within(text, cases.MaxText), refs, nil
}

// within cuts a text that a case can't hold.
func within(text string, most int) string {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

func (s *Service) addMail(ctx context.Context, of cases.CaseID, m cases.Message) error {
	m.Text = within(m.Text, cases.MaxText)
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.Cases.Add(tx, of, m) })
}

func (s *Service) openMail(ctx context.Context, in mail.Inbound, text string, refs []cases.FileRef, about *cases.Case) error {
	m := in.Message
	l := languageOf(m)
	n := cases.New{
		Kind: cases.Enquiry, Channel: byMail, Language: l, Title: within(m.Subject, cases.MaxTitle), Text: text, Files: refs, MailID: bracketed(m.ID), By: cases.Person,
		Contact: cases.Contact{Name: within(m.Name, longestName), Mail: m.From},
	}
	if n.Title == "" {
		n.Title = s.Words.In(l).T("contact.mail.no-subject")
	}
	answer := !m.Automatic && m.From != ""
	if answer {
		wait, err := limits.Take(ctx, s.DB, "contact.receipt "+strings.ToLower(m.From), receipts())
		if err != nil && !fault.Is(err, fault.TooMany) { // the mail is kept all the same
			return err
		}
		answer = err == nil && wait == 0
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, code, err := s.Cases.Open(tx, n)
		if err != nil {
			return err
		}
		if !in.Verdict.Proven {
			err := s.Cases.Add(tx, c.ID, cases.Message{From: cases.ByMachine, Channel: byMail, By: cases.Machine, Internal: true, Text: s.Words.In(l).T("contact.mail.unproven")})
			if err != nil {
				return err
			}
		}
		if about != nil {
			if err := s.Cases.Link(tx, c.ID, about.ID, cases.Machine); err != nil {
				return err
			}
		}
		if !answer {
			return nil
		}
		return s.Cases.Acknowledge(tx, c, code)
	})
}

// Bounds of a case.
const (
	longestName = 100
	mostFiles   = 6
)

// languageOf guesses in which language to answer: English has no Han characters, and Simplified
// Chinese has some that Traditional has not.
func languageOf(m mail.Message) lang.Lang {
	const simplified = "这个们为时没说过对发问请现时间后来见还没东车门长点号电话邮费经办证会议区务网"
	han, sc := 0, 0
	for _, r := range m.Subject + " " + m.Text {
		if unicode.Is(unicode.Han, r) {
			han++
			if strings.ContainsRune(simplified, r) && !strings.ContainsRune("個時間後來見東車門長點號電話郵費經辦證會議區務網", r) {
				sc++
			}
		}
	}
	switch {
	case han < 4:
		return lang.EN
	case sc*12 > han:
		return lang.SC
	}
	return lang.TC
}
