package papers

import (
	"slices"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/web"
)

// ownedLine is a line of which a reason may be asked, and the post that answers for it.
type ownedLine struct{ Line, Post, Path string }

// asked fills in which reasons are asked, of whom, and until when.
func (s *Service) asked(v *web.Visit, x *workView) error {
	owners, err := s.Owners(v.Context(), x.Head)
	if err != nil {
		return err
	}
	due, err := s.Due(v.Context(), x.ID)
	if err != nil {
		return err
	}
	for _, a := range Asks(x.Sheet, x.Threshold) {
		o := owners[lineOf(a.Place)]
		post := v.T("papers.owner.drafters")
		if o.Post != "" {
			a.Owner = s.post(v, Step{Post: o.Post}, a.Owner)
			post = a.Owner
		}
		x.Tasks = append(x.Tasks, s.task(v, x.draftView, a, due[a.Place].Due))
		if x.Writes {
			x.Owned = append(x.Owned, ownedLine{a.Number + " " + a.Row.In(v.Lang()), post, "/papers/" + x.Head + "/owner?line=" + lineOf(a.Place) + "&year=" + x.Year})
		}
	}
	return nil
}

// setThreshold shows from which change on a reason is asked, with who said so,
// and lets an approver change it.
func (s *Service) setThreshold(v *web.Visit) error {
	head := v.PathValue("head")
	h, err := s.mayOf(v.Context(), actionSee, head)
	if err != nil {
		return err
	}
	all, err := s.Thresholds(v.Context(), head)
	if err != nil {
		return err
	}
	now, err := s.Threshold(v.Context(), head)
	if err != nil {
		return err
	}
	var version int64
	var past []web.Event
	for _, c := range all {
		if c.Head == head {
			version = max(version, c.Version)
		}
		past = append(past, web.Event{When: v.Instant(c.By.At), What: thresholdSays(v, c), Who: s.post(v, c.By, h.Department)})
	}
	title := v.T("papers.threshold.title", "head", head)
	said := v.T("papers.threshold.now", "percent", now.Percent.String(), "amount", v.Money(now.Millions.String(), 6), "days", now.Days)
	crumbs := []web.Crumb{{Text: v.T("papers.title"), Path: "/papers"}}
	above := thresholdPast(v.View, said, past)
	if !v.Can(actionThreshold, access.Resource{Type: "Head", ID: head, Attrs: map[string]any{"department": h.Department}}) {
		return v.Render(web.Page{Title: title, Lead: v.T("papers.threshold.lead"), Crumbs: crumbs, Secret: true}, above)
	}
	number := func(name string) web.Question {
		q := web.Question{As: web.AsText, Field: web.Field{Name: name, Label: v.T("papers.threshold." + name), MaxLength: 12, Width: "short", Inputmode: "decimal"}}
		return q
	}
	return v.Ask(web.Questions{
		Title: title, Lead: v.T("papers.threshold.lead"), Submit: v.T("papers.threshold.save"), Crumbs: crumbs, Above: above,
		Given: web.Given("percent", now.Percent.String(), "millions", now.Millions.String(), "days", strconv.Itoa(now.Days), "version", strconv.FormatInt(version, 10)),
		Asked: []web.Question{
			web.Remember("version"), number("percent"), number("millions"), number("days"),
			{As: web.AsLines, Field: web.Field{Name: "why", Label: v.T("papers.threshold.why"), MaxLength: longest}},
		},
		Act: func(a *web.Answers) (string, string, error) {
			seen, err := strconv.ParseInt(a.Text("version"), 10, 64)
			if err != nil {
				return "", "", fault.New(fault.Conflict, "papers.fault.changed")
			}
			days, err := strconv.Atoi(web.HalfWidth(a.Text("days")))
			a.Need(err == nil, "days", "papers.fault.threshold-days")
			t := Threshold{Percent: a.Decimal("percent", "papers.fault.threshold-percent"), Millions: a.Decimal("millions", "papers.fault.threshold-millions"), Days: days}
			if a.Bad() {
				return "", "", nil
			}
			return "/papers/" + head + "/threshold", v.T("papers.threshold.saved"), s.SetThreshold(v.Context(), head, t, a.Words("why"), seen)
		},
	})
}

func thresholdSays(v *web.Visit, c ThresholdChange) string {
	key := "papers.threshold.set"
	if c.Head == "" {
		key = "papers.threshold.set-all"
	}
	return v.T(key, "percent", c.Percent.String(), "amount", v.Money(c.Millions.String(), 6), "days", c.Days, "why", c.Why)
}

// setOwner says which post answers for a line, and so is asked for its reasons.
func (s *Service) setOwner(v *web.Visit) error {
	head, line, year := v.PathValue("head"), v.Query.Get("line"), v.Query.Get("year")
	h, err := s.mayOf(v.Context(), actionDraft, head)
	if err != nil {
		return err
	}
	if _, err := when.ParseFinancialYear(year); err != nil || s.Posts == nil {
		return nothing()
	}
	owners, err := s.Owners(v.Context(), head)
	if err != nil {
		return err
	}
	titles, err := s.Posts.Posts(v.Context(), h.Department)
	if err != nil {
		return err
	}
	post := web.Question{As: web.AsSelect, Field: web.Field{Name: "post", Label: v.T("papers.owner.post"), Hint: v.T("papers.owner.hint"), Optional: true}}
	post.Choices = []web.Choice{{Label: v.T("papers.owner.drafters")}}
	for id, title := range titles {
		post.Choices = append(post.Choices, web.Choice{Value: id, Label: title.In(v.Lang())})
	}
	slices.SortFunc(post.Choices[1:], func(a, b web.Choice) int { return strings.Compare(a.Label+a.Value, b.Label+b.Value) })
	back := "/papers/" + head + "/" + year + "/work"
	return v.Ask(web.Questions{
		Title: v.T("papers.owner.title", "line", line), Submit: v.T("papers.threshold.save"), Back: back,
		Given: web.Given("post", owners[line].Post, "version", strconv.FormatInt(owners[line].Version, 10)),
		Asked: []web.Question{web.Remember("version"), post},
		Act: func(a *web.Answers) (string, string, error) {
			seen, err := strconv.ParseInt(a.Text("version"), 10, 64)
			if err != nil {
				return "", "", fault.New(fault.Conflict, "papers.fault.changed")
			}
			return back, v.T("papers.owner.saved"), s.SetOwner(v.Context(), Owner{Head: head, Line: line, Post: a.Text("post"), Version: seen})
		},
	})
}
