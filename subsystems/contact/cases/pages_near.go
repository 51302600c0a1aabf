package cases

import (
	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/web"
)

// showNear proposes cases that may be the same.
func (s *Service) showNear(v *web.Visit) error {
	f := face{v, s}
	token, d, err := f.begun()
	if err != nil {
		return err
	}
	near, err := f.nearDraft(d)
	if err != nil {
		return err
	}
	if len(near) == 0 || d.Text == "" {
		return v.Redirect(f.next(token, "near"))
	}
	var parts []templ.Component
	for _, n := range near {
		rows := []web.Entry{
			{Label: v.T("cases.write.kind-label"), Value: v.T("cases.kind." + string(n.Kind))},
			{Label: v.T("cases.subject"), Value: n.Title},
			{Label: v.T("cases.opened-day"), Value: dayText(f, n.Opened)},
			{Label: v.T("cases.col.state"), Value: v.T("cases.own." + ownState(n.State))},
		}
		if n.Where.District != "" {
			rows = append(rows, web.Entry{Label: v.T("cases.district-label"), Value: v.T("cases.district." + n.Where.District)})
		}
		if n.Metres > 0 {
			rows = append(rows, web.Entry{Label: v.T("cases.near.far"), Value: v.T("cases.near.metres", "count", int64((n.Metres+9)/10*10))})
		}
		var photo []picture
		if n.Photo != "" {
			photo = []picture{{v.Link(stepPath(token, "near") + "/" + n.Photo), v.T("cases.near.photo")}}
		}
		parts = append(parts, web.SummaryList(v.View, rows), pictures(photo), button(v.View, web.Form{
			Action: stepPath(token, "near"), Submit: v.T("cases.near.same"), Quiet: true, Hidden: [][2]string{v.Once(), {"case", string(n.Case)}},
		}))
	}
	parts = append(parts, button(v.View, web.Form{Action: stepPath(token, "near"), Submit: v.T("cases.near.none"), Hidden: [][2]string{v.Once()}}))
	return v.Render(web.Page{Title: v.T("cases.near.title"), Lead: v.T("cases.near.lead"), Back: stepPath(token, "where"), Secret: true}, stack(parts))
}

func dayText(f face, day string) string {
	d, err := when.ParseDay(day)
	if err != nil {
		return day
	}
	return f.Day(d)
}

func (f face) nearDraft(d writing) (near []Nearby, err error) {
	err = f.read(func(tx *db.Tx) (err error) {
		near, err = f.Near(tx, d.Kind, d.Service, d.Title+" "+d.Text, &d.Where)
		return err
	})
	return near, err
}

func (s *Service) chooseNear(v *web.Visit) error {
	f := face{v, s}
	token, d, err := f.begun()
	if err != nil {
		return err
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	near, err := f.nearDraft(d)
	if err != nil {
		return err
	}
	d.Same, d.SameName = "", ""
	for _, n := range near {
		if string(n.Case) == form.Get("case") {
			d.Same, d.SameName = n.Case, n.Title
		}
	}
	if err := f.write(func(tx *db.Tx) error { return f.keepDraft(tx, token, d) }); err != nil {
		return err
	}
	return v.Redirect(f.next(token, "near"))
}

// nearPhoto is the small public photo of a case that was proposed.
func (s *Service) nearPhoto(v *web.Visit) error {
	f := face{v, s}
	_, d, err := f.begun()
	if err != nil {
		return err
	}
	near, err := f.nearDraft(d)
	if err != nil {
		return err
	}
	for _, n := range near {
		if n.Photo != "" && n.Photo == v.PathValue("file") {
			return f.sendFile(n.Case, n.Photo, AsSmall, "photo.jpg")
		}
	}
	return fault.New(fault.NotFound, "cases.fault.no-file")
}
