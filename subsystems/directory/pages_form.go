package directory

import (
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
)

// periodOf reads both days of a period.
func periodOf(a *web.Answers) Period { return Period{From: dayOf(a, "from"), To: dayOf(a, "to")} }

func dayOf(a *web.Answers, name string) when.Day { return a.Day(name, "directory.wrong.day-form") }

// ask asks by the name of a column of the sheets.
func ask(v *web.Visit, as web.Asked, name string, optional bool) web.Question {
	q := web.Question{As: as, Field: web.Field{Name: name, Label: v.T("directory.field." + name), Optional: optional, MaxLength: longestName}}
	if hint := "directory.hint." + name; v.Has(hint) {
		q.Hint = v.T(hint)
	}
	return q
}

func askIn(v *web.Visit, name string, l lang.Lang, optional bool) web.Question {
	q := ask(v, web.AsText, name, optional)
	q.Lang = l
	return q
}

func askThree(v *web.Visit, prefix string, optional bool) []web.Question {
	return []web.Question{
		askIn(v, prefix+"tc", lang.TC, optional), askIn(v, prefix+"en", lang.EN, optional), askIn(v, prefix+"sc", lang.SC, optional),
	}
}

// askPeriod asks for both days; the first may be unknown for a department only.
func askPeriod(v *web.Visit, fromOptional bool) []web.Question {
	return []web.Question{ask(v, web.AsDay, "from", fromOptional), ask(v, web.AsDay, "to", true)}
}

func askYes(v *web.Visit, name string) web.Question {
	q := ask(v, web.AsTick, name, true)
	q.Choices = []web.Choice{{Value: "yes", Label: v.T("directory.yes." + name)}}
	return q
}

func (s *Service) askDepartment(v *web.Visit, name string, optional bool) (web.Question, error) {
	q := ask(v, web.AsSelect, name, optional)
	all, err := s.Departments(v.Context())
	if optional {
		q.Choices = append(q.Choices, web.Choice{Label: v.T("directory.none.parent")})
	}
	for _, d := range all {
		q.Choices = append(q.Choices, web.Choice{Value: d.Code, Label: d.Code + " " + d.Label(v.Lang())})
	}
	return q, err
}
