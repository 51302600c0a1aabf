package cases

import (
	"crypto/subtle"
	"math"
	"strconv"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

// The centre's own clock: a case is referred within three hours, day and night; half an hour before
// that it is brought to mind.
const (
	referWithin  = 3 * time.Hour
	referReminds = 30 * time.Minute
)

// Open keeps what somebody brought. It gives the case, and the code by which its person follows it,
// which is said once.
func (s *Service) Open(tx *db.Tx, n New) (c Case, code string, err error) {
	if err = n.check(); err != nil {
		return c, "", err
	}
	about, err := s.service(tx, n.Service)
	if err != nil {
		return c, "", err
	}
	now := tx.Now()
	code = newCode()
	c = Case{
		ID: id.New[CaseID](now), Reference: tx.Draw(id.Reference), Kind: n.Kind, State: Fresh, Channel: n.Channel, Language: n.Language, Service: n.Service,
		Anonymous: n.Anonymous, Account: n.Account, Call: n.Call, Title: n.Title, Text: n.Text, Where: n.Where, Attributes: n.Attributes,
		Public: about.Public && n.Kind != Enquiry && n.Kind != Compliment, Received: n.Received, Urgency: n.Urgency, OpenedAt: now, ChangedAt: now, Version: 1,
		ReferDue: now.Add(referWithin), chaseAt: now.Add(referWithin - referReminds),
	}
	if c.Received.IsZero() {
		c.Received = now.Day()
	}
	if n.By != Person && n.By != Machine && n.Channel != "open311" {
		c.Holder = n.By
	}
	if err = s.insert(tx, &c, n, code); err != nil {
		return c, "", err
	}
	c, err = s.changing(tx, c.ID, func(c *Case) error {
		if err := s.claimFiles(tx, c, 0, n.Files); err != nil {
			return err
		}
		if n.MailID != "" { // the mail itself stands in the thread
			if _, err := s.write(tx, c, Message{From: ByMachine, Channel: n.Channel, By: Machine, MailID: n.MailID, Internal: true}); err != nil {
				return err
			}
		}
		return s.remember(tx, c, Step{What: "opened", By: n.By, Other: n.Channel})
	})
	if err != nil {
		return c, "", err
	}
	if err = errorsOf(s.putIndex(tx, c), count(tx, "", "opened", c.ID), publish(tx, SubjectOpened, c.happened())); err != nil {
		return c, "", err
	}
	if n.Department != "" {
		if _, err = s.Refer(tx, c.ID, n.Department, "", n.By); err == nil {
			c, err = s.Case(tx, c.ID)
		}
	}
	return c, code, err
}

func (s *Service) insert(tx *db.Tx, c *Case, n New, code string) error {
	by, cell, err := s.sealCase(tx, c, n, code)
	if err != nil {
		return err
	}
	return insertCase(tx, *c, by, cell)
}

// sealCase seals what people wrote, and gives by what the case is found.
func (s *Service) sealCase(tx *db.Tx, c *Case, n New, code string) (by found, cell string, err error) {
	if by, err = s.foundBy(tx, n.Contact); err != nil {
		return by, "", err
	}
	c.codeHash, c.sealedContact, c.sealedDraft = hashCode(c.ID, code), []byte{}, []byte{}
	if !n.Contact.Empty() {
		if c.sealedContact, err = s.sealJSON(contactPlace(tx, c.ID), n.Contact); err != nil {
			return by, "", err
		}
	}
	if c.Where != nil && c.Where.Point() && c.Where.District == "" {
		w := *c.Where
		w.District = DistrictAt(w.Lat, w.Lon)
		c.Where = &w
	}
	if c.Where != nil {
		c.District, cell = c.Where.District, cellOf(c.Where)
	}
	c.sealedWords, err = s.sealJSON(wordsPlace(tx, c.ID), caseWords{c.Title, c.Text, c.Where, c.Attributes})
	return by, cell, err
}

// renew starts the centre's clock.
func (c *Case) renew(now when.Instant) {
	c.ReferDue, c.Late = now.Add(referWithin), 0
	c.chaseAt = c.ReferDue.Add(-referReminds)
}

// SetContact keeps how a person is reached, as they or an agent said it anew.
func (s *Service) SetContact(tx *db.Tx, of CaseID, to Contact, by string) error {
	to = to.tidied()
	bad := fault.New(fault.Invalid, "cases.fault.new")
	wrong := false
	to.check(func(ok bool, field, key string) {
		if !ok {
			wrong = true
			bad = bad.At(field, "cases.wrong."+key)
		}
	})
	if wrong {
		return bad
	}
	_, err := s.changing(tx, of, func(c *Case) error {
		index, err := s.foundBy(tx, to)
		if err != nil {
			return err
		}
		sealed := []byte{}
		if !to.Empty() {
			if sealed, err = s.sealJSON(contactPlace(tx, of), to); err != nil {
				return err
			}
		}
		if err := moveContact(tx, of, index, sealed); err != nil {
			return err
		}
		return s.remember(tx, c, Step{What: "contact", By: by})
	})
	return err
}

// NewCode gives a case another code; the one before ends.
func (s *Service) NewCode(tx *db.Tx, of CaseID, by string) (code string, err error) {
	_, err = s.changing(tx, of, func(c *Case) error {
		code = newCode()
		c.codeHash = hashCode(of, code)
		return s.remember(tx, c, Step{What: "code", By: by})
	})
	return code, err
}

// Case finds a case by its id.
func (s *Service) Case(tx *db.Tx, of CaseID) (Case, error) {
	c, err := oneCase(tx, sqlCase, of)
	if err != nil {
		return c, err
	}
	return s.opened(tx, c)
}

// Contact opens how a case's person is reached.
func (s *Service) Contact(tx *db.Tx, of CaseID) (to Contact, err error) {
	c, err := oneCase(tx, sqlCase, of)
	if err != nil {
		return to, err
	}
	return to, s.openJSON(contactPlace(tx, of), c.sealedContact, &to)
}

// ByReference finds a case by its reference, in its one written form.
func (s *Service) ByReference(tx *db.Tx, reference string) (Case, error) {
	c, err := oneCase(tx, sqlCaseByReference, reference)
	if err != nil {
		return c, err
	}
	return s.opened(tx, c)
}

// Follow finds a case by its reference and its code. Whichever is wrong, the fault is the same.
func (s *Service) Follow(tx *db.Tx, reference, code string) (Case, error) {
	wrong := fault.New(fault.NotFound, "cases.fault.follow")
	ref, ok := id.ParseReference(reference)
	if !ok {
		return Case{}, wrong
	}
	c, err := oneCase(tx, sqlCaseByReference, ref)
	if fault.Is(err, fault.NotFound) {
		return Case{}, wrong
	}
	if err != nil {
		return c, err
	}
	if subtle.ConstantTimeCompare(c.codeHash, hashCode(c.ID, code)) != 1 {
		return Case{}, wrong
	}
	return s.opened(tx, c)
}

// mostFound bounds the cases of one person that are read at once.
const mostFound = 50

// ByAccount lists the cases of an account, the newest first.
func (s *Service) ByAccount(tx *db.Tx, account string) ([]Case, error) {
	all, err := casesBy(tx, sqlByAccount, account, mostFound)
	return s.allOpened(tx, all, err)
}

// ByPhone lists the cases of a telephone number, the newest first: those of a caller, as the call
// arrives.
func (s *Service) ByPhone(tx *db.Tx, number string) ([]Case, error) {
	index, err := s.phoneIndex(tx, number)
	if err != nil || len(index) == 0 {
		return nil, err
	}
	all, err := casesBy(tx, sqlByPhone, index, mostFound)
	return s.allOpened(tx, all, err)
}

// ByMail lists the cases of a mail address, the newest first.
func (s *Service) ByMail(tx *db.Tx, address string) ([]Case, error) {
	index, err := s.mailIndex(tx, address)
	if err != nil || len(index) == 0 {
		return nil, err
	}
	all, err := casesBy(tx, sqlByMail, index, mostFound)
	return s.allOpened(tx, all, err)
}

// ByMailID finds the case to whose thread a mail belongs, by the Message-ID that it answers.
func (s *Service) ByMailID(tx *db.Tx, messageID string) (Case, error) {
	index, err := s.threadIndex(tx, messageID)
	if err != nil {
		return Case{}, err
	}
	of, err := caseOfMail(tx, index)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "cases.fault.no-case")
	}
	if err != nil {
		return Case{}, err
	}
	return s.Case(tx, of)
}

// cellSize is the width of the map's grid in degrees: 222 m from south to north, and 205 m or more
// from west to east anywhere in Hong Kong. So what lies within 200 m lies in a cell or next to it.
const cellSize = 0.002

func cellAt(lat, lon float64) (y, x int) {
	return int(math.Floor(lat / cellSize)), int(math.Floor(lon / cellSize))
}

func cellName(y, x int) string { return strconv.Itoa(y) + ":" + strconv.Itoa(x) }

func cellOf(w *Where) string {
	if !w.Point() {
		return ""
	}
	return cellName(cellAt(w.Lat, w.Lon))
}

// errorsOf is the first of some errors.
func errorsOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

func endOfDay(d when.Day) when.Instant {
	return when.At(time.Date(d.Year, d.Month, d.Date+1, 0, 0, 0, 0, when.HongKong))
}
