package identity

import (
	"bytes"
	"context"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/limits"
)

// What a service may send, over all processes: in all, and to one person.
func notifyRate() limits.Rate { return limits.Rate{Burst: 500, Per: 50 * time.Millisecond} }
func personRate() limits.Rate { return limits.Rate{Burst: 20, Per: 15 * time.Minute} }

// NoticeOrder is what a service asks for.
type NoticeOrder struct {
	Client    string
	Subject   string // the person, as this service knows them
	RepeatKey string // by which a second call is known again
	Category  Category
	SendAt    when.Instant
	Content   NoticeContent
}

// Notify takes a service's notice. A second call with the same key gives the first one's
// notice, and repeated is true; with another content it is refused.
func (s *Service) Notify(ctx context.Context, o NoticeOrder) (n Notice, repeated bool, err error) {
	if err := o.check(s.DB.Clock()()); err != nil {
		return n, false, err
	}
	sector, err := s.sectorOf(ctx, o.Client)
	if err != nil {
		return n, false, err
	}
	// The allowances are taken before anything is looked up: they say nothing of who exists.
	if _, err := limits.Take(ctx, s.DB, "identity.notify "+o.Client, notifyRate()); err != nil {
		return n, false, err
	}
	if _, err := limits.Take(ctx, s.DB, "identity.notify "+o.Client+" "+o.Subject, personRate()); err != nil {
		return n, false, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		n, repeated, err = s.notify(tx, o, sector)
		return err
	})
	if fault.Is(err, fault.Conflict) { // two calls at once with one key: the other one was first
		err = s.DB.Write(ctx, func(tx *db.Tx) error {
			n, repeated, err = s.notify(tx, o, sector)
			return err
		})
	}
	return n, repeated, err
}

func (o NoticeOrder) check(now when.Instant) error {
	if o.RepeatKey == "" || len(o.RepeatKey) > maxRepeatKey || !plainText(o.RepeatKey, maxRepeatKey, false) {
		return fault.New(fault.Invalid, "identity.notice.fault.repeat-key").At("idempotency_key", "identity.notice.fault.repeat-key")
	}
	if o.Subject == "" || len(o.Subject) > maxSubject {
		return fault.New(fault.Invalid, "identity.notice.fault.invalid").At("sub", "identity.notice.fault.sub")
	}
	return o.Content.check(o.Category, now, o.SendAt)
}

func (s *Service) notify(tx *db.Tx, o NoticeOrder, sector string) (Notice, bool, error) {
	account, err := s.reachable(tx, o.Client, sector, o.Subject)
	if err != nil {
		return Notice{}, false, err
	}
	n := Notice{Account: account, Sender: o.Client, Category: o.Category, SendAt: o.SendAt, NoticeContent: o.Content}
	before, err := repeatedNotice(tx, o.Client, o.RepeatKey)
	if fault.Is(err, fault.NotFound) {
		n, err = s.keepNew(tx, n, o.RepeatKey)
		return n, false, err
	}
	if err != nil {
		return n, false, err
	}
	index, err := s.contentIndex(tx, n)
	if err == nil && !bytes.Equal(index, before.contentIndex) {
		err = fault.New(fault.Invalid, "identity.notice.fault.repeat-differs").At("idempotency_key", "identity.notice.fault.repeat-differs")
	}
	return before.Notice, true, err
}

func errNobody() error { return fault.New(fault.NotFound, "identity.notice.fault.nobody") }

// reachable finds a person who lets this service in. An unknown sub, a closed account and a
// person who has ended it all read the same.
func (s *Service) reachable(tx *db.Tx, client, sector, subject string) (AccountID, error) {
	account, err := accountOfSubject(tx, sector, subject)
	if fault.Is(err, fault.NotFound) {
		return "", errNobody()
	}
	if err != nil {
		return "", err
	}
	a, err := findAccount(tx, account)
	if err != nil {
		return "", err
	}
	granted, err := s.protocol.Granted(tx, string(account), client)
	if err == nil && (a.State == Closed || !granted) {
		err = errNobody()
	}
	return account, err
}

// NoticeOf reads a service's own notice, for its state.
func (s *Service) NoticeOf(ctx context.Context, client string, notice NoticeID) (n Notice, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		n, err = noticeOf(tx, client, notice)
		return err
	})
	return n, err
}

func noticeOf(tx *db.Tx, client string, notice NoticeID) (Notice, error) {
	n, err := findNotice(tx, notice)
	if err == nil && (client == "" || n.Sender != client) {
		err = fault.New(fault.NotFound, "identity.notice.fault.no-notice")
	}
	return n.Notice, err
}

// WithdrawNotice takes a notice back that was not sent yet; what it said is forgotten at
// once. Taking back a second time changes nothing.
func (s *Service) WithdrawNotice(ctx context.Context, client string, notice NoticeID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := noticeOf(tx, client, notice)
		if err != nil {
			return err
		}
		switch n.State {
		case NoticeWithdrawn:
			return nil
		case NoticeScheduled:
			return withdrawNotice(tx, n, tx.Now().Add(keepWithdrawn))
		}
		return fault.New(fault.Conflict, "identity.notice.fault.sent")
	})
}

// sectorOf is the part of the world in which a client's people have their names.
func (s *Service) sectorOf(ctx context.Context, client string) (string, error) {
	c, err := s.protocol.Client(ctx, client)
	if err != nil {
		return "", err
	}
	return c.Sector(), nil
}
