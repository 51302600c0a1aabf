package cases

import (
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"strings"

	"praya/kernel/id"
	"praya/platform/db"
	"praya/platform/sign"
)

// caseWords is what is sealed of a case.
type caseWords struct {
	Title      string              `json:"t,omitempty"`
	Text       string              `json:"x,omitempty"`
	Where      *Where              `json:"w,omitempty"`
	Attributes map[string][]string `json:"a,omitempty"`
}

// referralWords is what is sealed of a referral.
type referralWords struct {
	Question string `json:"q,omitempty"`
	Brief    string `json:"b,omitempty"`
	Interim  string `json:"i,omitempty"`
	Reply    string `json:"r,omitempty"`
	Reason   string `json:"n,omitempty"`
	Draft    string `json:"d,omitempty"`
}

func place(tx *db.Tx, table, column, id string) sign.Place {
	return sign.Place{Realm: tx.Realm(), Table: "contact_cases_" + table, Column: column, ID: id}
}

func wordsPlace(tx *db.Tx, of CaseID) sign.Place { return place(tx, "cases", "words", string(of)) }

func contactPlace(tx *db.Tx, of CaseID) sign.Place { return place(tx, "cases", "contact", string(of)) }

func draftPlace(tx *db.Tx, of CaseID) sign.Place { return place(tx, "cases", "draft", string(of)) }

func referralPlace(tx *db.Tx, of ReferralID) sign.Place {
	return place(tx, "referrals", "words", string(of))
}

func stepPlace(tx *db.Tx, of CaseID, number int64) sign.Place {
	return place(tx, "history", "note", numbered(of, number))
}

func textPlace(tx *db.Tx, of CaseID, number int64) sign.Place {
	return place(tx, "messages", "text", numbered(of, number))
}

func mailPlace(tx *db.Tx, of CaseID, number int64) sign.Place {
	return place(tx, "messages", "mail_id", numbered(of, number))
}

func numbered(of CaseID, number int64) string {
	return string(of) + "." + strconv.FormatInt(number, 10)
}

// sealText seals a text; an empty one stays empty.
func (s *Service) sealText(_ *db.Tx, at sign.Place, text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	return s.Keys.Encrypt(at, []byte(text))
}

func (s *Service) openText(at sign.Place, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := s.Keys.Decrypt(at, sealed)
	return string(plain), err
}

func (s *Service) sealJSON(at sign.Place, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.Keys.Encrypt(at, raw)
}

func (s *Service) openJSON(at sign.Place, sealed []byte, into any) error {
	if len(sealed) == 0 {
		return nil
	}
	plain, err := s.Keys.Decrypt(at, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, into)
}

// opened opens what is sealed of a case, but its contact.
func (s *Service) opened(tx *db.Tx, c Case) (Case, error) {
	var w caseWords
	if err := s.openJSON(wordsPlace(tx, c.ID), c.sealedWords, &w); err != nil {
		return c, err
	}
	c.Title, c.Text, c.Where, c.Attributes = w.Title, w.Text, w.Where, w.Attributes
	var err error
	c.Draft, err = s.openText(draftPlace(tx, c.ID), c.sealedDraft)
	return c, err
}

func (s *Service) allOpened(tx *db.Tx, all []Case, err error) ([]Case, error) {
	for i := range all {
		if err == nil {
			all[i], err = s.opened(tx, all[i])
		}
	}
	return all, err
}

// Before lists cases, the newest first, that were opened before one; an empty id begins with the
// newest.
func (s *Service) Before(tx *db.Tx, of CaseID, limit int) ([]Case, error) {
	if of == "" {
		of = "~" // after every id
	}
	all, err := casesBy(tx, sqlBefore, of, limit)
	return s.allOpened(tx, all, err)
}

func (s *Service) openedReferral(tx *db.Tx, r Referral) (Referral, error) {
	var w referralWords
	err := s.openJSON(referralPlace(tx, r.ID), r.sealed, &w)
	r.Question, r.Brief, r.Interim, r.Reply, r.Reason, r.Draft = w.Question, w.Brief, w.Interim, w.Reply, w.Reason, w.Draft
	return r, err
}

func (s *Service) sealReferral(tx *db.Tx, r *Referral) (err error) {
	r.sealed, err = s.sealJSON(referralPlace(tx, r.ID), referralWords{r.Question, r.Brief, r.Interim, r.Reply, r.Reason, r.Draft})
	return err
}

// phoneIndex, mailIndex and threadIndex are what is found without being read.
func (s *Service) phoneIndex(tx *db.Tx, number string) ([]byte, error) {
	return s.index(tx, "cases", "phone", plainPhone(number))
}

func (s *Service) mailIndex(tx *db.Tx, address string) ([]byte, error) {
	return s.index(tx, "cases", "mail", strings.ToLower(strings.TrimSpace(address)))
}

func (s *Service) threadIndex(tx *db.Tx, messageID string) ([]byte, error) {
	return s.index(tx, "messages", "mail_id", strings.Trim(strings.TrimSpace(messageID), "<>"))
}

func (s *Service) index(tx *db.Tx, table, column, value string) ([]byte, error) {
	if value == "" {
		return []byte{}, nil
	}
	return s.Keys.BlindIndex(tx.Realm(), "contact_cases_"+table, column, value)
}

func (s *Service) foundBy(tx *db.Tx, c Contact) (f found, err error) {
	if f.phone, err = s.phoneIndex(tx, c.Phone); err != nil {
		return f, err
	}
	f.mail, err = s.mailIndex(tx, c.Mail)
	return f, err
}

// newCode is a secret of 60 random bits in a form that can be read aloud, ABCD-EFGH-JKMN: the random
// characters of two references.
func newCode() string { return id.Reference()[:9] + "-" + id.Reference()[:4] }

// plainCode is a code as somebody typed it, in its one written form.
func plainCode(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			r += 'A' - 'a'
		case r >= '０' && r <= '９':
			r += '0' - '０'
		}
		switch {
		case r == 'O':
			return '0'
		case r == 'I' || r == 'L':
			return '1'
		case r >= '0' && r <= '9' || r >= 'A' && r <= 'Z':
			return r
		}
		return -1
	}, s)
	return s
}

// hashCode binds a code to its case.
func hashCode(of CaseID, code string) []byte {
	sum := sha256.Sum256([]byte("contact.cases.code\x00" + string(of) + "\x00" + plainCode(code)))
	return sum[:]
}
