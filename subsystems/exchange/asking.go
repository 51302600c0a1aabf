package exchange

import (
	"context"
	"slices"

	"praya/kernel/lang"
	"praya/platform/words"
)

// Question is a wish in a person's words, for the page on which they agree.
type Question struct {
	Head, Terms []Line
	Fields      []AskedField
}

// Line is a term and what it is.
type Line struct{ Label, Text lang.Text }

// AskedField is a field that would go.
type AskedField struct {
	Name     string
	Label    lang.Text
	Held     lang.Text
	Optional bool
}

// Describe puts a client's wish into words.
func (s *Service) Describe(ctx context.Context, client string, w Wish) (a Question, err error) {
	o, err := s.Offer(ctx, client, w)
	if err != nil {
		return a, err
	}
	c, err := o.consent(w.OptionalFields, s.Clock())
	if err != nil {
		return a, err
	}
	purpose, _ := PurposeOf(c.Purpose)
	a.Head = []Line{
		{s.inAll("exchange.ask.service"), o.Data.Title},
		{s.inAll("exchange.ask.from"), o.Provider.Name},
		{s.inAll("exchange.ask.to"), o.Consumer.Name},
		{s.inAll("exchange.ask.purpose"), purpose.Label},
	}
	for _, f := range slices.Concat(w.Fields, w.OptionalFields) {
		a.Fields = append(a.Fields, AskedField{
			Name: f, Label: o.Data.Label(f), Held: s.inAll("exchange.ask.held", "party", o.Provider.Name), Optional: slices.Contains(w.OptionalFields, f),
		})
	}
	a.Terms = []Line{
		{s.inAll("exchange.ask.often"), s.often(c.Often)},
		{s.inAll("exchange.ask.until"), s.say(func(t *words.Texts) string { return t.Date(c.Until.Add(-1).Day()) })},
		{s.inAll("exchange.ask.keep"), s.say(func(t *words.Texts) string { return t.T("exchange.ask.days", "days", t.Count(int64(c.Keep))) })},
		{s.inAll("exchange.ask.found"), s.inAll("exchange.ask.found-"+string(o.Data.Subject), "party", o.Provider.Name)},
		{s.inAll("exchange.ask.check"), s.inAll("exchange.ask.check-text")},
	}
	if o.Data.Content == Encrypted {
		a.Terms = append(a.Terms, Line{s.inAll("exchange.ask.blind"), s.inAll("exchange.ask.blind-text")})
	}
	return a, nil
}

// often says how often data may be fetched.
func (s *Service) often(o Often) lang.Text {
	return s.say(func(t *words.Texts) string { return OftenText(t, o) })
}

// OftenText says how often data may be fetched.
func OftenText(t *words.Texts, o Often) string {
	switch {
	case o.Once():
		return t.T("exchange.often.once")
	case o.Times == 0:
		return t.T("exchange.often.any")
	}
	return t.T("exchange.often."+string(o.Per), "times", t.Count(o.Times))
}

// say makes a text in every language.
func (s *Service) say(how func(*words.Texts) string) lang.Text {
	return lang.Text{TC: how(s.Words.In(lang.TC)), EN: how(s.Words.In(lang.EN)), SC: how(s.Words.In(lang.SC))}
}

// inAll is a text of the catalogue in every language; arguments may be texts in three languages.
func (s *Service) inAll(key string, args ...any) lang.Text {
	return s.say(func(t *words.Texts) string {
		own := slices.Clone(args)
		for i, a := range own {
			if three, ok := a.(lang.Text); ok {
				own[i] = three.In(t.Lang())
			}
		}
		return t.T(key, own...)
	})
}
