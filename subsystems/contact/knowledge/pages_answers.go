package knowledge

import (
	"time"

	"github.com/a-h/templ"

	"praya/platform/db"
	"praya/platform/web"
)

const resultPage = 10

// showAnswers is the public's search; without words it shows what is read most.
func (s *Service) showAnswers(v *web.Visit) error {
	f := face{v, s}
	if err := f.may("read"); err != nil {
		return err
	}
	parts, total, err := f.searched(answersPath, false)
	if err != nil {
		return err
	}
	if total == 0 {
		parts = append(parts, heading(v.T("knowledge.ask-us")), f.askUs())
	}
	return v.Render(web.Page{
		Title: v.T("knowledge.answers.title"), Lead: v.T("knowledge.answers.lead"), Crumbs: []web.Crumb{{Text: v.T("knowledge.contact"), Path: rootPath}},
		Secret: v.Query.Get("q") != "", Description: v.T("knowledge.answers.lead"),
	}, stack(parts))
}

// searched is a search form and what it found.
func (f face) searched(here string, drafts bool) (parts []templ.Component, total int, err error) {
	words := f.field().Value
	q := Query{Text: words, Lang: f.Lang(), Limit: resultPage, Drafts: drafts, Quiet: true}
	pages := f.PageOf(resultPage, 1<<30)
	if words != "" {
		q.Offset = pages.Offset()
	}
	found, total, err := f.Find(f.Context(), q)
	if err != nil {
		return nil, 0, err
	}
	var names map[string]string
	if err := f.read(func(tx *db.Tx) (err error) { names, err = f.departments(tx); return err }); err != nil {
		return nil, 0, err
	}
	parts = append(parts, searchForm(f.View, web.Form{Action: here, Get: true, Filter: true, Submit: f.T("knowledge.search.submit")}, f.field()))
	under := here
	if drafts {
		under = agentPath + "/articles"
	}
	switch {
	case words == "":
		parts = append(parts, heading(f.T("knowledge.search.popular")))
	case total == 0:
		if err := f.countAsked(words); err != nil {
			return nil, 0, err
		}
		return append(parts, heading(f.T("knowledge.search.none")), sentence(f.T("knowledge.search.none-text"))), 0, nil
	case len(found) > 0 && found[0].Part:
		parts = append(parts, heading(f.T("knowledge.search.part", "n", int64(total))))
	default:
		parts = append(parts, heading(f.T("knowledge.search.found", "n", int64(total))))
	}
	parts = append(parts, results(f.View, f.results(found, names, under, words)))
	if words != "" && total > resultPage {
		parts = append(parts, web.Pagination(f.View, web.Pages{Page: pages.Page, Size: resultPage, Total: total}))
	}
	return parts, total, nil
}

// countAsked counts what found nothing, as long as the network asks no more than people do.
func (f face) countAsked(words string) error {
	much, err := f.crowded("asked", 20, 10*time.Second)
	if much || err != nil {
		return err
	}
	return f.count(f.Context(), words)
}

// askUs leads to people.
func (f face) askUs() templ.Component {
	return ways(f.View, []web.Crumb{{Text: f.T("knowledge.write-us"), Path: writePath}, {Text: f.T("knowledge.call-us"), Path: rootPath}})
}

// showAnswer is an article for everybody.
func (s *Service) showAnswer(v *web.Visit) error {
	f := face{v, s}
	if err := f.may("read"); err != nil {
		return err
	}
	var a Article
	var names map[string]string
	err := f.read(func(tx *db.Tx) (err error) {
		if a, err = f.PublicArticle(tx, v.PathValue("code")); err != nil {
			return err
		}
		names, err = f.departments(tx)
		return err
	})
	if err != nil {
		return err
	}
	if err := f.countSeen(a.Code); err != nil {
		return err
	}
	title, l := a.Title.With(v.Lang())
	here := answersPath + "/" + a.Code
	helped := func(yes string) templ.Component {
		return button(v.View, web.Form{ID: "helped-" + yes, Action: here + "/" + yes, Submit: v.T("knowledge.helped." + yes), Hidden: [][2]string{v.Once()}, Quiet: true})
	}
	facts := []web.Entry{{Label: v.T("knowledge.department"), Value: or(names[a.Department], a.Department)}, {Label: v.T("knowledge.changed"), Value: v.Day(a.ChangedAt.Day())}}
	return v.Render(web.Page{
		Title: title, Lang: l, Crumbs: []web.Crumb{{Text: v.T("knowledge.contact"), Path: rootPath}, {Text: v.T("knowledge.answers.title"), Path: answersPath}},
	}, stack([]templ.Component{
		f.words(a), web.SummaryList(v.View, facts),
		heading(v.T("knowledge.helped.question")), helped("yes"), helped("no"),
		heading(v.T("knowledge.ask-us")), f.askUs(),
	}))
}

// countSeen counts a reading; a reader never waits for a full store, nor sees it fail.
func (f face) countSeen(code string) error {
	much, err := f.crowded("seen", 60, time.Second)
	if err == nil && !much {
		err = f.DB.WriteLatest(f.Context(), func(tx *db.Tx) error { return f.Seen(tx, code) })
	}
	if err != nil {
		f.Log.ErrorContext(f.Context(), "an article's readings weren't counted", "error", err)
	}
	return nil
}

// takeHelped counts whether an article helped, once for each form that was shown.
func (s *Service) takeHelped(v *web.Visit) error {
	f := face{v, s}
	if err := f.may("read"); err != nil {
		return err
	}
	code, yes := v.PathValue("code"), v.PathValue("helped") == "yes"
	if !yes && v.PathValue("helped") != "no" {
		return missing()
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	much, err := f.crowded("helped", 10, time.Minute)
	if err != nil {
		return err
	}
	err = v.SubmitOnce(form, func() error {
		if much {
			return nil
		}
		return f.write(func(tx *db.Tx) error { return f.Helped(tx, code, yes) })
	})
	if err != nil {
		return err
	}
	notice := "thanks"
	if !yes {
		notice = "sorry"
	}
	return v.RedirectWith(answersPath+"/"+code, web.Notice{Text: v.T("knowledge.helped." + notice)})
}

// showSearch is the agents' search, which also finds drafts.
func (s *Service) showSearch(v *web.Visit) error {
	f := face{v, s}
	if err := f.may("search"); err != nil {
		return err
	}
	parts, _, err := f.searched(agentPath, true)
	if err != nil {
		return err
	}
	if v.Can("knowledge.desk", web.Resource{Type: "Centre", ID: "any"}) {
		parts = append(parts, ways(v.View, []web.Crumb{{Text: v.T("knowledge.desk.title"), Path: deskPath}}))
	}
	return v.Render(web.Page{Title: v.T("knowledge.title"), Lead: v.T("knowledge.lead"), Secret: true, Crumbs: []web.Crumb{{Text: v.T("knowledge.contact"), Path: rootPath}}}, stack(parts))
}

// showArticle is an article for who works here.
func (s *Service) showArticle(v *web.Visit) error {
	f := face{v, s}
	if err := f.may("search"); err != nil {
		return err
	}
	var a Article
	var names map[string]string
	err := f.read(func(tx *db.Tx) (err error) {
		if a, err = f.Article(tx, v.PathValue("code")); err != nil {
			return err
		}
		if a.State == Published && v.Query.Get("draft") == "" {
			if a, err = f.PublicArticle(tx, a.Code); err != nil {
				return err
			}
		}
		names, err = f.departments(tx)
		return err
	})
	if err != nil {
		return err
	}
	title, l := a.Title.With(v.Lang())
	parts := []templ.Component{f.words(a), web.SummaryList(v.View, f.facts(a, names))}
	var links []web.Crumb
	if a.State == Published && a.Open() && a.Number == a.Public {
		links = append(links, web.Crumb{Text: v.T("knowledge.see-draft"), Path: v.Path + "?draft=yes"})
	}
	if v.Can("knowledge.desk", web.Resource{Type: "Centre", ID: "any"}) {
		links = append(links, web.Crumb{Text: v.T("knowledge.see-desk"), Path: deskPath + "/articles/" + a.Code})
	}
	return v.Render(web.Page{
		Title: title, Lang: l, Secret: true, Crumbs: []web.Crumb{{Text: v.T("knowledge.contact"), Path: rootPath}, {Text: v.T("knowledge.title"), Path: agentPath}}, Head: f.stateTag(a),
	}, stack(append(parts, ways(v.View, links))))
}

// facts is what is known of an article besides its words.
func (f face) facts(a Article, names map[string]string) []web.Entry {
	out := []web.Entry{
		{Label: f.T("knowledge.department"), Value: or(names[a.Department], a.Department)},
		{Label: f.T("knowledge.version"), Value: f.Number(a.Number)},
		{Label: f.T("knowledge.changed"), Value: f.Instant(a.ChangedAt)},
	}
	if !a.Review.IsZero() {
		out = append(out, web.Entry{Label: f.T("knowledge.review-by"), Value: f.Day(a.Review)})
	}
	if everyday, l := a.Everyday.With(f.Lang()); everyday != "" {
		out = append(out, web.Entry{Label: f.T("knowledge.everyday"), Value: everyday, Lang: l})
	}
	if a.Case != "" {
		out = append(out, web.Entry{Label: f.T("knowledge.from-case"), Value: f.T("knowledge.case-yes")})
	}
	return out
}
