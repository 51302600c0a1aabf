package performance

import (
	"strings"

	"praya/kernel/when"
	"praya/platform/web"
)

// storyFacts are what an initiative is, and what it hangs on.
func storyFacts(v *web.View, d storyView) []web.Entry {
	programme, l := d.Programme.Name.With(v.Lang())
	out := []web.Entry{
		{Label: v.T("performance.initiative.line"), Value: v.T("performance.initiative.in-paper", "year", d.Year, "line", d.Line), Path: sourcePath(d.Initiative)},
	}
	if d.Printed != "" && v.Lang() == "en" && d.Title.EN != "" {
		out = append(out, web.Entry{Label: v.T("performance.initiative.printed"), Value: d.Printed, Lang: "tc"})
	}
	if d.Printed == "" {
		out = append(out, web.Entry{Label: v.T("performance.initiative.printed"), Value: v.T("performance.initiative.ours")})
	}
	if d.Unprinted {
		out = append(out, web.Entry{Label: v.T("performance.initiative.corrected"), Value: v.T("performance.initiative.unprinted")})
	}
	out = append(
		out,
		web.Entry{Label: v.T("performance.initiative.part"), Value: v.T("performance.part." + string(d.Part))},
		web.Entry{Label: v.T("performance.initiative.programme"), Value: d.Outlook.Programme + " " + programme, Lang: l, Path: paperPath(d.Head, d.Year)},
	)
	department, l := d.Department.With(v.Lang())
	if department != "" {
		out = append(out, web.Entry{Label: v.T("performance.initiative.owner"), Value: department, Lang: l, Path: "/directory/" + d.Owner})
	}
	if post, l := d.Post.With(v.Lang()); post != "" {
		out = append(out, web.Entry{Label: v.T("performance.initiative.post"), Value: post, Lang: l})
	}
	if !d.Due.IsZero() {
		out = append(out, web.Entry{Label: v.T("performance.initiative.due"), Value: v.Day(d.Due)})
	}
	if !d.Review.IsZero() && d.Works {
		out = append(out, web.Entry{Label: v.T("performance.initiative.review"), Value: v.Day(d.Review)})
	}
	if d.System.Code != "" {
		name, l := d.System.Name.With(v.Lang())
		out = append(out, web.Entry{Label: v.T("performance.initiative.system"), Value: name, Lang: l, Path: "/governance/systems/" + d.System.Code})
		if d.System.Path != "" {
			out = append(out, web.Entry{Label: v.T("performance.initiative.live"), Value: v.T("performance.initiative.open-system"), Path: d.System.Path})
		}
	}
	if d.FateWhy != "" {
		out = append(out, web.Entry{Label: v.T("performance.initiative.fate-why"), Value: d.FateWhy})
	}
	return out
}

// stepsTable is a promise through the papers: where it stood, and where it is found again.
func stepsTable(v *web.View, d storyView) web.Table {
	t := web.Table{ID: "steps", Caption: v.T("performance.initiative.steps"), Mode: web.Records, Columns: []web.Column{
		{Head: v.T("performance.initiative.paper")}, {Head: v.T("performance.initiative.words")}, {Head: v.T("performance.match.why")}, {Head: v.T("performance.match.decision")},
	}}
	for _, s := range append(append([]Step(nil), d.Before...), d.Next...) {
		if s.State == Rejected {
			continue
		}
		relation := v.T("performance.relation." + string(s.Relation))
		if s.State == Proposed {
			relation = v.T("performance.fate.likely", "fate", relation)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: s.Item.Year, Small: v.T("performance.part." + string(s.Item.Part))}, itemCell(v, s.Item), {Text: v.Percent(itoa(s.Score / 10)), Small: sharedWords(v, s.Shared)}, {Text: relation},
		}})
	}
	return t
}

func stonesTable(v *web.View, d storyView) web.Table {
	t := web.Table{ID: "milestones", Caption: v.T("performance.initiative.milestones"), Mode: web.Records, Columns: []web.Column{
		{Head: v.T("performance.milestone.name")}, {Head: v.T("performance.initiative.due")}, {Head: v.T("performance.milestone.state")},
	}}
	for _, m := range d.Milestones {
		name := named(v, m.Name, "")
		if d.Works {
			name.Path = root + "/milestones/" + m.ID
		}
		state := web.Cell{Body: web.Outcome(v, web.NotStarted, v.T("performance.milestone.ahead"))}
		switch {
		case !m.Done.IsZero():
			state = web.Cell{Body: web.Outcome(v, web.Done, v.T("performance.milestone.reached", "day", v.Date(m.Done)))}
		case m.Late(v.Now().Day()):
			state = web.Cell{Body: web.Outcome(v, web.Late, v.T("performance.state.late"))}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{name, {Text: v.Date(m.Due)}, state}})
	}
	return t
}

// happened is an entry in words: a change says what changed.
func happened(v *web.View, e Entry) string {
	if e.Kind != Changed {
		return e.Text
	}
	var out []string
	for line := range strings.SplitSeq(e.Text, "\n") {
		what, change, _ := strings.Cut(line, ":")
		from, now, ok := strings.Cut(change, ">")
		switch {
		case what == "state" && ok:
			out = append(out, v.T("performance.changed.state", "from", v.T("performance.state."+from), "to", v.T("performance.state."+now)))
		case what == "due" && ok:
			out = append(out, v.T("performance.changed.due", "from", dayWord(v, from), "to", dayWord(v, now)))
		case line == "owner":
			out = append(out, v.T("performance.changed.owner"))
		case line != "":
			out = append(out, line)
		}
	}
	return strings.Join(out, v.T("performance.changed.and"))
}

func dayWord(v *web.View, s string) string {
	d, err := when.ParseDay(s)
	if err != nil || d.IsZero() {
		return v.T("performance.changed.none")
	}
	return v.Date(d)
}

// linePath is the page of the money or the posts that a measure is about.
func linePath(m Measure) string {
	subhead, item, over := strings.Cut(m.Line, "/")
	switch {
	case m.Stream == Posts:
		return "/votes/" + m.Head + "/posts"
	case over:
		return commitmentPath(m.Head, item)
	}
	return "/votes/" + m.Head + "/subheads/" + subhead
}

// measureFacts are a measure's definition and who answers for it.
func measureFacts(v *web.View, d recordView) []web.Entry {
	definition, l := d.Definition.With(v.Lang())
	if definition == "" {
		definition, l = v.T("performance.measure.undefined"), ""
	}
	out := []web.Entry{
		{Label: v.T("performance.measure.definition"), Value: definition, Lang: l},
		{Label: v.T("performance.measure.kind"), Value: v.T("performance.kind." + string(d.Kind))},
		{Label: v.T("performance.measure.period"), Value: v.T("performance.period." + string(d.Period))},
	}
	if d.Programme != "" {
		out = append(out, web.Entry{Label: v.T("performance.initiative.programme"), Value: d.Programme, Path: paperPath(d.Head, d.Year)})
	}
	if d.Stream != "" {
		out = append(out, web.Entry{Label: v.T("performance.measure.formula"), Value: v.T("performance.formula."+string(d.Formula), "stream", v.T("performance.stream."+d.Stream))})
	} else {
		out = append(out, web.Entry{Label: v.T("performance.measure.formula"), Value: v.T("performance.formula.entered")})
	}
	if d.Line != "" {
		out = append(out, web.Entry{Label: v.T("performance.measure.line"), Value: d.Line, Path: linePath(d.Measure)})
	}
	if d.Numerator != "" {
		out = append(out, web.Entry{Label: v.T("performance.measure.numerator"), Value: d.Numerator})
	}
	if d.Measure.Denominator != "" {
		out = append(out, web.Entry{Label: v.T("performance.measure.denominator"), Value: d.Measure.Denominator})
	}
	if d.Target != nil {
		out = append(out, web.Entry{Label: v.T("performance.measure.target"), Value: shown(v, d.Measure, *d.Target)})
	}
	if d.Direction != Flat {
		out = append(out, web.Entry{Label: v.T("performance.measure.direction"), Value: v.T("performance.direction." + string(d.Direction))})
	}
	if name, l := d.Department.With(v.Lang()); name != "" {
		out = append(out, web.Entry{Label: v.T("performance.initiative.owner"), Value: name, Lang: l, Path: "/directory/" + d.Measure.Department})
	}
	return out
}
