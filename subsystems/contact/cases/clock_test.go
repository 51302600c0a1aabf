package cases

import (
	"slices"
	"strings"
	"testing"
	"time"

	"praya/platform/db"
)

// TestClocks: Good Friday, the day after it and Easter Monday of 2026 are 3, 4 and 6 April.
func TestClocks(t *testing.T) {
	each(t, func(w *world) {
		c, _ := w.open(lamp())
		w.clock.move.Store(int64(at("2026-03-25 15:00").Sub(w.clock.base)))
		r := w.refer(c.ID, "FEHD")
		// 26, 27, 30, 31 March, 1, 2, 8, 9, 10, 13 April (7 April is the day after Ching Ming's substitute
		// or a working day, as the calendar of the site says).
		working := 0
		w.read(func(tx *db.Tx) error {
			holidays, err := workingOf(tx)
			working = holidays.WorkingBetween(at("2026-03-25 15:00").Day(), r.InterimDue.Add(-1).Day())
			if holidays.IsWorking(at("2026-04-03 12:00").Day()) {
				t.Error("Good Friday is a working day")
			}
			return err
		})
		if working != 10 {
			w.Errorf("the interim reply is due after %d working days", working)
		}
		if plain := at("2026-03-25 00:00").Add(15 * 24 * time.Hour); !plain.Before(r.InterimDue) {
			w.Errorf("no holiday was left out: %v", r.InterimDue)
		}
		w.chase(r.InterimDue.Add(-40 * time.Hour))
		w.said("FEHD/contact-officer", "a reply is due soon")
		w.chase(r.InterimDue.Add(time.Minute))
		w.said("FEHD/contact-officer", "is late")
		w.said("/contact-supervisor", "is late")
		if got := w.get(c.ID); got.Level != 1 || got.State != Referred {
			w.Errorf("%v %v", got.Level, got.State)
		}
		w.chase(r.InterimDue.Add(20 * 24 * time.Hour))
		w.said("/contact-head", "is late")
		w.chase(r.InterimDue.Add(40 * 24 * time.Hour))
		w.said("/contact-director", "is late")
		before := len(w.office.told)
		w.chase(r.InterimDue.Add(60 * 24 * time.Hour))
		if len(w.office.told) != before {
			w.Error("said again what was said")
		}
		w.write(func(tx *db.Tx) error { _, err := w.Reply(tx, r.ID, "Done.", "officer"); return err })
		w.read(func(tx *db.Tx) error {
			all, err := w.CountsOf(tx, at("2026-01-01 00:00").Day(), at("2026-12-31 00:00").Day())
			if len(all.Departments) != 1 || all.Departments[0] != (Count{Department: "FEHD", Referred: 1, Replied: 1, RepliedLate: 1, WentLate: 1}) {
				w.Errorf("%+v", all)
			}
			return err
		})
	})
}

// TestThreeHours is the centre's own clock, which knows no holidays.
func TestThreeHours(t *testing.T) {
	each(t, func(w *world) {
		c, _ := w.open(lamp())
		other, _ := w.open(lamp())
		w.chase(c.ReferDue.Add(-10 * time.Minute))
		w.said("/contact-supervisor", "to be referred soon")
		w.refer(other.ID, "HYD")
		w.chase(c.ReferDue.Add(time.Minute))
		w.said("/contact-supervisor", c.Reference+": not referred in time")
		w.chase(c.ReferDue.Add(4 * time.Hour))
		w.said("/contact-head", "not referred in time")
		w.read(func(tx *db.Tx) error {
			all, err := w.Counts(tx)
			if all.ReferLate != 1 || all.Overdue != 1 || all.Opened != 2 || all.States[Referred] != 1 {
				w.Errorf("%+v", all)
			}
			return err
		})
		if slices.ContainsFunc(w.office.told, func(s string) bool { return strings.Contains(s, other.Reference+": not") }) {
			w.Error("said of a case that was referred")
		}
	})
}

func (w *world) said(to, what string) {
	w.Helper()
	if !slices.ContainsFunc(w.office.told, func(s string) bool { return strings.HasPrefix(s, to+" ") && strings.Contains(s, what) }) {
		w.Errorf("%s was not told %q: %q", to, what, w.office.told)
	}
}

// TestDepartmentsOwnPromises: other days, and four eyes.
func TestDepartmentsOwnPromises(t *testing.T) {
	each(t, func(w *world) {
		w.write(func(tx *db.Tx) error {
			return w.PutSettings(tx, Settings{Department: "HYD", Interim: 3, Reply: 5, Remind: 1, FourEyes: true})
		})
		c, _ := w.open(lamp())
		r := w.refer(c.ID, "HYD")
		if r.InterimDue != at("2026-03-06 00:00") || r.ReplyDue != at("2026-03-10 00:00") {
			w.Errorf("%v %v", r.InterimDue, r.ReplyDue)
		}
		reply := func(text, by string) (sent bool) {
			w.write(func(tx *db.Tx) (err error) {
				sent, err = w.Reply(tx, r.ID, text, by)
				return err
			})
			return sent
		}
		if reply("Mended.", "one") {
			w.Error("sent with two eyes")
		}
		w.refuse("four-eyes", func(tx *db.Tx) error { _, err := w.Reply(tx, r.ID, "Mended.", "one"); return err })
		if reply("Mended on Tuesday.", "two") {
			w.Error("changed and sent by the same")
		}
		w.refuse("four-eyes", func(tx *db.Tx) error { _, err := w.Reply(tx, r.ID, "", "two"); return err })
		if !reply("", "one") {
			w.Error("not sent by the other")
		}
		w.write(func(tx *db.Tx) error { return w.Answer(tx, c.ID, "It was mended.", "agent") })
		if len(*w.sent) != 0 {
			w.Error("the answer went with two eyes")
		}
		w.refuse("four-eyes", func(tx *db.Tx) error { return w.Answer(tx, c.ID, "", "agent") })
		w.write(func(tx *db.Tx) error { return w.Answer(tx, c.ID, "", "other") })
		if len(*w.sent) != 1 || (*w.sent)[0].Text != "It was mended." {
			w.Errorf("%v", *w.sent)
		}
	})
}
