package queue

import (
	"io"
	"strconv"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/sheet"
	"praya/platform/web"
)

// mountAPI registers the open data: quarter hours without persons, for everybody.
func (s *Service) mountAPI(site *web.Site) {
	site.API("GET "+dataAPI+".csv", s.sendCSV, web.OpenData(), web.Cache(time.Minute))
	site.API("GET "+dataAPI+".json", s.sendJSON, web.OpenData(), web.Cache(time.Minute))
}

// mostDays bounds what is asked for at once.
const mostDays = 366

// quarterColumns are the columns of the open data; fields() gives all but the first two.
func quarterColumns() []string {
	return []string{
		"from", "day", "offered", "within", "answered", "abandoned", "voicemail", "callback", "refused", "interrupted", "called_back",
		"enquiries", "settled", "ratings", "rating_sum", "handled", "handled_ms", "waited_ms", "busy_ms", "ready_ms",
	}
}

// asked are the quarters of the days ?from= to ?to=, by default the last seven.
func (s *Service) asked(v *web.Visit) (out []Interval, err error) {
	if err := v.Allow("queue.figures", centre()); err != nil {
		return nil, err
	}
	to := v.Now().Day()
	from := to.Add(-6)
	for name, d := range map[string]*when.Day{"from": &from, "to": &to} {
		if text := v.Query.Get(name); text != "" {
			if *d, err = when.ParseDay(text); err != nil {
				return nil, fault.New(fault.Invalid, "queue.fault.days").At(name, "queue.wrong.day")
			}
		}
	}
	if to.Before(from) || to.Sub(from) >= mostDays {
		return nil, fault.New(fault.Invalid, "queue.fault.days").At("to", "queue.wrong.day")
	}
	err = s.DB.Read(v.Context(), func(tx *db.Tx) (err error) { out, err = s.Quarters(tx, from, to); return err })
	return out, err
}

// day is the day on which a quarter lies.
func (i Interval) day() string {
	at, err := when.ParseInstant(i.Start)
	if err != nil {
		return ""
	}
	return at.Day().String()
}

func (s *Service) sendCSV(v *web.Visit) error {
	list, err := s.asked(v)
	if err != nil {
		return err
	}
	return v.Download("contact-quarter-hours.csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		out, err := sheet.NewWriter(w, false)
		if err != nil {
			return err
		}
		if err := out.Write(quarterColumns()); err != nil {
			return err
		}
		for _, i := range list {
			row := []string{i.Start, i.day()}
			for _, n := range i.fields() {
				row = append(row, strconv.FormatInt(*n, 10))
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		return out.Close()
	})
}

func (s *Service) sendJSON(v *web.Visit) error {
	list, err := s.asked(v)
	if err != nil {
		return err
	}
	rows := make([]map[string]any, len(list))
	for n, i := range list {
		row := map[string]any{"from": i.Start, "day": i.day()}
		for k, count := range i.fields() {
			row[quarterColumns()[k+2]] = *count
		}
		rows[n] = row
	}
	return v.JSON(200, map[string]any{"target_seconds": int64(s.Rules.filled().Target.Seconds()), "quarters": rows})
}
