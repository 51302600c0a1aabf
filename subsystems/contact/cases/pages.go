package cases

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/limits"
	"praya/platform/web"
)

const (
	rootPath      = "/contact"
	followPath    = rootPath + "/follow"
	writePath     = rootPath + "/write"
	deskPath      = rootPath + "/desk"
	referralsPath = rootPath + "/referrals"
	ownPath       = "/me/cases"
)

// uploadPatience is how long a slow telephone may take for its photos.
const uploadPatience = 3 * time.Minute

// mountPages registers the pages.
func (s *Service) mountPages(site *web.Site) {
	secret := web.Secret()
	both := func(path string, h web.Handler, more ...web.Option) {
		site.Page("GET "+path, h, secret)
		site.Page("POST "+path, h, append(more, secret)...)
	}
	upload := []web.Option{web.Body(maxFiles*MaxFile + 1<<20), web.Patience(uploadPatience)}

	site.Page("GET "+rootPath, s.showContact)
	site.Page("GET "+writePath, s.beginWriting, secret)
	both(writePath+"/{token}/{step}", s.askStep)
	both(writePath+"/{token}/photos", s.askPhotos, upload...)
	site.Page("GET "+writePath+"/{token}/photos/{file}", s.draftPhoto, secret)
	site.Page("GET "+writePath+"/{token}/near", s.showNear, secret)
	site.Page("GET "+writePath+"/{token}/near/{file}", s.nearPhoto, secret)
	site.Page("POST "+writePath+"/{token}/near", s.chooseNear, secret)
	both(writePath+"/{token}/check", s.askCheck)
	site.Page("GET "+writePath+"/{token}/receipt", s.showReceipt, secret)
	both(followPath, s.askFollow)
	site.Page("GET "+followPath+"/{token}", s.showFollowed, secret)
	site.Page("POST "+followPath+"/{token}/{act}", s.doFollowed, append(upload, secret)...)
	site.Page("GET "+followPath+"/{token}/files/{file}", s.followedFile, secret)

	site.Page("GET "+ownPath, s.showOwns, secret)
	site.Page("GET "+ownPath+"/{id}", s.showOwn, secret)
	site.Page("POST "+ownPath+"/{id}/{act}", s.doOwn, append(upload, secret)...)
	site.Page("GET "+ownPath+"/{id}/files/{file}", s.ownFile, secret)

	site.Page("GET "+deskPath, s.showDesk, secret)
	site.Page("GET "+deskPath+"/file.csv", s.downloadDesk, secret)
	both(deskPath+"/new", s.askNew)
	site.Page("GET "+deskPath+"/codes/{token}", s.showCode, secret)
	site.Page("GET "+deskPath+"/cases/{id}", s.showCase, secret)
	both(deskPath+"/cases/{id}/{act}", s.askAct)
	site.Page("GET "+deskPath+"/cases/{id}/letters/{number}", s.showLetter, secret)
	both(deskPath+"/cases/{id}/files", s.askFiles, upload...)
	site.Page("GET "+deskPath+"/cases/{id}/files/{file}", s.deskFile, secret)
	both(deskPath+"/cases/{id}/referrals/{referral}/{act}", s.askReferralAct)
	site.Page("GET "+deskPath+"/figures", s.showFigures, secret)
	site.Page("GET "+deskPath+"/subjects", s.showCategories, secret)
	both(deskPath+"/subjects/{code}", s.askCategory)
	site.Page("GET "+deskPath+"/promises", s.showPromises, secret)
	both(deskPath+"/promises/{code}", s.askPromise)
	site.Page("GET "+deskPath+"/keys", s.showKeys, secret)
	both(deskPath+"/keys/new", s.askKey)
	both(deskPath+"/keys/{id}/end", s.askEndKey)

	site.Page("GET "+referralsPath, s.showReferrals, secret)
	site.Page("GET "+referralsPath+"/{id}", s.showReferral, secret)
	both(referralsPath+"/{id}/{act}", s.askHandle)
	site.Page("GET "+referralsPath+"/{id}/files/{file}", s.referralFile, secret)
}

// face is what every page here needs.
type face struct {
	*web.Visit
	*Service
}

func (f face) read(fn func(tx *db.Tx) error) error { return f.DB.Read(f.Context(), fn) }

func (f face) write(fn func(tx *db.Tx) error) error { return f.DB.Write(f.Context(), fn) }

// by is the account of whoever acts.
func (f face) by() string { return f.Actor().ID }

// selecting is a list of a filter.
type selecting struct {
	Field   web.Field
	Choices []web.Choice
}

// picture is a photo on a page.
type picture struct{ Path, Alt string }

// at puts a fault of the domain beside a field, so that what was typed is kept.
func beside(field string, err error) error {
	var f *fault.Fault
	if asFault(err, &f) && f.Kind == fault.Invalid && len(f.Fields) == 0 {
		return f.At(field, f.Key)
	}
	return err
}

func stateOf(s State) web.State {
	switch s {
	case Fresh:
		return web.NotStarted
	case Escalated, Replied:
		return web.Waiting
	case Answered, Closed:
		return web.Done
	case Merged:
		return web.Withdrawn
	}
	return web.InProgress
}

func (f face) state(c Case) templ.Component {
	if c.State == Fresh && !f.Now().Before(c.ReferDue) {
		return web.Outcome(f.View, web.Late, f.T("cases.state.late"))
	}
	return web.Outcome(f.View, stateOf(c.State), f.T("cases.state."+string(c.State)))
}

func (f face) kinds() []web.Choice {
	var out []web.Choice
	for _, k := range Kinds() {
		out = append(out, web.Choice{Value: string(k), Label: f.T("cases.kind." + string(k)), Hint: f.T("cases.kind-hint." + string(k))})
	}
	return out
}

func (f face) districts() []web.Choice {
	out := []web.Choice{{Label: f.T("cases.choose")}}
	for _, d := range Districts() {
		out = append(out, web.Choice{Value: d, Label: f.T("cases.district." + d)})
	}
	return out
}

func (f face) channel(c string) string {
	if f.Has("cases.channel." + c) {
		return f.T("cases.channel." + c)
	}
	return c
}

// categories are the centre's services as choices; the first says that it is something else.
func (f face) categories(tx *db.Tx, first string) ([]web.Choice, error) {
	out := []web.Choice{{Label: first}}
	all, err := f.Categories(tx)
	for _, x := range all {
		if x.Active {
			name, l := x.Name.With(f.Lang())
			out = append(out, web.Choice{Value: x.Code, Label: name, Lang: l})
		}
	}
	return out, err
}

func (f face) departments(tx *db.Tx) ([]web.Choice, map[string]string, error) {
	all, err := f.Departments.Departments(tx)
	out, names := []web.Choice{{Label: f.T("cases.choose")}}, map[string]string{}
	for _, d := range all {
		name, l := d.Name.With(f.Lang())
		out, names[d.Code] = append(out, web.Choice{Value: d.Code, Label: name, Lang: l}), name
	}
	return out, names, err
}

// place puts a place into words.
func (f face) place(w *Where) string {
	if w == nil {
		return ""
	}
	var parts []string
	if w.District != "" {
		parts = append(parts, f.T("cases.district."+w.District))
	}
	if w.Address != "" {
		parts = append(parts, w.Address)
	}
	if w.Point() {
		parts = append(parts, fmt.Sprintf("%.5f, %.5f", w.Lat, w.Lon))
	}
	if f.Lang() == lang.EN {
		return strings.Join(parts, ", ")
	}
	return strings.Join(parts, "，")
}

// step puts a step of the history into words.
func (f face) step(x Step, names map[string]string) web.Event {
	name := func(code string) string {
		if n := names[code]; n != "" {
			return n
		}
		return code
	}
	what, other := x.What, name(x.Other)
	switch x.What {
	case "closed":
		other = f.T("cases.outcome." + x.Other)
	case "posted":
		if d, err := when.ParseDay(x.Other); err == nil {
			other = f.Day(d)
		}
	case "assigned":
		if x.Other == "" {
			what = "unassigned"
		}
	}
	e := web.Event{When: f.Instant(x.At), What: f.T("cases.what."+what, "department", name(x.Department), "other", other, "level", int64(x.Level))}
	if x.Note != "" {
		e.What = f.T("cases.with-note", "what", e.What, "note", x.Note)
	}
	switch x.By {
	case Machine:
		e.Who = f.T("cases.by.machine")
	case Person:
		e.Who = f.T("cases.by.person")
	default:
		if e.Who = f.T("cases.by.centre"); slices.Contains([]string{"accepted", "interim", "replied", "refused", "refused-to"}, x.What) {
			e.Who = name(x.Department)
		}
	}
	return e
}

// The frames of the map and of its crowded middle, in thousandths of a degree.
const (
	mapBox   = "0 0 640 450"
	urbanBox = "255 215 210 190"
)

// shape is a district on the map.
type shape struct{ Name, Path, Points, Fill string }

// shapes are the districts as links to this page with ?district=: all of them, and those of the middle.
func (f face) shapes(chosen string) (all, urban []shape) {
	for _, o := range outlines() {
		var points []string
		for _, p := range o.points {
			points = append(points, fmt.Sprintf("%.0f,%.0f", (p[0]-west)*1000, (north-p[1])*1000))
		}
		d := shape{f.T("cases.district." + o.code), f.With("district", o.code), strings.Join(points, " "), "none"}
		if o.code == chosen {
			d.Fill = "currentColor"
		}
		all = append(all, d)
		if slices.Contains([]string{"CW", "WC", "EN", "SN", "YTM", "SSP", "KC", "WTS", "KT"}, o.code) {
			urban = append(urban, d)
		}
	}
	return all, urban
}

// slow bounds what a visitor's network may do.
func (f face) slow(what string, burst int, per time.Duration) error {
	_, err := limits.Take(f.Context(), f.DB, "contact.cases."+what+"."+f.Client().String(), limits.Rate{Burst: burst, Per: per})
	return err
}
