package cases

import (
	"fmt"
	"strings"
	"testing"

	"praya/platform/db"
)

// TestRefusals tells stories: who refuses what, and where the case is then.
func TestRefusals(t *testing.T) {
	for _, story := range []struct {
		name string
		acts []string // DEPARTMENT refuses, naming OTHER or "-" for a reason alone; "decide X" refers at the present level
		want string   // state, level, and who has it open
	}{
		{"named another", []string{"FEHD HYD"}, "referred 0 HYD"},
		{"a reason alone", []string{"FEHD -"}, "escalated 1 "},
		{"both refuse, each naming the other", []string{"FEHD HYD", "HYD FEHD"}, "escalated 1 "},
		{"both refuse, the second naming a third", []string{"FEHD HYD", "HYD LANDS"}, "escalated 1 "},
		{"level 1 decides", []string{"FEHD HYD", "HYD FEHD", "decide LANDS"}, "referred 0 LANDS"},
		{"level 1 can't send it back", []string{"FEHD HYD", "HYD FEHD", "decide! HYD"}, "escalated 1 "},
		{"a third refusal goes to the head", []string{"FEHD HYD", "HYD FEHD", "decide LANDS", "LANDS DSD"}, "escalated 2 "},
		{"the head may send it to one that refused", []string{"FEHD HYD", "HYD FEHD", "decide LANDS", "LANDS -", "decide HYD"}, "referred 0 HYD"},
		{"the head's choice refused goes to the director", []string{"FEHD HYD", "HYD FEHD", "decide LANDS", "LANDS -", "decide HYD", "HYD -"}, "escalated 3 "},
		{"a direction can't be refused", []string{"FEHD -", "decide HYD", "HYD -", "decide LANDS", "LANDS -", "decide FEHD", "FEHD! -"}, "referred 0 FEHD"},
	} {
		t.Run(story.name, func(t *testing.T) {
			each(t, func(w *world) {
				c, _ := w.open(lamp())
				w.refer(c.ID, "FEHD")
				for _, act := range story.acts {
					w.play(c.ID, act)
				}
				if got := w.stands(c.ID); got != story.want {
					w.Errorf("%q, want %q", got, story.want)
				}
				closing := w.DB.Write(w.system, func(tx *db.Tx) error { return w.Close(tx, c.ID, Declined, "agent") })
				if closing == nil {
					w.Error("it could be closed by refusing")
				}
			})
		})
	}
}

func (w *world) play(of CaseID, act string) {
	w.Helper()
	who, what, _ := strings.Cut(act, " ")
	who, wrong := strings.CutSuffix(who, "!")
	err := w.DB.Write(w.system, func(tx *db.Tx) error {
		if who == "decide" {
			_, err := w.Refer(tx, of, what, "", "chief")
			return err
		}
		x := Refusal{Other: what, Reason: "Not ours."}
		if what == "-" {
			x.Other = ""
		}
		return w.Refuse(tx, w.openAt(of, who).ID, x, "officer")
	})
	if (err != nil) != wrong {
		w.Fatalf("%s: %v", act, err)
	}
}

func (w *world) stands(of CaseID) string {
	w.Helper()
	c := w.get(of)
	var have []string
	w.read(func(tx *db.Tx) error {
		all, err := w.Referrals(tx, of)
		have = asked(all)
		return err
	})
	return fmt.Sprint(c.State, " ", c.Level, " ", strings.Join(have, ","))
}

func TestRefusalNamesAnotherOrAReason(t *testing.T) {
	each(t, func(w *world) {
		c, _ := w.open(lamp())
		r := w.refer(c.ID, "FEHD")
		w.refuse("refusal", func(tx *db.Tx) error { return w.Refuse(tx, r.ID, Refusal{}, "officer") })
		w.refuse("refusal-self", func(tx *db.Tx) error { return w.Refuse(tx, r.ID, Refusal{Other: "FEHD"}, "officer") })
		w.refuse("department", func(tx *db.Tx) error { return w.Refuse(tx, r.ID, Refusal{Other: "MOON"}, "officer") })
		w.write(func(tx *db.Tx) error { return w.Refuse(tx, r.ID, Refusal{Other: "HYD"}, "officer") })
		w.refuse("ended", func(tx *db.Tx) error { return w.Refuse(tx, r.ID, Refusal{Other: "HYD"}, "officer") })
		if next := w.openAt(c.ID, "HYD"); !next.Lead || next.Question != "Please look into it." {
			w.Errorf("%+v", next)
		}
		var steps []string
		w.read(func(tx *db.Tx) error {
			all, err := w.History(tx, c.ID)
			for _, x := range all {
				steps = append(steps, x.What+" "+x.By)
			}
			return err
		})
		want := "referred machine; refused-to officer; referred agent; opened person"
		if got := strings.Join(steps, "; "); got != want {
			w.Errorf("%s, want %s", got, want)
		}
	})
}

// TestChildrenHaveTheirOwnWay: a child that is refused goes up without the lead.
func TestChildrenHaveTheirOwnWay(t *testing.T) {
	each(t, func(w *world) {
		c, _ := w.open(lamp())
		lead, child := w.refer(c.ID, "FEHD"), w.refer(c.ID, "HYD")
		if !lead.Lead || child.Lead {
			w.Fatal("who leads?")
		}
		w.play(c.ID, "HYD -")
		if got := w.stands(c.ID); got != "escalated 1 FEHD" {
			w.Error(got)
		}
		w.refuse("asked-already", func(tx *db.Tx) error { _, err := w.Decide(tx, child.ID, "FEHD", "", "agent"); return err })
		w.write(func(tx *db.Tx) error { return w.Withdraw(tx, child.ID, "FEHD does it all.", "agent") })
		if got := w.stands(c.ID); got != "referred 0 FEHD" || w.get(c.ID).Department != "FEHD" {
			w.Error(got)
		}
		w.write(func(tx *db.Tx) error { _, err := w.Reply(tx, lead.ID, "Mended.", "officer"); return err })
		if got := w.stands(c.ID); got != "replied 0 " {
			w.Error(got)
		}
		w.refuse("outstanding-replied", func(tx *db.Tx) error { return w.Close(tx, c.ID, Resolved, "agent") })
		w.write(func(tx *db.Tx) error { return w.Answer(tx, c.ID, "The lamp was mended.", "agent") })
		w.write(func(tx *db.Tx) error { return w.Close(tx, c.ID, Resolved, "agent") })
		if got := w.get(c.ID); got.State != Closed || len(*w.sent) == 0 || (*w.sent)[0].Text != "The lamp was mended." {
			w.Errorf("%+v", got)
		}
	})
}
