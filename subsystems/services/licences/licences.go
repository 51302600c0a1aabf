package licences

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/sign"
	"praya/platform/words"
)

// Service has the use cases. Its fields are given by app/wire.go.
type Service struct {
	DB          *db.DB
	Keys        *sign.Ring
	Policy      *access.Policy
	Clock       when.Clock
	Origin      string // scheme and host under which codes lead here
	Words       *words.Book
	Ledger      Ledger
	People      People
	Departments Departments

	lists statusLists // what was signed a moment ago
}

// The functions that take a transaction check no policy: whoever opened it did. They keep all
// rules of licences.

// PutKind keeps a kind. A Version of 0 makes a new one; any other must be the one that was read.
// Code, department and prefix stay.
func (s *Service) PutKind(tx *db.Tx, k Kind) error {
	if err := k.check(); err != nil {
		return err
	}
	if k.Version == 0 {
		return insertKind(tx, k)
	}
	old, err := kindByCode(tx, k.Code)
	if err != nil {
		return err
	}
	if old.Prefix != k.Prefix || old.Department != k.Department {
		return fault.New(fault.Invalid, "licences.fault.kind-fixed")
	}
	if err := updateKind(tx, k); err != nil || slices.Equal(old.publicNames(), k.publicNames()) {
		return err
	}
	return partLater(tx, k) // what was public and is not stands sealed from now on, and the other way round
}

// Kinds lists the kinds by code.
func (s *Service) Kinds(tx *db.Tx) ([]Kind, error) { return allKinds(tx) }

// KindOf finds a kind by its code.
func (s *Service) KindOf(tx *db.Tx, code string) (Kind, error) { return kindByCode(tx, code) }

// Issue makes a licence of l's kind, holder, case and values. A zero From is today, and a zero
// Until the end that the kind gives. Once per case: issued again for the same case, it gives the
// licence that is there.
func (s *Service) Issue(tx *db.Tx, l Licence, by string) (Licence, error) {
	k, err := kindByCode(tx, l.Kind)
	if err != nil {
		return l, err
	}
	if l.Case != "" {
		if there, err := s.ByCase(tx, l.Case); err == nil || !fault.Is(err, fault.NotFound) {
			if err == nil && there.Kind != l.Kind {
				err = fault.New(fault.Conflict, "licences.fault.case-used")
			}
			return there, err
		}
	}
	o := Order{By: by, Case: l.Case, Why: l.Why}
	if err := o.check(false); err != nil {
		return l, err
	}
	if err := k.checkValues(l.Values); err != nil {
		return l, err
	}
	l.Values = maps.Clone(l.Values)
	maps.DeleteFunc(l.Values, func(_, v string) bool { return v == "" })
	if l.From.IsZero() {
		l.From = tx.Now().Day()
	}
	if l.Until.IsZero() {
		l.Until = k.End(l.From)
	}
	if !l.Until.IsZero() && l.Until.Before(l.From) {
		return l, fault.New(fault.Invalid, "licences.fault.until")
	}
	l.Number = tx.Draw(k.newNumber)
	l.ID, l.Department, l.State = id.New[LicenceID](tx.Now()), k.Department, Valid
	l.Entry, l.Changes, l.Version = "", 0, 0
	return s.enter(tx, k, l, Issued, o, nil)
}

// Renew gives a licence a later end; a zero until is the kind's term after the present end, or
// from today when that has passed. Once per case.
func (s *Service) Renew(tx *db.Tx, of LicenceID, until when.Day, o Order) (Licence, error) {
	return s.act(tx, of, Renewed, o, func(k Kind, l *Licence) ([]string, error) {
		today := tx.Now().Day()
		switch {
		case l.Until.IsZero():
			return nil, fault.New(fault.Conflict, "licences.fault.no-end")
		case !k.renewable(*l, today):
			return nil, fault.New(fault.Conflict, "licences.fault.early", "day", l.Until.Add(-k.RenewFrom).String())
		case until.IsZero():
			from := l.Until.Add(1)
			if from.Before(today) {
				from = today
			}
			until = k.End(from)
		}
		if !l.Until.Before(until) || until.Before(today) {
			return nil, fault.New(fault.Invalid, "licences.fault.until")
		}
		l.Until = until
		return nil, nil
	})
}

// Amend changes values of a licence; those that are not named stay, and an empty one takes the
// value away.
func (s *Service) Amend(tx *db.Tx, of LicenceID, values map[string]string, o Order) (Licence, error) {
	return s.act(tx, of, Amended, o, func(k Kind, l *Licence) ([]string, error) {
		changed, err := k.amend(l, values)
		if err == nil && len(changed) == 0 {
			err = fault.New(fault.Invalid, "licences.fault.nothing")
		}
		return changed, err
	})
}

// amend puts values into a licence, and names those that are others now.
func (k Kind) amend(l *Licence, values map[string]string) (changed []string, err error) {
	if err := k.checkValues(values); err != nil {
		return nil, err
	}
	next := map[string]string{}
	for name, v := range l.Values {
		next[name] = v
	}
	for name, v := range values {
		if next[name] == v {
			continue
		}
		changed = append(changed, name)
		if v == "" {
			delete(next, name)
		} else {
			next[name] = v
		}
	}
	slices.Sort(changed)
	l.Values = next
	return changed, nil
}

// Suspend takes a licence's force away until it is restored.
func (s *Service) Suspend(tx *db.Tx, of LicenceID, o Order) (Licence, error) {
	return s.act(tx, of, SuspendedAct, o, nil)
}

// Restore gives a suspended licence its force back.
func (s *Service) Restore(tx *db.Tx, of LicenceID, o Order) (Licence, error) {
	return s.act(tx, of, RestoredAct, o, nil)
}

// Revoke ends a licence for good. Who asks here has had it decided by two, as a process does; an
// officer's desk goes by way of [Service.Propose].
func (s *Service) Revoke(tx *db.Tx, of LicenceID, o Order) (Licence, error) {
	return s.act(tx, of, RevokedAct, o, nil)
}

// Surrender ends a licence because its holder gives it back.
func (s *Service) Surrender(tx *db.Tx, of LicenceID, o Order) (Licence, error) {
	return s.act(tx, of, SurrenderedAct, o, nil)
}

// Transfer gives a licence to another holder, with the values that change by it. Once per case.
func (s *Service) Transfer(tx *db.Tx, of LicenceID, to string, values map[string]string, o Order) (Licence, error) {
	return s.act(tx, of, Transferred, o, func(k Kind, l *Licence) ([]string, error) {
		if to == l.Holder && to != "" {
			return nil, fault.New(fault.Invalid, "licences.fault.same-holder")
		}
		l.Holder = to
		return k.amend(l, values)
	})
}

// reasoned are the acts that need a reason.
func reasoned(act Act) bool {
	return act == SuspendedAct || act == RestoredAct || act == RevokedAct || act == Amended || act == Transferred
}

// act does something to a licence that is there.
func (s *Service) act(tx *db.Tx, of LicenceID, act Act, o Order, change func(Kind, *Licence) ([]string, error)) (Licence, error) {
	l, err := s.ByID(tx, of)
	if err != nil {
		return l, err
	}
	if err := o.check(reasoned(act) && o.Case == ""); err != nil {
		return l, err
	}
	if o.Case != "" && (act == Renewed || act == Transferred) {
		if done, err := doneInCase(tx, of, act, o.Case); done || err != nil {
			return l, err
		}
	}
	if o.Version != 0 && o.Version != l.Version {
		return l, fault.New(fault.Conflict, "licences.fault.overtaken")
	}
	rule := leads[act]
	if standing := l.StateOn(tx.Now().Day()); !slices.Contains(rule.from, standing) {
		return l, fault.New(fault.Conflict, "licences.fault.not-from-"+string(standing))
	}
	k, err := kindByCode(tx, l.Kind)
	if err != nil {
		return l, err
	}
	var changed []string
	if change != nil {
		if changed, err = change(k, &l); err != nil {
			return l, err
		}
	}
	if rule.to != "" {
		l.State = rule.to
	}
	l.Why = o.Why
	return s.enter(tx, k, l, act, o, changed)
}

// enter is the only way in which a licence is written: with its record, its entry in the ledger,
// its row of history, what it is found by, and its event.
func (s *Service) enter(tx *db.Tx, k Kind, l Licence, act Act, o Order, changed []string) (Licence, error) {
	l.Changes, l.At = l.Changes+1, tx.Now()
	box, err := newKept(Record{
		V: recordVersion, Number: l.Number, Kind: l.Kind, Act: act, Change: l.Changes, At: l.At, From: l.From, Until: l.Until, State: l.State,
		Holder: l.Holder, Values: l.Values, Why: o.Why, Changed: changed,
	})
	if err != nil {
		return l, err
	}
	if l.Entry, err = s.Ledger.Commit(tx, string(act), box.digest(), l.Entry); err != nil {
		return l, err
	}
	l.Digest = box.hex()
	r := row{Licence: l}
	var private map[string]string
	r.open, private = k.split(l.Values)
	if r.sealed, err = s.sealJSON(valuesPlace(tx.Realm(), l.ID), inside{private, o.Why}); err != nil {
		return l, err
	}
	if act == Issued {
		err = insertLicence(tx, r)
	} else {
		err = updateLicence(tx, r)
	}
	if err != nil {
		return l, err
	}
	l.Version++
	c := sealedChange{Change: Change{
		Licence: l.ID, Number: l.Changes, Act: act, By: o.By, Second: o.Second, Case: o.Case, At: l.At, Entry: l.Entry, Digest: l.Digest,
	}}
	if c.sealed, err = s.sealJSON(recordPlace(tx.Realm(), l.ID, c.Number), box); err != nil {
		return l, err
	}
	if err := insertChange(tx, c); err != nil {
		return l, err
	}
	if l.State.Final() {
		if err := dropProposal(tx, l.ID); err != nil {
			return l, err
		}
	}
	if act != Issued {
		if err := deleteTerms(tx, l.ID); err != nil {
			return l, err
		}
	}
	if err := addTerms(tx, l.ID, terms(k, r.open)); err != nil {
		return l, err
	}
	return l, publish(tx, l, c.Change)
}

// mostOwn bounds the licences of one holder that are read at once.
const mostOwn = 200

// ByID finds a licence with all its values.
func (s *Service) ByID(tx *db.Tx, of LicenceID) (Licence, error) {
	r, err := one(tx, sqlByID, of)
	return s.opened(tx, r, err)
}

// ByNumber finds a licence by its number, in its one written form.
func (s *Service) ByNumber(tx *db.Tx, number string) (Licence, error) {
	r, err := one(tx, sqlByNumber, number)
	return s.opened(tx, r, err)
}

// ByCase finds the licence that was issued in a case.
func (s *Service) ByCase(tx *db.Tx, of string) (Licence, error) {
	r, err := one(tx, sqlByCase, of)
	return s.opened(tx, r, err)
}

// OwnOf lists the licences of a holder, the newest first.
func (s *Service) OwnOf(tx *db.Tx, account string) ([]Licence, error) {
	rows, err := db.List(tx, scanLicence, sqlOwnOf, tx.Realm(), account, mostOwn)
	return s.openedAll(tx, rows, err)
}

// Expiring lists licences of a kind that end within days, first those that end first.
func (s *Service) Expiring(tx *db.Tx, kind string, from, to when.Day, limit int) ([]Licence, error) {
	rows, err := expiring(tx, kind, from, to, limit)
	return s.openedAll(tx, rows, err)
}

// RenewOpen reports whether a licence may be renewed today.
func (s *Service) RenewOpen(tx *db.Tx, l Licence) (bool, error) {
	k, err := kindByCode(tx, l.Kind)
	return err == nil && k.renewable(l, tx.Now().Day()), err
}

// History lists the changes of a licence with their records, the newest first.
func (s *Service) History(tx *db.Tx, of LicenceID) ([]Change, error) {
	list, err := db.List(tx, scanChange, sqlChanges, tx.Realm(), of, mostOwn)
	out := make([]Change, len(list))
	for i, c := range list {
		if err == nil {
			out[i], _, err = s.openChange(tx, c)
		}
	}
	return out, err
}

func (s *Service) openChange(tx *db.Tx, c sealedChange) (Change, kept, error) {
	var box kept
	if err := s.openJSON(recordPlace(tx.Realm(), c.Licence, c.Number), c.sealed, &box); err != nil {
		return c.Change, box, err
	}
	err := json.Unmarshal(box.Record, &c.Record)
	return c.Change, box, err
}

// opened adds what stands sealed to a row.
func (s *Service) opened(tx *db.Tx, r row, err error) (Licence, error) {
	if err != nil {
		return r.Licence, err
	}
	var in inside
	if err := s.openJSON(valuesPlace(tx.Realm(), r.ID), r.sealed, &in); err != nil {
		return r.Licence, err
	}
	r.Values, r.Why = in.Values, in.Why
	if r.Values == nil {
		r.Values = map[string]string{}
	}
	for name, v := range r.open {
		r.Values[name] = v
	}
	return r.Licence, nil
}

func (s *Service) openedAll(tx *db.Tx, rows []row, err error) ([]Licence, error) {
	out := make([]Licence, len(rows))
	for i, r := range rows {
		out[i], err = s.opened(tx, r, err)
	}
	return out, err
}

// may asks policy about licences of a department.
func (s *Service) may(ctx context.Context, action, department string) error {
	return s.Policy.Allow(ctx, action, resourceOf(department))
}

func resourceOf(department string) access.Resource {
	return access.Resource{Type: "Licence", ID: "any", Attrs: map[string]any{"department": department}}
}
