package app

import (
	"net/http"
	"strconv"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/audit"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/jobs"
	"praya/platform/web"
)

// mountOperator registers the operator's own pages.
func (p *Praya) mountOperator() {
	p.Site.Operator("GET /", p.operatorFront)
	p.Site.Operator("GET /holidays", p.showHolidays)
	p.Site.Operator("POST /holidays", p.putHoliday)
	p.Site.Operator("POST /holidays/remove", p.removeHoliday)
	p.Site.Operator("GET /audit", p.showAudit)
	p.Site.Operator("GET /keys", p.showKeys)
	p.Site.Operator("POST /keys", p.rotateKeys)
	p.Site.Operator("GET /jobs", p.showJobs)
	p.Site.Operator("POST /jobs/{id}/{act}", p.actOnJob)
}

func (p *Praya) allow(v *web.Visit, action string) error {
	return v.Allow(action, web.Resource{Type: "Program", ID: "praya"})
}

func (p *Praya) operatorFront(v *web.Visit) error {
	if err := p.allow(v, "app.operate"); err != nil {
		return err
	}
	_, checks := p.health.Ready(v.Context())
	return v.Render(web.Page{Title: v.T("app.operator.title"), Lead: v.T("app.operator.lead")}, operatorPage(v.View, checks))
}

// holidaysView is the holidays of a year and, after a mistake, the form as it was.
type holidaysView struct {
	Year   int
	All    []calendar.Holiday
	Form   calendar.Holiday
	Failed bool
}

func (p *Praya) showHolidays(v *web.Visit) error {
	return p.holidays(v, http.StatusOK, calendar.Holiday{}, false)
}

func (p *Praya) holidays(v *web.Visit, status int, form calendar.Holiday, failed bool) error {
	if err := p.allow(v, "app.holidays"); err != nil {
		return err
	}
	year, err := strconv.Atoi(v.Query.Get("year"))
	if err != nil || year < 1900 || year > 9999 {
		year = v.Now().Day().Year
	}
	all, err := p.Calendar.Holidays(v.Context(), year)
	if err != nil {
		return err
	}
	return v.RenderStatus(status, web.Page{
		Title: v.T("app.holidays.title"), Lead: v.T("app.holidays.lead"), Back: "/", Failed: failed,
	}, holidaysPage(v.View, holidaysView{year, all, form, failed}))
}

// putHoliday adds a holiday, or changes the one of that day.
func (p *Praya) putHoliday(v *web.Visit) error {
	if err := p.allow(v, "app.holidays"); err != nil {
		return err
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	h := calendar.Holiday{Name: lang.Text{TC: form.Get("tc"), EN: form.Get("en"), SC: form.Get("sc")}}
	if h.Day, err = when.ParseDay(form.Get("day")); err != nil || h.Day.IsZero() || !h.Name.Complete() {
		return p.holidays(v, http.StatusUnprocessableEntity, h, true)
	}
	if h.Version, err = p.holidayVersion(v, h.Day); err != nil {
		return err
	}
	if err := p.Calendar.Put(v.Context(), h); err != nil {
		return err
	}
	return v.RedirectWith("/holidays?year="+strconv.Itoa(h.Day.Year), web.Notice{Text: v.T("app.holidays.saved")})
}

func (p *Praya) holidayVersion(v *web.Visit, day when.Day) (int64, error) {
	all, err := p.Calendar.Holidays(v.Context(), day.Year)
	for _, h := range all {
		if h.Day == day {
			return h.Version, err
		}
	}
	return 0, err
}

func (p *Praya) removeHoliday(v *web.Visit) error {
	if err := p.allow(v, "app.holidays"); err != nil {
		return err
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	day, err := when.ParseDay(form.Get("day"))
	if err != nil {
		return fault.New(fault.Invalid, "app.holidays.incomplete").Because(err)
	}
	version, err := strconv.ParseInt(form.Get("version"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "app.holidays.incomplete").Because(err)
	}
	if err := p.Calendar.Remove(v.Context(), calendar.Holiday{Day: day, Version: version}); err != nil {
		return err
	}
	return v.RedirectWith("/holidays?year="+strconv.Itoa(day.Year), web.Notice{Text: v.T("app.holidays.removed")})
}

const auditPageSize = 50

// auditView is a page of the trail and whether its chain holds.
type auditView struct {
	Entries []audit.Entry
	Pages   web.Pages
	Broken  int64
}

func (p *Praya) showAudit(v *web.Visit) error {
	if err := p.allow(v, "app.audit"); err != nil {
		return err
	}
	_, total, err := p.Audit.Page(v.Context(), 1, 0)
	if err != nil {
		return err
	}
	pages := v.PageOf(auditPageSize, total)
	entries, _, err := p.Audit.Page(v.Context(), auditPageSize, pages.Offset())
	if err != nil {
		return err
	}
	broken, err := p.Audit.Verify(v.Context())
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("app.audit.title"), Lead: v.T("app.audit.lead"), Back: "/", Wide: true},
		auditPage(v.View, auditView{entries, pages, broken}))
}

const jobsPageSize = 50

// jobsView is a page of jobs, how many there are of each class, and how far the consumers are.
type jobsView struct {
	Jobs      []jobs.Job
	Counts    map[string]int64
	Pages     web.Pages
	Consumers []events.Status
}

func (p *Praya) showJobs(v *web.Visit) error {
	if err := p.allow(v, "app.jobs"); err != nil {
		return err
	}
	var d jobsView
	err := p.DB.Read(v.Context(), func(tx *db.Tx) (err error) {
		if d.Counts, err = jobs.Counts(tx); err != nil {
			return err
		}
		total := 0
		for _, n := range d.Counts {
			total += int(n)
		}
		d.Pages = v.PageOf(jobsPageSize, total)
		d.Jobs, err = jobs.List(tx, jobsPageSize, d.Pages.Offset())
		return err
	})
	if err != nil {
		return err
	}
	if d.Consumers, err = p.Events.Status(v.Context()); err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("app.jobs.title"), Lead: v.T("app.jobs.lead"), Back: "/", Wide: true}, jobsPage(v.View, d))
}

// actOnJob tries a job again or cancels it, and writes that into the trail.
func (p *Praya) actOnJob(v *web.Visit) error {
	if err := p.allow(v, "app.jobs"); err != nil {
		return err
	}
	acts := map[string]func(*db.Tx, string) error{"retry": jobs.Resume, "cancel": jobs.Cancel}
	act, ok := acts[v.PathValue("act")]
	if !ok {
		return fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	err := p.DB.Write(v.Context(), func(tx *db.Tx) error {
		if err := act(tx, v.PathValue("id")); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "jobs." + v.PathValue("act"), On: v.PathValue("id"), Outcome: audit.Done})
	})
	if err != nil {
		return err
	}
	return v.Redirect("/jobs")
}
