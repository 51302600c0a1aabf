package identity

import (
	"context"
	"errors"

	"praya/kernel/when"
	"praya/platform/db"
)

// Message is something that we ourselves tell a person, on every channel that they have:
// identity.notice.own.<key>.title and .text in their language.
type Message struct {
	Key     string
	Link    string // path
	Service string // client id
	Day     when.Instant
	Device  string
}

// forStopping is the purpose of a token that stops recoveries without signing in.
const forStopping = "recovery-stop"

// tell puts a message into the person's inbox, and sends it on every channel.
func (s *Service) tell(tx *db.Tx, a Account, m Message) error {
	n := Notice{Account: a.ID, Category: OnAccount, NoticeContent: NoticeContent{
		Key: m.Key, Link: m.Link, Service: m.Service, Day: m.Day, Device: m.Device,
	}}
	if m.Key == "recovery" {
		n.Stop = token()
		if err := addTicket(tx, forStopping, n.Stop, ticket{Account: a.ID, Ends: m.Day.Add(recoveryTime)}); err != nil {
			return err
		}
	}
	_, err := s.keepNew(tx, n, "")
	return err
}

// noteSignIn writes a sign-in down, and tells the person when it was on a kind of device
// that this account was never used on.
func (s *Service) noteSignIn(ctx context.Context, a Account, e HistoryEntry) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		fresh, err := newDevice(tx, a.ID, e.Device)
		if err != nil {
			return err
		}
		if err := addHistory(tx, a.ID, e); err != nil || !fresh || a.Persona != "" {
			return err
		}
		return s.tell(tx, a, Message{Key: "new-device", Link: "/me/sessions", Device: e.Device, Day: tx.Now()})
	})
}

// MayStop reports whether a token from a mail still stops something.
func (s *Service) MayStop(ctx context.Context, token string) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := findTicket(tx, forStopping, token)
		return err
	})
}

// StopByMail stops every recovery of an account that waits, for somebody who shows the token
// that went to the owner's own address. It changes nothing else.
func (s *Service) StopByMail(ctx context.Context, token, device string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := useTicket(tx, forStopping, token)
		if err != nil {
			return err
		}
		waiting, err := recoveriesOf(tx, t.Account)
		for _, r := range waiting {
			r.State = recoveryStopped
			err = errors.Join(err, changeRecovery(tx, r), addHistory(tx, t.Account, HistoryEntry{What: RecoveryStopped, Detail: r.ID, Device: device}))
		}
		return err
	})
}
