package booking

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"praya/platform/db"
	"praya/platform/web"
)

// askPlace makes a place of the officer's department, or changes one.
func (s *Service) askPlace(v *web.Visit) error {
	f := face{v, s}
	p := Place{Department: v.Actor().Duty.Department}
	code := v.PathValue("place")
	back := deskPath
	if err := f.placeHere(&p, code); err != nil {
		return err
	}
	title := v.T("booking.place.add")
	if code != "" {
		back, title = deskPath+"/"+code, v.T("booking.place.edit")
	}
	return v.Ask(web.Questions{
		Title: title, Lead: v.T("booking.place.lead"), Submit: v.T("booking.place.submit"), Back: back,
		Asked: f.placeQuestions(code == ""), Given: placeGiven(p),
		Act: func(a *web.Answers) (string, string, error) {
			next, err := s.readPlace(v, a, p, code == "")
			if err != nil || a.Bad() {
				return "", "", err
			}
			return deskPath + "/" + next.Code, v.T("booking.place.done"), s.KeepPlace(v.Context(), next)
		},
	})
}

// placeHere reads the place that is to be changed, or asks whether a new one may be made.
func (f face) placeHere(p *Place, code string) error {
	if code == "" {
		return f.may(f.Context(), "booking.schedule", p.Department)
	}
	return f.read(func(tx *db.Tx) (err error) {
		*p, err = f.mayPlace(f.Context(), tx, "booking.schedule", code)
		return err
	})
}

func (f face) placeQuestions(fresh bool) []web.Question {
	ask := func(name, label string) web.Question {
		q := web.Question{Field: web.Field{Name: name, Label: f.T("booking.place." + label), MaxLength: 200}}
		if f.Has("booking.place-hint." + label) {
			q.Hint = f.T("booking.place-hint." + label)
		}
		return q
	}
	out := []web.Question{web.Remember("version")}
	if fresh {
		out = append(out, ask("code", "code"))
	}
	for _, name := range []string{"name", "address"} {
		for _, l := range []string{"tc", "en", "sc"} {
			out = append(out, ask(name+"-"+l, name+"-"+l))
		}
	}
	counters := ask("counters", "counters")
	counters.As, counters.Optional, counters.MaxLength = web.AsLines, true, maxCounters*10
	return append(out, counters)
}

func placeGiven(p Place) url.Values {
	out := web.Given("version", strconv.FormatInt(p.Version, 10), "code", p.Code, "counters", strings.Join(p.Counters, "\n"))
	web.GiveThree(out, "name-", p.Name)
	web.GiveThree(out, "address-", p.Address)
	return out
}

// readPlace reads the answers, and says what is wrong with them.
func (s *Service) readPlace(v *web.Visit, a *web.Answers, p Place, fresh bool) (Place, error) {
	p.Version, _ = strconv.ParseInt(a.Text("version"), 10, 64)
	p.Name, p.Address, p.Counters = a.Three("name-"), a.Three("address-"), fields(a.Text("counters"))
	if fresh {
		p.Code, p.Version = a.Text("code"), 0
		var all []Place
		err := s.DB.Read(v.Context(), func(tx *db.Tx) (err error) {
			all, err = allPlaces(tx)
			return err
		})
		if err != nil {
			return p, err
		}
		a.Need(!slices.ContainsFunc(all, func(x Place) bool { return x.Code == p.Code }), "code", "booking.wrong.code-taken")
	}
	if fa := asFault(p.check()); fa != nil {
		for _, field := range fa.Fields {
			name := field.Name
			if name == "name" || name == "address" {
				name += "-tc"
			}
			a.Wrong(name, field.Key)
		}
	}
	return p, nil
}

// fields are the counters that were typed, each once.
func fields(text string) (out []string) {
	for _, c := range strings.Fields(text) {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}
