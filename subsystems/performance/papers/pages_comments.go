package papers

import (
	"errors"
	"net/http"
	"strconv"

	"praya/kernel/fault"
	"praya/platform/web"
)

// commentsView is what officers say about a draft.
type commentsView struct {
	draftView
	Comments []commentView
	May      bool
	Form     web.Form
	Section  web.Field
	Sections []web.Choice
	Body     web.Field
}

type commentView struct {
	Section, Body, When string
	Open                bool
	Form                web.Form
}

func (s *Service) comment(v *web.Visit) error {
	d, err := s.desk(v)
	if err != nil {
		return err
	}
	if v.R.Method != http.MethodPost {
		return s.showComments(v, d, http.StatusOK, "", "")
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	err = v.SubmitOnce(form, func() error {
		if id := form.Get("comment"); id != "" {
			version, err := strconv.ParseInt(form.Get("version"), 10, 64)
			if err != nil {
				return fault.New(fault.Conflict, "papers.fault.changed")
			}
			return s.Resolve(v.Context(), id, version)
		}
		return s.Comment(v.Context(), d.ID, form.Get("section"), form.Get("body"))
	})
	var bad *fault.Fault
	if errors.As(err, &bad) && bad.Kind == fault.Invalid && len(bad.Fields) > 0 {
		return s.showComments(v, d, http.StatusUnprocessableEntity, form.Get("body"), v.T(bad.Fields[0].Key))
	}
	if said := failure(v, err); said != "" {
		return v.RedirectWith(d.path("comments", 0), web.Notice{Failed: true, Text: said})
	}
	if err != nil {
		return err
	}
	return v.RedirectWith(d.path("comments", 0), web.Notice{Text: v.T("papers.comment.done")})
}

func (s *Service) showComments(v *web.Visit, d draftView, status int, body, wrong string) error {
	list, err := s.Comments(v.Context(), d.Draft)
	if err != nil {
		return err
	}
	x := commentsView{
		draftView: d, May: d.State != Published,
		Form:    web.Form{ID: "new", Action: d.path("comments", 0), Submit: v.T("papers.comment.go"), Hidden: [][2]string{v.Once()}},
		Section: web.Field{Name: "section", Label: v.T("papers.comment.section")},
		Body:    web.Field{Name: "body", Label: v.T("papers.comment.body"), Value: body, Error: wrong, MaxLength: longest},
	}
	for _, c := range list {
		x.Comments = append(x.Comments, commentView{
			Section: s.sectionName(v, d.Sheet, c.Section), Body: c.Body, Open: c.Open(), When: v.Instant(c.By.At),
			Form: web.Form{
				ID: "settle-" + c.ID, Action: d.path("comments", 0), Submit: v.T("papers.comment.settle"), Quiet: true,
				Hidden: [][2]string{v.Once(), {"comment", c.ID}, {"version", strconv.FormatInt(c.Version, 10)}},
			},
		})
	}
	names := []string{SectionFront}
	for _, p := range d.Sheet.Programmes {
		names = append(names, ProgrammeSection(p.Number))
	}
	for _, name := range append(names, SectionAnalysis, SectionSubheads, SectionDetails, SectionCommitments) {
		x.Sections = append(x.Sections, web.Choice{Value: name, Label: s.sectionName(v, d.Sheet, name)})
	}
	page := s.draftPage(v, d)
	page.Failed = wrong != ""
	return v.RenderStatus(status, page, commentsPage(v.View, x))
}
