package identity

import (
	"context"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/words"
)

// Inbox lists what whoever has signed in was told, newest first.
func (s *Service) Inbox(ctx context.Context, limit, offset int) (out []Notice, total int, err error) {
	account, err := owner(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if total, err = countInbox(tx, account); err != nil {
			return err
		}
		rows, err := inboxOf(tx, account, limit, offset)
		if err != nil {
			return err
		}
		out, err = s.openNotices(tx, rows)
		return err
	})
	return out, total, err
}

func (s *Service) openNotices(tx *db.Tx, rows []storedNotice) (out []Notice, err error) {
	for _, r := range rows {
		n, err := s.openNotice(tx, r)
		if err != nil {
			return nil, err
		}
		n.Stop = "" // for mail only: an open screen must not stop what it did not begin
		out = append(out, n)
	}
	return out, nil
}

// OpenNotice reads one of the signed-in person's notices, and marks it read.
func (s *Service) OpenNotice(ctx context.Context, notice NoticeID) (n Notice, err error) {
	account, err := owner(ctx)
	if err != nil {
		return n, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := findNotice(tx, notice)
		if err == nil && (row.Account != account || row.Sent.IsZero()) {
			err = fault.New(fault.NotFound, "web.fault.not-found.text")
		}
		if err != nil {
			return err
		}
		if n, err = s.openNotice(tx, row); err != nil || n.State == NoticeRead {
			return err
		}
		n.State, n.Opened = NoticeRead, tx.Now()
		return changeNotice(tx, n)
	})
	return n, err
}

// Unread counts what the person has not opened.
func (s *Service) Unread(ctx context.Context) (n int, err error) {
	account, err := owner(ctx)
	if err != nil {
		return 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		n, err = countUnread(tx, account)
		return err
	})
	return n, err
}

// said is a notice in words: a service's own, or ours. service is the name of the service
// that ours speaks of.
func (n Notice) said(t *words.Texts, service string) (title, text string) {
	if n.Key == "" {
		return n.Title.In(t.Lang()), n.Text.In(t.Lang())
	}
	args := []any{"service", service, "device", n.Device, "day", n.Day.Day(), "time", t.Time(n.Day)}
	return t.T("identity.notice.own."+n.Key+".title", args...), t.T("identity.notice.own."+n.Key+".text", args...)
}
