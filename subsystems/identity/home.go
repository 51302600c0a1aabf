package identity

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
)

// home is what the first page of an account shows.
type home struct {
	account  Account
	profile  Profile
	passkeys int
	codes    int
	waiting  []Recovery
	unread   int
}

func (s *Service) home(ctx context.Context) (h home, err error) {
	account, err := owner(ctx)
	if err != nil {
		return h, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var errs [6]error
		h.account, errs[0] = findAccount(tx, account)
		h.profile, errs[1] = s.Profile(tx, account)
		keys, err := passkeysOf(tx, account)
		h.passkeys, errs[2] = len(keys), err
		h.codes, errs[3] = countTickets(tx, account, forRecovery)
		h.waiting, errs[4] = recoveriesOf(tx, account)
		h.unread, errs[5] = countUnread(tx, account)
		return errors.Join(errs[:]...)
	})
	return h, err
}

// note writes something into an account's history.
func (s *Service) note(ctx context.Context, account AccountID, e HistoryEntry) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error { return addHistory(tx, account, e) })
}

// History reads what happened to the signed-in person's account, newest first.
func (s *Service) History(ctx context.Context, limit, offset int) (out []HistoryEntry, total int, err error) {
	account, err := owner(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if total, err = countHistory(tx, account); err != nil {
			return err
		}
		out, err = historyOf(tx, account, limit, offset)
		return err
	})
	return out, total, err
}

// Own reads the signed-in person's own profile.
func (s *Service) Own(ctx context.Context) (p Profile, err error) {
	account, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err = s.Profile(tx, account)
		return err
	})
	return p, err
}

// Change sets a field that the person may set.
func (s *Service) Change(ctx context.Context, f Field, text, device string) error {
	account, err := owner(ctx)
	if err != nil {
		return err
	}
	if !f.Known() || f.FromDocument() {
		return fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		return errors.Join(s.set(tx, account, Value{Field: f, Text: text, Source: BySelf}),
			addHistory(tx, account, HistoryEntry{What: ProfileChanged, Detail: string(f), Device: device}))
	})
	if err == nil && f == Email && text != "" && s.mails(ctx) {
		if err = s.SendCode(ctx); fault.Is(err, fault.TooMany) {
			err = nil // the value is kept, and the code can be asked for later
		}
	}
	return err
}

// AddPasskey keeps a further passkey of somebody who has signed in.
func (s *Service) AddPasskey(ctx context.Context, origin, sealed, answer, device string) error {
	account, err := owner(ctx)
	if err != nil {
		return err
	}
	n, c, err := s.newKey(ctx, origin, sealed, answer, string(account))
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := findAccount(tx, account)
		if err != nil {
			return err
		}
		return errors.Join(take(tx, n), s.add(tx, account, *c, device), addHistory(tx, account, HistoryEntry{What: PasskeyAdded, Device: device}),
			s.tell(tx, a, Message{Key: "passkey-added", Link: "/me/passkeys"}))
	})
}

// RemovePasskey takes a passkey away; the last one stays.
func (s *Service) RemovePasskey(ctx context.Context, credential, device string) error {
	account, err := owner(ctx)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		keys, err := passkeysOf(tx, account)
		if err != nil {
			return err
		}
		if len(keys) < 2 {
			return fault.New(fault.Conflict, "identity.fault.last-passkey")
		}
		return errors.Join(removePasskey(tx, account, credential),
			addHistory(tx, account, HistoryEntry{What: PasskeyRemoved, Device: device}))
	})
}

// Sessions lists where the person is signed in.
func (s *Service) Sessions(ctx context.Context) (out []web.Session, err error) {
	if _, err := owner(ctx); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = web.Sessions(tx, who.From(ctx).Actor)
		return err
	})
	return out, err
}

// EndSessions signs out one session by its id, or with an empty one all but the present.
func (s *Service) EndSessions(ctx context.Context, session, present, device string) error {
	account, err := owner(ctx)
	if err != nil {
		return err
	}
	actor := who.From(ctx).Actor
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		all, err := web.Sessions(tx, actor)
		for _, x := range all {
			if x.ID == session || session == "" && x.ID != present {
				err = errors.Join(err, web.EndSession(tx, actor, x.ID), s.protocol.End(tx, x.ID))
			}
		}
		return errors.Join(err, addHistory(tx, account, HistoryEntry{What: SessionEnded, Device: device}))
	})
}

// Export is everything that is kept about a person, for them to take away.
type Export struct {
	Made     when.Instant   `json:"made"`
	Level    Level          `json:"level"`
	Opened   when.Instant   `json:"opened"`
	Profile  []Value        `json:"profile"`
	Passkeys []Passkey      `json:"passkeys"`
	Sessions []web.Session  `json:"sessions"`
	History  []HistoryEntry `json:"history"`
	Notices  []Notice       `json:"notices"`
}

// Export gathers it, and writes that into the history.
func (s *Service) Export(ctx context.Context, device string) (out []byte, err error) {
	account, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	e := Export{Made: s.DB.Clock()()}
	var errs [4]error
	e.Passkeys, errs[0] = s.Passkeys(ctx)
	e.Sessions, errs[1] = s.Sessions(ctx)
	errs[2] = s.note(ctx, account, HistoryEntry{What: Exported, Device: device})
	errs[3] = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, err := findAccount(tx, account)
		if err != nil {
			return err
		}
		e.Level, e.Opened = a.Level, a.Created
		p, err := s.Profile(tx, account)
		if err != nil {
			return err
		}
		for _, f := range Fields() {
			if v, ok := p[f]; ok {
				e.Profile = append(e.Profile, v)
			}
		}
		told, err := allNoticesOf(tx, account)
		if err != nil {
			return err
		}
		if e.Notices, err = s.openNotices(tx, told); err != nil {
			return err
		}
		total, err := countHistory(tx, account)
		if err != nil {
			return err
		}
		e.History, err = historyOf(tx, account, total, 0)
		return err
	})
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	e.Passkeys, e.History = slices.Clip(e.Passkeys), slices.Clip(e.History)
	return json.MarshalIndent(e, "", "  ")
}
