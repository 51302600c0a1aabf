package papers

import (
	"net/http"
	"strconv"

	"praya/kernel/lang"
	"praya/platform/web"
)

// path is the address of a page of a draft; the revision is named when it is
// asked for.
func (d Draft) path(page string, revision int) string {
	p := "/papers/" + d.Head + "/" + d.Year
	if page != "" {
		p += "/" + page
	}
	if revision != 0 {
		p += "?revision=" + strconv.Itoa(revision)
	}
	return p
}

// draftView is what every page of a draft shows.
type draftView struct {
	Draft
	Sees, Writes, Approves bool
	asked                  int    // revision that the visitor asked for
	Stands                 string // a sentence for officers of what must be known
}

// listView is the list of reports.
type listView struct {
	Rows     []Summary
	MayBegin bool
}

func crumbs(v *web.Visit, more ...web.Crumb) []web.Crumb {
	return append([]web.Crumb{{Text: v.T("papers.title"), Path: "/papers"}}, more...)
}

func (s *Service) showList(v *web.Visit) error {
	rows, err := s.List(v.Context())
	if err != nil {
		return err
	}
	d := listView{Rows: rows, MayBegin: v.Actor().Duty.In(DrafterRole)}
	return v.Render(web.Page{Title: v.T("papers.title"), Lead: v.T("papers.lead"), Wide: true}, listPage(v.View, d))
}

// open finds the draft that a page is about.
func (s *Service) open(v *web.Visit) (draftView, error) {
	asked, _ := strconv.Atoi(v.Query.Get("revision")) //nolint:errcheck // what is no number asks for none
	d, err := s.Report(v.Context(), v.PathValue("head"), v.PathValue("year"), max(asked, 0))
	if err != nil {
		return draftView{}, err
	}
	may := func(action string) bool { return s.may(v.Context(), action, d.Head, d.Department) == nil }
	out := draftView{Draft: d, Sees: may(actionSee), Writes: may(actionDraft), Approves: may(actionApprove), asked: asked}
	if d.State != Published {
		out.Stands = v.T("papers.unpublished")
	}
	return out, nil
}

// desk is open for pages that only officers see.
func (s *Service) desk(v *web.Visit) (draftView, error) {
	d, err := s.open(v)
	if err == nil && !d.Sees {
		return d, nothing()
	}
	return d, err
}

func (s *Service) draftPage(v *web.Visit, d draftView) web.Page {
	return web.Page{
		Title: v.T("papers.report.title", "head", d.Head, "year", d.Year), Lead: d.Sheet.Title.In(v.Lang()), Crumbs: crumbs(v), Wide: true,
		Secret: d.State != Published,
	}
}

func draftTabs(v *web.View, d draftView, current string) []web.Tab {
	names := []string{"report", "check", "files"}
	if d.Sees {
		names = []string{"report", "work", "words", "comments", "check", "files"}
	}
	var out []web.Tab
	for _, name := range names {
		page := name
		if name == "report" {
			page = ""
		}
		out = append(out, web.Tab{Text: v.T("papers.tab." + name), Path: d.path(page, d.asked), Current: name == current})
	}
	return out
}

func tagOf(s State) web.State {
	switch s {
	case Drafting:
		return web.InProgress
	case Submitted:
		return web.Waiting
	case Approved:
		return web.Approved
	}
	return web.Done
}

// reportView is the report as a page, in Chinese or English.
type reportView struct {
	draftView
	Report    Report
	Languages []languageLink
	Follow    string // words of a link to an initiative
}

type languageLink struct {
	Lang    lang.Lang
	Text    string
	Current bool
}

func (s *Service) showReport(v *web.Visit) error {
	d, err := s.open(v)
	if err != nil {
		return err
	}
	l := lang.TC
	if in := v.Query.Get("in"); in == "en" || in == "" && v.Lang() == lang.EN {
		l = lang.EN
	}
	x := reportView{draftView: d, Report: Compose(d.Sheet, l), Follow: v.T("papers.report.follow")}
	for _, one := range []lang.Lang{lang.TC, lang.EN} {
		x.Languages = append(x.Languages, languageLink{one, one.Name(), one == l})
	}
	return v.Render(s.draftPage(v, d), reportPage(v.View, x))
}

// A blockGroup is one block, or items that make a list.
type blockGroup struct {
	Item   bool
	Blocks []Block
}

func groups(blocks []Block) []blockGroup {
	var out []blockGroup
	for _, b := range blocks {
		item := b.Kind == BlockItem
		if n := len(out); item && n > 0 && out[n-1].Item {
			out[n-1].Blocks = append(out[n-1].Blocks, b)
			continue
		}
		out = append(out, blockGroup{Item: item, Blocks: []Block{b}})
	}
	return out
}

// Anchor names the heading with which a section begins.
func (b Block) Anchor() string {
	switch {
	case b.Section == SectionFront && b.Level == 2, b.Section == SectionAnalysis && b.Level == 3 && (b.Text == chinese{}.heads().analysis || b.Text == english{}.heads().analysis),
		b.Section == SectionDetails && b.Level == 3, b.Level == 4 && b.Section != SectionAnalysis && b.Section != SectionFront && b.Section != SectionDetails:
		return b.Section
	}
	return ""
}

// checkView is the reader's verdict.
type checkView struct {
	draftView
	Verdict Verdict
	Entries []web.Entry
}

func (s *Service) showCheck(v *web.Visit) error {
	d, err := s.open(v)
	if err != nil {
		return err
	}
	x := checkView{draftView: d}
	if x.Verdict, err = s.ReadBack(v.Context(), d.Draft); err != nil {
		return err
	}
	x.Entries = append(x.Entries, web.Entry{Label: v.T("papers.check.figures"), Value: strconv.Itoa(x.Verdict.Figures)},
		web.Entry{Label: v.T("papers.check.differences"), Value: strconv.Itoa(len(x.Verdict.Differences))})
	for _, o := range []string{OutcomeAgrees, OutcomeRounding, OutcomeFootnote, OutcomeNote, OutcomeFault, OutcomeUncheckable} {
		x.Entries = append(x.Entries, web.Entry{Label: v.T("papers.outcome." + o), Value: strconv.Itoa(x.Verdict.Outcomes[o])})
	}
	return v.Render(s.draftPage(v, d), checkPage(v.View, x))
}

// filesView is what can be downloaded.
type filesView struct {
	draftView
	Files  []web.File
	Kept   []File
	Others []Draft
}

func (s *Service) showFiles(v *web.Visit) error {
	d, err := s.open(v)
	if err != nil {
		return err
	}
	x := filesView{draftView: d}
	if d.State == Published {
		if x.Kept, err = s.Published(v.Context(), d.Draft); err != nil {
			return err
		}
	}
	for _, kind := range FileKinds() {
		f := web.File{Text: v.T("papers.files." + kind), Path: v.Link(d.path("files/"+kind, d.asked)), Format: fileForm(kind)}
		for _, k := range x.Kept {
			if k.Kind == kind {
				f.Bytes = k.Size
			}
		}
		x.Files = append(x.Files, f)
	}
	all, err := s.Revisions(v.Context(), d.Head, d.Year)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Revision != d.Revision {
			x.Others = append(x.Others, o)
		}
	}
	return v.Render(s.draftPage(v, d), filesPage(v.View, x))
}

func fileForm(kind string) string {
	switch kind {
	case FilePackage:
		return "ZIP"
	case FilePDFChinese, FilePDFEnglish:
		return "PDF"
	}
	return "TXT"
}

func (s *Service) download(v *web.Visit) error {
	d, err := s.open(v)
	if err != nil {
		return err
	}
	kind := v.PathValue("kind")
	name, r, err := s.Open(v.Context(), d.Draft, kind)
	if err != nil {
		return err
	}
	defer r.Close()
	types := map[string]string{"ZIP": "application/zip", "PDF": "application/pdf", "TXT": "text/plain; charset=utf-8"}
	return send(v, name, types[fileForm(kind)], r)
}

// beginView asks for which Head and year a draft begins.
type beginView struct {
	Form       web.Form
	Head, Year web.Field
	Errors     []web.FieldError
}

func (s *Service) begin(v *web.Visit) error {
	if !v.Actor().Duty.In(DrafterRole) {
		return nothing()
	}
	d := beginView{
		Form: web.Form{Action: "/papers/begin", Submit: v.T("papers.begin.go"), Cancel: "/papers", Hidden: [][2]string{v.Once()}},
		Head: web.Field{Name: "head", Label: v.T("papers.begin.head"), Width: "short", Inputmode: "numeric", MaxLength: 3},
		Year: web.Field{Name: "year", Label: v.T("papers.begin.year"), Hint: v.T("papers.begin.year-hint"), Width: "short", MaxLength: 9},
	}
	page := web.Page{Title: v.T("papers.begin.title"), Lead: v.T("papers.begin.lead"), Back: "/papers", Secret: true}
	if v.R.Method != http.MethodPost {
		return v.Render(page, beginPage(v.View, d))
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	d.Head.Value, d.Year.Value = web.HalfWidth(form.Get("head")), web.HalfWidth(form.Get("year"))
	var made Draft
	err = v.SubmitOnce(form, func() (err error) {
		made, err = s.Begin(v.Context(), d.Head.Value, d.Year.Value)
		return err
	})
	if said := failure(v, err); said != "" {
		d.Head.Error, d.Errors, page.Failed = said, []web.FieldError{{Name: "head", Text: said}}, true
		return v.RenderStatus(http.StatusUnprocessableEntity, page, beginPage(v.View, d))
	}
	if err != nil {
		return err
	}
	return v.RedirectWith(made.path("work", 0), web.Notice{Text: v.T("papers.begin.done")})
}
