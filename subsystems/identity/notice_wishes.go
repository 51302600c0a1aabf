package identity

import (
	"context"
	"slices"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

// Channel is a way on which a notice goes out, besides the inbox.
type Channel string

// The channels.
const (
	ByMail Channel = "mail"
	ByPush Channel = "push"
)

func channels() []Channel { return []Channel{ByMail, ByPush} }

// NoticeWishes are what a person wants to be told on which channel, and when not. All is on
// until somebody turns it off.
type NoticeWishes struct {
	Muted     []string // "mail.bill"
	QuietFrom int      // hour in Hong Kong; the same as QuietTo for no quiet hours
	QuietTo   int
}

// Mutes reports whether a category was turned off on a channel.
func (w NoticeWishes) Mutes(c Channel, about Category) bool {
	return slices.Contains(w.Muted, string(c)+"."+string(about))
}

// mutes never holds for what concerns the account: every recovery is told on every channel.
func (w NoticeWishes) mutes(c Channel, n Notice) bool { return !n.vital() && w.Mutes(c, n.Category) }

// after is the first instant from now on at which a notice may disturb.
func (w NoticeWishes) after(n Notice, now when.Instant) when.Instant {
	t := now.Time().In(when.HongKong)
	h, from, to := t.Hour(), w.QuietFrom, w.QuietTo
	quiet := from < to && from <= h && h < to || to < from && (from <= h || h < to)
	if n.urgent() || !quiet {
		return now
	}
	end := time.Date(t.Year(), t.Month(), t.Day(), to, 0, 0, 0, when.HongKong)
	if !end.After(t) {
		end = end.AddDate(0, 0, 1)
	}
	return when.At(end)
}

func (w NoticeWishes) check() error {
	hour := func(h int) bool { return 0 <= h && h < 24 }
	known := func(m string) bool {
		return slices.ContainsFunc(channels(), func(c Channel) bool {
			return slices.ContainsFunc(Categories(), func(about Category) bool { return m == string(c)+"."+string(about) })
		})
	}
	if !hour(w.QuietFrom) || !hour(w.QuietTo) || slices.ContainsFunc(w.Muted, func(m string) bool { return !known(m) }) {
		return fault.New(fault.Invalid, "web.fault.invalid.text")
	}
	return nil
}

// Wishes reads those of whoever has signed in.
func (s *Service) Wishes(ctx context.Context) (w NoticeWishes, err error) {
	account, err := owner(ctx)
	if err != nil {
		return w, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		w, err = wishesOf(tx, account)
		return err
	})
	return w, err
}

// Wish changes them.
func (s *Service) Wish(ctx context.Context, w NoticeWishes) error {
	account, err := owner(ctx)
	if err == nil {
		err = w.check()
	}
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return putWishes(tx, account, w) })
}
