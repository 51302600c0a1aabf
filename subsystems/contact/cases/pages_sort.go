package cases

import (
	"github.com/a-h/templ"

	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/web"
)

// askSort asks what a case is; what is proposed stands above, and chooses nothing.
func (f face) askSort(w whole) (web.Questions, error) {
	var about []web.Choice
	err := f.read(func(tx *db.Tx) (err error) {
		about, err = f.categories(tx, f.T("cases.write.else"))
		return err
	})
	q := web.Questions{
		Given: web.Given("kind", string(w.Kind), "service", w.Service, "urgency", or(string(w.Urgency), string(Usual)), "language", string(w.Language)),
		Asked: []web.Question{
			{As: web.AsRadios, Field: web.Field{Name: "kind", Label: f.T("cases.write.kind-label")}, Choices: f.kinds()},
			{As: web.AsSelect, Field: web.Field{Name: "service", Label: f.T("cases.subject")}, Choices: about},
			f.urgencyField(), f.languageField(),
		},
		Act: f.doing(w.ID, "kind", func(tx *db.Tx, a *web.Answers) error {
			return f.Sort(tx, w.ID, Sorting{
				Kind: Kind(a.Text("kind")), Service: a.Text("service"), Urgency: Urgency(a.Text("urgency")), Language: lang.Lang(a.Text("language")),
			}, f.by())
		}),
	}
	if f.Beside != nil {
		if _, said := f.Beside(f.View, w.Case); len(said) > 0 {
			q.Above = stack([]templ.Component{heading(f.T("cases.ask.proposed")), web.SummaryList(f.View, said)})
		}
	}
	return q, err
}

func (f face) urgencyField() web.Question {
	var out []web.Choice
	for _, u := range Urgencies() {
		out = append(out, web.Choice{Value: string(u), Label: f.T("cases.urgency." + string(u)), Hint: f.T("cases.urgency-hint." + string(u))})
	}
	return web.Question{As: web.AsRadios, Field: web.Field{Name: "urgency", Label: f.T("cases.urgency-label")}, Choices: out}
}

func (f face) languageField() web.Question {
	var out []web.Choice
	for _, l := range lang.All() {
		out = append(out, web.Choice{Value: string(l), Label: l.Name(), Lang: l})
	}
	return web.Question{As: web.AsRadios, Field: web.Field{Name: "language", Label: f.T("cases.new.language")}, Choices: out}
}

// askErase takes a closed case away. It is the head's to do.
func (f face) askErase(w whole) (web.Questions, error) {
	if err := f.may(2); err != nil {
		return web.Questions{}, err
	}
	if w.State.Open() {
		return web.Questions{}, conflict("not-closed")
	}
	return web.Questions{Lead: f.T("cases.ask.erase"), Danger: true, Act: func(*web.Answers) (string, string, error) {
		return deskPath, f.T("cases.done"), f.write(func(tx *db.Tx) error { return f.Erase(tx, w.ID, f.by()) })
	}}, nil
}
