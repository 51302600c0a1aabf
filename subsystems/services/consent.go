package services

import (
	"context"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/subsystems/services/forms"
)

// Asking is the wishes of an application that nobody has answered yet.
func (a Application) Asking(o Offer) (out []Wish) {
	for _, w := range o.Wishes {
		open := a.Consents[w.Service] == "" && !slices.Contains(a.Declined, w.Service)
		if open || w.Required && !a.fetched(o, w) {
			out = append(out, w)
		}
	}
	return out
}

// fetched reports whether what a wish is for has come. Consent alone is not enough: the
// department may have been down, or have had nothing.
func (a Application) fetched(o Offer, w Wish) bool {
	wanted := false
	for _, x := range o.Form.Wanted() {
		if !strings.HasPrefix(x.Source, fromExchange+w.Service+"#") {
			continue
		}
		wanted = true
		if a.Origins[x.Pointer].Source == x.Source {
			return true
		}
	}
	return !wanted && a.Consents[w.Service] != ""
}

// backed refuses answers that somebody typed where a department must be asked: pages can be
// posted in any order, whatever the applicant was shown.
func (a Application) backed(o Offer) error {
	for _, w := range o.Wishes {
		if w.Required && !a.fetched(o, w) {
			return fault.New(fault.Conflict, "services.fault.needed")
		}
		for _, x := range o.Form.Wanted() {
			if !w.Required || !x.Lock || !strings.HasPrefix(x.Source, fromExchange+w.Service+"#") {
				continue
			}
			if v, ok := a.Answers.Get(x.Pointer); ok && v != "" && a.Origins[x.Pointer].Hash == "" {
				return fault.New(fault.Conflict, "services.fault.needed")
			}
		}
	}
	return nil
}

// Wish finds a wish by its data service.
func (p PublicService) Wish(service string) (Wish, error) {
	i := slices.IndexFunc(p.Wishes, func(w Wish) bool { return w.Service == service })
	if i < 0 {
		return Wish{}, noService()
	}
	return p.Wishes[i], nil
}

// Agree gives the applicant's consent, fetches the data, and fills the form with them.
func (s *Service) Agree(ctx context.Context, id ApplicationID, service string) error {
	a, o, err := s.Own(ctx, id)
	if err != nil {
		return err
	}
	w, err := o.Wish(service)
	if err != nil {
		return err
	}
	consent := a.Consents[service]
	if consent == "" {
		if consent, err = s.Exchange.Agree(ctx, o.Department, a.Account, w); err != nil {
			return err
		}
		// The consent is kept before anything is fetched: a provider that is down is asked again
		// on the same one.
		if _, err = s.edit(ctx, id, func(_ *db.Tx, a *Application, _ Offer) error {
			if a.Consents == nil {
				a.Consents = map[string]string{}
			}
			a.Consents[service] = consent
			return nil
		}); err != nil {
			return err
		}
	}
	got, err := s.Exchange.Fetch(ctx, o.Department, consent, w)
	if err != nil {
		return err
	}
	_, err = s.edit(ctx, id, func(tx *db.Tx, a *Application, o Offer) error { return fillFrom(a, o, w, got, tx.Now().Day()) })
	return err
}

// fillFrom puts fetched values in their places, and locks them there.
func fillFrom(a *Application, o Offer, w Wish, got Fetched, today when.Day) (err error) {
	for _, x := range o.Form.Wanted() {
		field, ok := strings.CutPrefix(x.Source, fromExchange+w.Service+"#")
		if !ok {
			continue
		}
		v, ok := got.Values[field]
		if !ok {
			continue
		}
		a.Answers = a.Answers.With(x.Pointer, v)
		from := forms.Origin{Source: x.Source, Name: got.From, Day: got.At.Day(), Proof: got.Access}
		if x.Lock {
			a.lock(x.Pointer, &from)
		}
		a.Origins[x.Pointer] = from
	}
	a.Answers, err = o.Form.Compute(a.Answers, today)
	return err
}

// Decline notes that the applicant fills in by hand what a department could have given.
func (s *Service) Decline(ctx context.Context, id ApplicationID, service string) error {
	_, err := s.edit(ctx, id, func(_ *db.Tx, a *Application, o Offer) error {
		w, err := o.Wish(service)
		if err != nil {
			return err
		}
		if w.Required {
			return fault.New(fault.Conflict, "services.fault.needed")
		}
		if !slices.Contains(a.Declined, service) {
			a.Declined = append(a.Declined, service)
		}
		return nil
	})
	return err
}
