package services

import (
	"errors"
	"io"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/web"
	"praya/subsystems/services/forms"
)

type sections = []forms.Section

// paragraphs cuts a text where an empty line stands.
func paragraphs(text string) []string {
	var out []string
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func (d serviceView) startText() string {
	if d.SignedIn {
		return d.T("services.service.start")
	}
	return d.T("services.service.start-sign-in")
}

// remarks are what the applicant says of fetched values.
func (d caseView) remarks(wrong map[string]string) (out []web.Entry) {
	for pointer, text := range wrong {
		label := pointer
		for _, w := range d.Offer.Form.Wanted() {
			if w.Pointer == pointer {
				label = w.Label.In(d.Lang())
			}
		}
		out = append(out, web.Entry{Label: label, Value: text})
	}
	return out
}

func ownTable(v *web.View, id, caption string, rows []web.Row) web.Table {
	return web.Table{
		ID: id, Caption: caption, Rows: rows,
		Columns: []web.Column{{Head: v.T("services.own.service")}, {Head: v.T("services.own.state")}, {Head: v.T("services.own.changed")}},
		Empty:   web.Empty{Why: v.T("services.own.none"), Next: v.T("services.own.find"), Path: publicPath},
	}
}

// laterPath leads to the days after those that are shown.
func (d bookView) laterPath() string {
	from := d.View.Now().Day().Add(1 + daysShown)
	if at, err := when.ParseDay(d.Query.Get("from")); err == nil {
		from = at.Add(daysShown)
	}
	return casePath(d.App.ID) + "/book?" + url.Values{"place": {d.Place}, "from": {from.String()}}.Encode()
}

func kioskTasks(d kioskView) (out []web.Task) {
	for _, o := range d.All {
		out = append(out, web.Task{Text: o.Title.In(d.Lang()), Hint: o.About.In(d.Lang()), Path: servicePath(o.Code)})
	}
	return out
}

// kioskTag is how a kiosk stands.
func kioskTag(v *web.View, k Kiosk) templ.Component {
	switch {
	case k.Stopped:
		return web.Outcome(v, web.Withdrawn, v.T("services.kiosk.stopped"))
	case k.Silent(v.Now()):
		return web.Outcome(v, web.Late, v.T("services.kiosk.silent"))
	case k.Health.Paper == "out" || k.Health.Scanner == "failed":
		return web.Outcome(v, web.Failed, v.T("services.kiosk.broken"))
	}
	return web.Outcome(v, web.Done, v.T("services.kiosk.well"))
}

func stopKey(k Kiosk) string {
	if k.Stopped {
		return "services.kiosk.resume"
	}
	return "services.kiosk.stop"
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func firstText(errs []web.FieldError) string {
	if len(errs) == 0 {
		return ""
	}
	return errs[0].Text
}

// readFile reads one uploaded file of a form.
func readFile(v *web.Visit, name string, most int64) ([]byte, error) {
	parts, err := v.R.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Invalid, "services.fault.form").Because(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if part.FormName() != name || part.FileName() == "" {
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(part, most+1))
		if err == nil && int64(len(raw)) > most {
			err = fault.New(fault.Invalid, "services.fault.bundle-large")
		}
		return raw, err
	}
}
