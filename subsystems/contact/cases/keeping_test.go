package cases

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"praya/kernel/id"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
)

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, schemas(), "."); n < 40 {
		t.Errorf("%d statements", n)
	}
	dbtest.Homes(t, ".")
}

// dump is all that the tables hold.
func (w *world) dump() string {
	w.Helper()
	return w.dumpOf("")
}

// dumpOf is all that the tables hold whose names begin so.
func (w *world) dumpOf(prefix string) string {
	w.Helper()
	var out strings.Builder
	w.read(func(tx *db.Tx) error {
		tables, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, t := range tables {
			if !strings.HasPrefix(t.Name, prefix) || strings.HasPrefix(t.Name, "events_") && !t.Portable() {
				continue
			}
			rows, err := tx.Dump(t)
			if err != nil {
				return err
			}
			for rows.Next() {
				cells := make([]any, len(t.Columns))
				into := make([]any, len(cells))
				for i := range cells {
					into[i] = &cells[i]
				}
				if err := rows.Scan(into...); err != nil {
					return err
				}
				for _, c := range cells {
					if b, ok := c.([]byte); ok {
						c = string(b)
					}
					fmt.Fprintf(&out, "%v|", c)
				}
				out.WriteString("\n")
			}
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	return out.String()
}

// TestTablesHoldNoName: not of those who wrote, nor what they wrote.
func TestTablesHoldNoName(t *testing.T) {
	each(t, func(w *world) {
		n := lamp()
		n.MailID = "<secret-thread@mail.example.net>"
		c, code := w.open(n)
		r := w.refer(c.ID, "HYD")
		w.write(func(tx *db.Tx) error {
			return errorsOf(
				w.Add(tx, c.ID, Message{From: ByPerson, Channel: "mail", Text: "It is Invented Tai Man again.", By: Person, MailID: "<second@mail.example.net>"}),
				w.Interim(tx, r.ID, "We look at the dark lamp.", "officer"),
				w.Refuse(tx, r.ID, Refusal{Reason: "The dark lamp isn't ours."}, "officer"))
		})
		all := w.dump()
		if !strings.Contains(all, c.Reference) {
			w.Fatal("the dump is empty")
		}
		for _, secret := range []string{"Tai Man", "9123", "chan@", "street lamp", "Broken lamp", "dark", "Invented Road", "secret-thread", "second@", code, "22.281", plainCode(code)} {
			if strings.Contains(all, secret) {
				w.Errorf("the tables hold %q", secret)
			}
		}
	})
}

func TestFoundAgain(t *testing.T) {
	each(t, func(w *world) {
		n := lamp()
		n.MailID, n.Account = "<thread@mail.example>", "somebody"
		c, code := w.open(n)
		w.read(func(tx *db.Tx) error {
			for _, number := range []string{"91234567", "+852 9123-4567", "８５２９１２３４５６７"} {
				if all, err := w.ByPhone(tx, number); err != nil || len(all) != 1 || all[0].ID != c.ID {
					w.Errorf("%s: %d %v", number, len(all), err)
				}
			}
			if all, err := w.ByPhone(tx, ""); err != nil || len(all) != 0 {
				w.Error("an empty number finds somebody")
			}
			if all, err := w.ByMail(tx, " CHAN@example.com"); err != nil || len(all) != 1 {
				w.Errorf("%d %v", len(all), err)
			}
			if all, err := w.ByAccount(tx, "somebody"); err != nil || len(all) != 1 || all[0].Title != "Broken lamp" {
				w.Errorf("%v %v", all, err)
			}
			if got, err := w.ByMailID(tx, "thread@mail.example"); err != nil || got.ID != c.ID {
				w.Error(err)
			}
			for _, typed := range []string{code, strings.ToLower(code), " " + strings.ReplaceAll(code, "-", " ")} {
				if got, err := w.Follow(tx, strings.ToLower(c.Reference), typed); err != nil || got.ID != c.ID {
					w.Errorf("%q: %v", typed, err)
				}
			}
			return nil
		})
		w.refuse("follow", func(tx *db.Tx) error { _, err := w.Follow(tx, c.Reference, newCode()); return err })
		w.refuse("follow", func(tx *db.Tx) error { _, err := w.Follow(tx, id.Reference(), code); return err })
	})
}

func TestSearch(t *testing.T) {
	each(t, func(w *world) {
		n := lamp()
		n.Text = "海旁道的街燈壞了三晚，電話 9123 4567。"
		c, _ := w.open(n)
		w.open(New{Kind: Enquiry, Channel: "phone", Language: "tc", Text: "海邊的燈光", By: "agent"})
		r := w.refer(c.ID, "HYD")
		w.read(func(tx *db.Tx) error {
			for words, want := range map[string]int{"街燈": 1, "街灯": 1, "lamps": 1, "燈街": 0, "broken LAMP": 1, "海旁道 三晚": 1, "Invented Road": 1, "nothing": 0, "": 0} {
				got, total, err := w.Find(tx, words, 10, 0)
				if err != nil || total != want || len(got) != want {
					w.Errorf("%q finds %d, %v", words, total, err)
				}
			}
			long := strings.Repeat("海旁道的街燈壞了三晚 broken lamp ", 8)
			if _, _, err := w.Find(tx, long, 10, 0); err != nil {
				w.Errorf("a long query: %v", err)
			}
			got, total, err := w.FindFor(tx, "HYD", "街燈", 10, 0)
			if err != nil || total != 1 || got[0].ID != r.ID {
				w.Errorf("%v %v", got, err)
			}
			for _, words := range []string{"9123 4567", "broken"} { // what a department isn't shown, it can't search for
				if _, total, _ := w.FindFor(tx, "HYD", words, 10, 0); total != 0 {
					w.Errorf("the department finds %q", words)
				}
			}
			if _, total, _ := w.FindFor(tx, "DSD", "街燈", 10, 0); total != 0 {
				w.Error("another department finds it")
			}
			return nil
		})
	})
}

func TestReopenedWithinThirtyDays(t *testing.T) {
	each(t, func(w *world) {
		c, _ := w.open(lamp())
		add := func(tx *db.Tx) error {
			return w.Add(tx, c.ID, Message{From: ByPerson, Channel: "web", Text: "It is dark again.", By: Person})
		}
		w.refuse("unanswered", func(tx *db.Tx) error { return w.Close(tx, c.ID, Resolved, "agent") })
		w.write(func(tx *db.Tx) error {
			return errorsOf(w.Answer(tx, c.ID, "Mended.", "agent"), w.Close(tx, c.ID, Resolved, "agent"))
		})
		w.clock.move.Add(int64(29 * 24 * time.Hour))
		w.write(add)
		if got := w.get(c.ID); got.State != Fresh || !got.ReferDue.Time().After(w.clock.now().Time()) {
			w.Errorf("%v, due %v", got.State, got.ReferDue)
		}
		w.write(func(tx *db.Tx) error {
			return errorsOf(w.Answer(tx, c.ID, "Mended again.", "agent"), w.Close(tx, c.ID, Resolved, "agent"))
		})
		w.clock.move.Add(int64(31 * 24 * time.Hour))
		w.refuse("too-late", add)
	})
}

func TestMergeAndLink(t *testing.T) {
	each(t, func(w *world) {
		one, _ := w.open(lamp())
		two, _ := w.open(lamp())
		three, _ := w.open(lamp())
		w.refer(two.ID, "HYD")
		w.write(func(tx *db.Tx) error { return w.Merge(tx, two.ID, one.ID, "agent") })
		w.refuse("closed", func(tx *db.Tx) error { return w.Merge(tx, three.ID, two.ID, "agent") })
		w.write(func(tx *db.Tx) error { return w.Link(tx, three.ID, one.ID, "agent") })
		if got := w.get(two.ID); got.State != Merged || got.MergedInto != one.ID {
			w.Errorf("%+v", got)
		}
		if r := w.openAt(two.ID, "HYD"); r.ID != "" {
			w.Error("its referral is open")
		}
		w.write(func(tx *db.Tx) error {
			_, err := w.AnswerTo(tx, one.ID, Answer{Text: "All are lit.", By: "agent", Followers: true})
			return err
		})
		if len(*w.sent) != 2 || (*w.sent)[1].Case != two.ID {
			w.Errorf("%v", *w.sent)
		}
		w.write(func(tx *db.Tx) error {
			return w.Add(tx, two.ID, Message{From: ByPerson, Channel: "web", Text: "Mine is still dark.", By: Person})
		})
		w.read(func(tx *db.Tx) error {
			all, err := w.Messages(tx, one.ID)
			if last := all[len(all)-1]; last.Text != "Mine is still dark." || !last.Internal {
				w.Errorf("who looks after the case doesn't read it: %+v", last)
			}
			return err
		})
		w.read(func(tx *db.Tx) error {
			linked, err := w.Linked(tx, one.ID)
			if len(linked) != 1 || linked[0].ID != three.ID {
				w.Errorf("%v", linked)
			}
			return err
		})
	})
}

// TestEventsHoldIDs: and the round of a case is published.
func TestEventsHoldIDs(t *testing.T) {
	each(t, func(w *world) {
		c, _ := w.open(lamp())
		r := w.refer(c.ID, "HYD")
		w.write(func(tx *db.Tx) error { _, err := w.Reply(tx, r.ID, "Mended.", "officer"); return err })
		w.write(func(tx *db.Tx) error {
			return errorsOf(w.Answer(tx, c.ID, "Mended.", "agent"), w.Close(tx, c.ID, Resolved, "agent"), w.Rate(tx, c.ID, 4))
		})
		var seen []string
		done := make(chan struct{})
		ctx, cancel := contextWith(w)
		defer cancel()
		bus := events.New(w.DB, w.Log, events.Consumer{Name: "test", Subjects: []string{subjectPrefix}, Handle: func(_ *db.Tx, e events.Event) error {
			seen = append(seen, strings.TrimPrefix(e.Subject, subjectPrefix))
			if bytes.Contains(e.Data, []byte("Mended")) || !bytes.Contains(e.Data, []byte(c.ID)) {
				w.Errorf("%s: %s", e.Subject, e.Data)
			}
			if e.Subject == SubjectRated {
				close(done)
			}
			return nil
		}})
		go func() { _ = bus.Run(ctx) }()
		select {
		case <-done:
		case <-ctx.Done():
			w.Fatal("no events")
		}
		if got := strings.Join(seen, " "); got != "opened referred replied answered closed rated" {
			w.Error(got)
		}
	})
}

// TestTheCentresAgain: a case whose referral was withdrawn, or whose person writes after the answer, has
// the centre's clock once more; an interim reply is passed on.
func TestTheCentresAgain(t *testing.T) {
	each(t, func(w *world) {
		c, _ := w.open(lamp())
		r := w.refer(c.ID, "HYD")
		w.clock.move.Add(int64(24 * time.Hour))
		w.write(func(tx *db.Tx) error { return w.Withdraw(tx, r.ID, "A mistake.", "agent") })
		if got := w.get(c.ID); got.State != Fresh || got.ReferDue.Sub(w.clock.now()) < 2*time.Hour {
			w.Errorf("%v %v", got.State, got.ReferDue)
		}
		r = w.refer(c.ID, "HYD")
		w.write(func(tx *db.Tx) error { return w.Interim(tx, r.ID, "We look at it.", "officer") })
		if got := w.get(c.ID); got.State != Replied {
			w.Errorf("an interim reply waits: %v", got.State)
		}
		w.write(func(tx *db.Tx) error { return w.Answer(tx, c.ID, "They look at it.", "agent") })
		if got := w.get(c.ID); got.State != Referred {
			w.Errorf("it was passed on: %v", got.State)
		}
		w.write(func(tx *db.Tx) error { _, err := w.Reply(tx, r.ID, "Mended.", "officer"); return err })
		if got := w.get(c.ID); got.State != Replied {
			w.Errorf("the full reply waits: %v", got.State)
		}
		w.write(func(tx *db.Tx) error { return w.Answer(tx, c.ID, "Mended.", "agent") })
		w.clock.move.Add(int64(24 * time.Hour))
		w.write(func(tx *db.Tx) error {
			return w.Add(tx, c.ID, Message{From: ByPerson, Channel: "web", Text: "No, it isn't.", By: Person})
		})
		if got := w.get(c.ID); got.State != Fresh || got.ReferDue.Sub(w.clock.now()) < 2*time.Hour {
			w.Errorf("%v %v", got.State, got.ReferDue)
		}
	})
}
