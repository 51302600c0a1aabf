package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/post"
	"praya/platform/web"
)

// A code of six digits may be tried five times, so a guess is right once in 200,000.
const (
	mailCodeTime  = 30 * time.Minute
	mailCodeTries = 5
)

func mailCodeRate() limits.Rate { return limits.Rate{Burst: 4, Per: 15 * time.Minute} }

// challenge is what a code's row seals.
type challenge struct {
	Address string `json:"address"`
	Code    string `json:"code"`
}

// MailState is how it stands with a person's e-mail address.
type MailState struct {
	Possible  bool // this site sends mail
	Address   string
	Confirmed bool
	Waiting   bool // a code is on its way
}

// MailState reads it for whoever has signed in.
func (s *Service) MailState(ctx context.Context) (m MailState, err error) {
	account, err := owner(ctx)
	if err != nil {
		return m, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := s.Profile(tx, account)
		if err != nil {
			return err
		}
		v := p[Email]
		m = MailState{Possible: s.mails(ctx), Address: v.Text, Confirmed: v.Text != "" && !v.Verified.IsZero()}
		c, err := findMailCode(tx, account)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		m.Waiting = tx.Now().Before(c.Ends)
		return err
	})
	return m, err
}

// SendCode mails a code to the signed-in person's address, in place of one sent before.
func (s *Service) SendCode(ctx context.Context) error {
	m, err := s.MailState(ctx)
	if err != nil {
		return err
	}
	switch {
	case !m.Possible:
		return fault.New(fault.Unavailable, "identity.notice.fault.no-mail")
	case m.Address == "":
		return fault.New(fault.Invalid, "identity.notice.fault.no-address")
	case m.Confirmed:
		return nil
	}
	account, err := owner(ctx)
	if err != nil {
		return err
	}
	for _, key := range []string{string(account), strings.ToLower(m.Address)} { // nobody's mailbox is filled by strangers
		if _, err := limits.Take(ctx, s.DB, "identity.mail-code "+key, mailCodeRate()); err != nil {
			return err
		}
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.newMailCode(tx, account, m.Address) })
}

func (s *Service) newMailCode(tx *db.Tx, account AccountID, address string) error {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return err
	}
	plain, err := json.Marshal(challenge{Address: address, Code: fmt.Sprintf("%06d", n)})
	if err != nil {
		return err
	}
	c := mailCode{ID: id.New[string](tx.Now()), Ends: until(tx, mailCodeTime)}
	if c.Sealed, err = s.Keys.Encrypt(place(tx, "identity_notice_codes", "sealed", c.ID), plain); err != nil {
		return err
	}
	if err := putMailCode(tx, account, c); err != nil {
		return err
	}
	return enqueueNotice(tx, jobMailCode, c.ID, tx.Now(), noticeArgs{Code: c.ID, Owner: string(account)})
}

func (s *Service) openMailCode(tx *db.Tx, c mailCode) (out challenge, err error) {
	plain, err := s.Keys.Decrypt(place(tx, "identity_notice_codes", "sealed", c.ID), c.Sealed)
	if err == nil {
		err = json.Unmarshal(plain, &out)
	}
	return out, err
}

// mailCode is the job that mails a code, unless a newer one took its place.
func (s *Service) mailCode(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	args, err := readNoticeArgs(j)
	if err != nil || !s.mails(ctx) {
		return err
	}
	var c challenge
	l := lang.TC
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		row, err := findMailCode(tx, AccountID(args.Owner))
		if err != nil || row.ID != args.Code || !tx.Now().Before(row.Ends) {
			return err
		}
		a, err := findAccount(tx, AccountID(args.Owner))
		if err != nil {
			return err
		}
		if a.Lang != "" {
			l = a.Lang
		}
		c, err = s.openMailCode(tx, row)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && c.Code == "" {
		return nil
	}
	if err != nil {
		return err
	}
	t := s.Words.In(l)
	err = s.Mail.Send(ctx, post.Letter{
		ID: args.Code, To: c.Address, Subject: t.T("identity.notice.code.subject"), Lang: l, FromName: s.Rules.Name.In(l), At: s.DB.Clock()(),
		Lines: []string{t.T("identity.notice.code.body"), "", c.Code, "", t.T("identity.notice.code.not-you"), ""},
	})
	if err == post.ErrAddressRefused { //nolint:errorlint // ours, never wrapped: the page says what to do when no code comes
		return nil
	}
	return err
}

// ConfirmMail takes the code that the person read in the mail: the address is theirs.
func (s *Service) ConfirmMail(ctx context.Context, typed, device string) error {
	account, err := owner(ctx)
	if err != nil {
		return err
	}
	typed = strings.ReplaceAll(web.HalfWidth(typed), " ", "")
	var refused error // kept apart: a wrong code is counted, not undone
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		refused = nil
		row, err := findMailCode(tx, account)
		if fault.Is(err, fault.NotFound) || err == nil && !tx.Now().Before(row.Ends) {
			refused = fault.New(fault.Invalid, "identity.notice.fault.code-over").At("code", "identity.notice.fault.code-over")
			return nil
		}
		if err != nil {
			return err
		}
		left, err := tryMailCode(tx, account, row.ID)
		if err != nil {
			return err
		}
		if !left {
			refused = fault.New(fault.Invalid, "identity.notice.fault.code-over").At("code", "identity.notice.fault.code-over")
			return nil
		}
		c, err := s.openMailCode(tx, row)
		if err != nil {
			return err
		}
		p, err := s.Profile(tx, account)
		if err != nil {
			return err
		}
		if subtle.ConstantTimeCompare([]byte(c.Code), []byte(typed)) != 1 || p.Text(Email) != c.Address {
			refused = fault.New(fault.Invalid, "identity.notice.fault.code").At("code", "identity.notice.fault.code")
			return nil
		}
		if err := s.set(tx, account, Value{Field: Email, Text: c.Address, Source: ByMessage, Verified: tx.Now()}); err != nil {
			return err
		}
		if err := addHistory(tx, account, HistoryEntry{What: ProfileChanged, Detail: string(Email), Device: device}); err != nil {
			return err
		}
		return removeMailCode(tx, account)
	})
	if err != nil {
		return err
	}
	return refused
}
