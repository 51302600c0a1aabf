package booking

import (
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/web"
)

func encode(q map[string][]string) string { return url.Values(q).Encode() }

// offer is a service at a place.
type offer struct {
	Schedule
	at Place
}

// offers lists what can be booked where, each service once a place.
func (s *Service) offers(f face, want func(Schedule) bool) (out []offer, err error) {
	if err := s.may(f.Context(), "booking.read", ""); err != nil {
		return nil, err
	}
	err = f.read(func(tx *db.Tx) error {
		all, err := allSchedules(tx)
		if err != nil {
			return err
		}
		places, err := allPlaces(tx)
		if err != nil {
			return err
		}
		byCode := map[string]Place{}
		for _, p := range places {
			byCode[p.Code] = p
		}
		out = nil
		known := map[[2]string]bool{}
		today := tx.Now().Day()
		for _, o := range all {
			over := !o.Until.IsZero() && o.Until.Before(today)
			if key := [2]string{o.Service, o.Place}; want(o) && !known[key] && !over {
				known[key], out = true, append(out, offer{o, byCode[o.Place]})
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) showServices(v *web.Visit) error {
	f := face{v, s}
	all, err := s.offers(f, func(Schedule) bool { return true })
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("booking.title"), Lead: v.T("booking.lead"), Description: v.T("booking.lead")},
		web.DataTable(v.View, f.offerTable(all)))
}

func (f face) offerTable(all []offer) web.Table {
	t := web.Table{
		ID: "services", Caption: f.T("booking.services"),
		Columns: []web.Column{{Head: f.T("booking.col.what")}, {Head: f.T("booking.col.place")}, {Head: f.T("booking.col.fee")}},
		Empty:   web.Empty{Why: f.T("booking.no-services")},
	}
	for _, o := range all {
		title, l := o.Title.With(f.Lang())
		place, in := o.at.Name.With(f.Lang())
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: title, Lang: l, Path: rootPath + "/" + o.Service + "/" + o.Place},
			{Text: place, Lang: in, Small: o.at.Address.In(f.Lang())},
			{Text: f.dollars(o.Cents)},
		}})
	}
	return t
}

// showServicePlaces chooses the place of a service; with one place there is nothing to choose.
func (s *Service) showServicePlaces(v *web.Visit) error {
	f := face{v, s}
	all, err := s.offers(f, func(o Schedule) bool { return o.Service == v.PathValue("service") })
	if err != nil {
		return err
	}
	query := ""
	if len(v.Query) > 0 {
		query = "?" + v.Query.Encode()
	}
	switch len(all) {
	case 0:
		return fault.New(fault.NotFound, "booking.fault.no-service")
	case 1:
		return v.Redirect(rootPath + "/" + all[0].Service + "/" + all[0].Place + query)
	}
	var tasks []web.Task
	for _, o := range all {
		tasks = append(tasks, web.Task{Text: o.at.Name.In(v.Lang()), Hint: o.at.Address.In(v.Lang()), Path: rootPath + "/" + o.Service + "/" + o.Place + query})
	}
	title, l := all[0].Title.With(v.Lang())
	return v.Render(web.Page{Title: title, Lang: l, Lead: v.T("booking.choose-place"), Crumbs: f.crumbs()}, web.TaskList(v.View, tasks))
}

func (f face) crumbs(more ...web.Crumb) []web.Crumb {
	return append([]web.Crumb{{Text: f.T("booking.title"), Path: rootPath}}, more...)
}

// offerOf is the service and place of the address.
func (s *Service) offerOf(f face) (offer, error) {
	all, err := s.offers(f, func(o Schedule) bool { return o.Service == f.PathValue("service") && o.Place == f.PathValue("place") })
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "booking.fault.no-service")
	}
	if err != nil {
		return offer{}, err
	}
	return all[0], nil
}

// showDays lists the days of a service at a place, to everybody.
func (s *Service) showDays(v *web.Visit) error {
	f := face{v, s}
	o, err := s.offerOf(f)
	if err != nil {
		return err
	}
	from := f.from()
	var slots []Slot
	err = f.read(func(tx *db.Tx) error {
		slots, err = s.Free(tx, o.Service, o.Place, from, ahead)
		return err
	})
	if err != nil {
		return err
	}
	title, l := o.Title.With(v.Lang())
	of := ""
	if c := v.Query.Get("case"); c != "" {
		of = "?" + url.Values{"case": {c}}.Encode()
	}
	facts := web.SummaryList(v.View, []web.Entry{
		{Label: v.T("booking.col.place"), Value: o.at.Name.In(v.Lang())}, {Label: v.T("booking.col.address"), Value: o.at.Address.In(v.Lang())}, {Label: v.T("booking.col.fee"), Value: f.dollars(o.Cents)},
	})
	parts := append([]templ.Component{facts, heading(v.T("booking.choose-day"))}, f.days(slots, from, func(d when.Day) string {
		return rootPath + "/" + o.Service + "/" + o.Place + "/" + d.String() + of
	})...)
	return v.Render(web.Page{Title: title, Lang: l, Lead: o.at.Name.In(v.Lang()), Crumbs: f.crumbs()}, stack(parts))
}

// screenSeconds is how often a screen on the wall asks anew. Only that: nobody reads a page there
// that changes under them.
const screenSeconds = 15

// showBoard shows the numbers that were called. With ?screen=1 the page comes again by itself.
func (s *Service) showBoard(v *web.Visit) error {
	f := face{v, s}
	if err := s.may(v.Context(), "booking.read", ""); err != nil {
		return err
	}
	var p Place
	var b Board
	err := f.read(func(tx *db.Tx) (err error) {
		if p, err = placeByCode(tx, v.PathValue("place")); err != nil {
			return err
		}
		b, err = s.BoardOf(tx, p.Code)
		return err
	})
	if err != nil {
		return err
	}
	if v.Query.Get("screen") == "1" {
		v.W.Header().Set("Refresh", strconv.Itoa(screenSeconds))
	}
	parts := []templ.Component{}
	if len(b.Called) > 0 {
		parts = append(parts, web.KeyFigure(v.View, web.Figure{
			Label: v.T("booking.board.now"), Value: strconv.FormatInt(b.Called[0].Number, 10), Note: v.T("booking.board.counter", "counter", b.Called[0].Counter),
		}))
	}
	t := web.Table{
		ID: "called", Caption: v.T("booking.board.called"), Mode: web.Figures,
		Columns: []web.Column{{Head: v.T("booking.col.number")}, {Head: v.T("booking.col.counter")}, {Head: v.T("booking.col.called-at")}},
		Empty:   web.Empty{Why: v.T("booking.board.none")},
	}
	for _, c := range b.Called {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: strconv.FormatInt(c.Number, 10)}, {Text: c.Counter}, {Text: v.Time(c.CalledAt)}}})
	}
	parts = append(parts, web.DataTable(v.View, t), sentence(v.T("booking.board.waiting", "count", b.Waiting)), sentence(v.T("booking.board.as-of", "at", v.Now())))
	name, l := p.Name.With(v.Lang())
	return v.Render(web.Page{Title: name, Lang: l, Lead: v.T("booking.board.title")}, stack(parts))
}
