package knowledge

import (
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/web"
)

// usualReview is after how many days an article is read again, unless an editor says otherwise.
const usualReview = 365

func (f face) reviewField() web.Question {
	return web.Question{As: web.AsDay, Field: web.Field{Name: "review", Label: f.T("knowledge.review-by"), Hint: f.T("knowledge.review-hint")}}
}

// askDated asks for the day of the next review, and does something with it.
func (f face) askDated(a Article, act string, below templ.Component, do func(tx *db.Tx, next when.Day) error) error {
	here := deskPath + "/articles/" + a.Code
	given := web.Given()
	web.GiveDay(given, "review", f.Now().Day().Add(usualReview))
	return f.Ask(web.Questions{
		Title: f.T("knowledge." + act + ".title"), Lead: f.T("knowledge." + act + ".lead"), Submit: f.T("knowledge." + act + ".submit"),
		Crumbs: append(f.deskCrumbs(), web.Crumb{Text: a.Title.In(f.Lang()), Path: here}), Given: given, Asked: []web.Question{f.reviewField()}, Below: below,
		Act: func(x *web.Answers) (string, string, error) {
			next := x.Day("review", "knowledge.fault.review")
			if x.Bad() {
				return "", "", nil
			}
			return here, f.T("knowledge." + act + ".done"), beside("review", f.write(func(tx *db.Tx) error { return do(tx, next) }))
		},
	})
}

func (s *Service) askPublish(v *web.Visit) error {
	f := face{v, s}
	a, err := f.editable()
	if err != nil {
		return err
	}
	var was Version
	err = f.read(func(tx *db.Tx) (err error) {
		if a.Public > 0 {
			was, err = versionOf(tx, a.Code, a.Public)
		}
		return err
	})
	if err != nil {
		return err
	}
	return f.askDated(a, "publish", f.compared(was, Version{Title: a.Title, Text: a.Text, Everyday: a.Everyday}), func(tx *db.Tx, next when.Day) error { return f.Publish(tx, a.Code, next, f.by()) })
}

func (s *Service) askReview(v *web.Visit) error {
	f := face{v, s}
	a, err := f.editable()
	if err != nil {
		return err
	}
	return f.askDated(a, "review", f.words(a), func(tx *db.Tx, next when.Day) error { return f.Reviewed(tx, a.Code, next, f.by()) })
}

func (s *Service) askWithdraw(v *web.Visit) error {
	f := face{v, s}
	a, err := f.editable()
	if err != nil {
		return err
	}
	here := deskPath + "/articles/" + a.Code
	return v.Ask(web.Questions{
		Title: v.T("knowledge.withdraw.title"), Lead: v.T("knowledge.withdraw.lead"), Submit: v.T("knowledge.withdraw.submit"), Danger: true,
		Crumbs: append(f.deskCrumbs(), web.Crumb{Text: a.Title.In(v.Lang()), Path: here}),
		Act: func(*web.Answers) (string, string, error) {
			return here, v.T("knowledge.withdraw.done"), f.write(func(tx *db.Tx) error { return f.Withdraw(tx, a.Code, f.by()) })
		},
	})
}

// showVersion is what a version changed.
func (s *Service) showVersion(v *web.Visit) error {
	f := face{v, s}
	if err := f.may("desk"); err != nil {
		return err
	}
	number, err := strconv.ParseInt(v.PathValue("number"), 10, 64)
	if err != nil {
		return missing()
	}
	var a Article
	var was, now Version
	err = f.read(func(tx *db.Tx) (err error) {
		if a, err = f.Article(tx, v.PathValue("code")); err != nil {
			return err
		}
		if now, err = versionOf(tx, a.Code, number); err != nil {
			return err
		}
		if number > 1 {
			was, err = versionOf(tx, a.Code, number-1)
		}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return missing()
	}
	if err != nil {
		return err
	}
	lead := v.T("knowledge.state.draft")
	if now.PublishedBy != "" {
		lead = v.Instant(now.PublishedAt)
	}
	return v.Render(web.Page{
		Title: v.T("knowledge.version-n", "n", number), Lead: lead, Secret: true,
		Crumbs: append(f.deskCrumbs(), web.Crumb{Text: a.Title.In(v.Lang()), Path: deskPath + "/articles/" + a.Code}),
	}, f.compared(was, now))
}

// compared shows what differs between two versions, language by language.
func (f face) compared(was, now Version) templ.Component {
	var parts []templ.Component
	for _, l := range lang.All() {
		join := func(v Version) string { return only(v.Title, l) + "\n" + only(v.Text, l) + "\n" + only(v.Everyday, l) }
		older, newer := join(was), join(now)
		t := web.Table{
			ID: "differences-" + string(l), Caption: f.T("knowledge.differences", "language", l.Name()), NoHeads: true,
			Columns: []web.Column{{Head: f.T("knowledge.col.change")}, {Head: f.T("knowledge.col.line")}}, Empty: web.Empty{Why: f.T("knowledge.differences-none")},
		}
		for _, c := range differences(older, newer) {
			if c.line != "" && (c.kind != "same" || older == newer) {
				t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: f.T("knowledge.change." + c.kind)}, {Text: c.line, Lang: l}}})
			}
		}
		parts = append(parts, web.DataTable(f.View, t))
	}
	return stack(parts)
}
