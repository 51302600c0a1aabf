package performance

import (
	"encoding/json"
	"fmt"
	"testing"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
	"praya/platform/jobs"
)

// TestCallsAreCounted: quarters of an hour make the year's shares and means; a quarter that is told
// again is not counted twice, and a day keeps one revision.
func TestCallsAreCounted(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		c := newCycle(t, d)
		c.must(c.Take(c.system, paper("2031-32", nil, []string{"試行夜間導賞。"}, "93", "412")))
		c.must(c.GiveHead(c.system, "901", "WFO"))
		put := func(name, stream string, f Formula, places int) MeasureID {
			both := lang.Text{TC: name, EN: name, SC: name}
			id, err := c.PutMeasure(c.system, Measure{
				Head: "901", Kind: Target, Name: both, Definition: both, Period: Calendar, Direction: Up, Stream: stream, Formula: f, Places: places,
				Department: "WFO", State: MeasurePublished,
			})
			c.must(err)
			return id
		}
		answered, settled, rating := put("answered", Calls, Rate, 1), put("settled", Settled, Rate, 0), put("rating", Ratings, Mean, 2)
		today := d.Clock()().Day()
		quarter := func(day when.Day, from string, data string) {
			t.Helper()
			data = fmt.Sprintf(`{"from":"%sT%s.000000Z","day":%q,%s}`, day, from, day.String(), data)
			c.must(d.Write(c.system, func(tx *db.Tx) error {
				return countQuarter(tx, events.Event{Subject: subjectQuarter, Data: json.RawMessage(data)})
			}))
		}
		recounted := func() {
			t.Helper()
			day, err := json.Marshal(today)
			c.must(err)
			c.must(c.Recount(c.system, jobs.Job{Args: day}, nil))
		}
		quarter(today, "01:00:00", `"offered":10,"within":8,"enquiries":0,"settled":0,"ratings":0,"rating_sum":0`)
		recounted()
		if v := c.last(answered, Calendar.Of(today)); v.Value.String() != "80.0" || v.Revision != 0 {
			t.Errorf("eight of ten: %+v", v)
		}
		for _, m := range []MeasureID{settled, rating} {
			if v := c.last(m, Calendar.Of(today)); v.ID != "" {
				t.Errorf("of nothing there is no share: %+v", v)
			}
		}
		quarter(today, "01:00:00", `"offered":11,"within":8,"enquiries":4,"settled":3,"ratings":2,"rating_sum":9`)
		quarter(today, "01:15:00", `"offered":9,"within":0,"enquiries":0,"settled":0,"ratings":1,"rating_sum":5`)
		recounted()
		for m, want := range map[MeasureID]string{answered: "40.0", settled: "75", rating: "4.67"} {
			if v := c.last(m, Calendar.Of(today)); v.Value.String() != want || v.Revision != 0 {
				t.Errorf("%s: %+v", want, v)
			}
		}
		_, cases, err := c.Counted(c.system, answered, Calendar.Of(today))
		c.must(err)
		if len(cases) != 3 || cases[0].Path != "/contact/figures?of="+today.String() { // two offered, one with somebody in time
			t.Errorf("%+v", cases)
		}
		m := Measure{Stream: Calls, Formula: Rate}
		rows, sum, err := m.quartersIn(cases)
		c.must(err)
		if len(rows) != 2 || rows[0].part.String() != "8" || rows[0].whole.String() != "11" || rows[1].part.String() != "0" || rows[1].whole.String() != "9" ||
			sum.part.String() != "8" || sum.whole.String() != "20" {
			t.Errorf("eight of eleven and none of nine: %+v %+v", rows, sum)
		}
	})
}
