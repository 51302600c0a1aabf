package contact

import (
	"errors"
	"testing"

	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/jobs"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/triage"
)

// TestDuplicatesByWords: the form proposes what says the same in another order, beside what is near,
// each once; and nothing of another kind, of a subject that isn't public, or that is closed.
func TestDuplicatesByWords(t *testing.T) {
	each(t, func(w *world) {
		w.write(func(tx *db.Tx) error {
			for code, public := range map[string]bool{"refuse": true, "noise": false} {
				name := lang.Text{TC: code, EN: code, SC: code}
				if err := w.Cases.PutCategory(tx, cases.Category{Code: code, Name: name, Public: public, Active: true}); err != nil {
					return err
				}
			}
			return nil
		})
		open := func(n cases.New) (c cases.Case) {
			n.Channel, n.Language, n.By = "web", lang.TC, cases.Person
			w.write(func(tx *db.Tx) (err error) {
				c, _, err = w.Cases.Open(tx, n)
				return err
			})
			return c
		}
		in := func(kind cases.Kind, service, district, text string) cases.New {
			return cases.New{Kind: kind, Service: service, Text: text, Where: &cases.Where{District: district}}
		}
		const told, other = "樓下垃圾房的垃圾三日沒有人收，很臭，很多老鼠。", "那些垃圾三日沒有人收樓下垃圾房很臭有很多老鼠"
		same := open(in(cases.Complaint, "refuse", "ST", told))
		open(in(cases.Complaint, "refuse", "TM", told))
		open(in(cases.Request, "refuse", "ST", told))
		open(in(cases.Complaint, "noise", "ST", told))
		open(in(cases.Complaint, "refuse", "ST", "街市門口的魚檔把水潑到行人路，路面很滑，有長者跌倒。"))
		near := func(text string, where *cases.Where) (out []cases.Nearby) {
			w.read(func(tx *db.Tx) (err error) {
				out, err = w.Cases.Near(tx, cases.Complaint, "refuse", text, where)
				return err
			})
			return out
		}
		for _, text := range []string{told, other} {
			got := near(text, &cases.Where{District: "ST"})
			if len(got) != 1 || got[0].Case != same.ID || got[0].Kind != cases.Complaint || got[0].State != cases.Fresh || got[0].Where.District != "ST" {
				w.Errorf("%s: %+v", text, got)
			}
		}
		if got := near(other, nil); len(got) != 2 { // by the subject, in both districts
			w.Errorf("without a place: %+v", got)
		}
		if got := near("公園的鞦韆斷了一條鐵鏈。", &cases.Where{District: "ST"}); len(got) != 0 {
			w.Errorf("other words: %+v", got)
		}
		w.write(func(tx *db.Tx) error { return w.Cases.Close(tx, same.ID, cases.Dropped, "agent") })
		if got := near(other, &cases.Where{District: "ST"}); len(got) != 0 {
			w.Errorf("closed: %+v", got)
		}
	})
}

// TestLessonsOfAgents: what an agent says of language and urgency is a lesson, the case's own language
// only where an agent filed it; with the case the lesson goes.
func TestLessonsOfAgents(t *testing.T) {
	each(t, func(w *world) {
		open := func(channel, by string, urgency cases.Urgency) (c cases.Case) {
			w.write(func(tx *db.Tx) (err error) {
				c, _, err = w.Cases.Open(tx, cases.New{Kind: cases.Enquiry, Channel: channel, Language: lang.EN, Text: "When does the market open?", Urgency: urgency, By: by})
				return errors.Join(err, w.Cases.Close(tx, c.ID, cases.Informed, "agent"))
			})
			return c
		}
		web, phone := open("web", cases.Person, ""), open("phone", "agent", cases.Urgent)
		taught := func() map[string]map[string]string {
			out := map[string]map[string]string{}
			w.ok(w.lessons(w.system, func(l triage.Lesson) bool {
				out[l.ID] = l.Labels
				return true
			}))
			return out
		}
		got := taught()
		if l := got[string(web.ID)]; l[triage.Language] != "" || l[triage.Urgency] != "" || l[triage.Kind] != "enquiry" {
			t.Errorf("by the web: %v", l)
		}
		if l := got[string(phone.ID)]; l[triage.Language] != "en" || l[triage.Urgency] != "urgent" {
			t.Errorf("filed: %v", l)
		}
		w.write(func(tx *db.Tx) error {
			return w.Cases.Sort(tx, web.ID, cases.Sorting{Kind: cases.Enquiry, Urgency: cases.Usual, Language: lang.TC}, "agent")
		})
		chosen := func() (n int64) {
			w.read(func(tx *db.Tx) error {
				return tx.Row(`select count(*) from contact_triage_choices where realm = $1 and case_id = $2`, tx.Realm(), web.ID).Scan(&n)
			})
			return n
		}
		if n := chosen(); n != 2 { // language and urgency; nothing was proposed
			t.Errorf("%d lessons of a sorting", n)
		}
		w.write(func(tx *db.Tx) error { return w.Cases.Erase(tx, web.ID, "head") })
		if n := chosen(); n != 0 {
			t.Errorf("%d lessons outlive their case", n)
		}
	})
}

// offices knows every department by its code.
type offices struct{ directory }

func (offices) Department(_ *db.Tx, code string) (cases.Department, error) {
	return cases.Department{Code: code, Name: lang.Text{TC: code, EN: code, SC: code}}, nil
}

// TestLearnsFromTheDemonstration: its cases of earlier years are enough for each question, and what was
// held out says how well it does.
func TestLearnsFromTheDemonstration(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.Cases.Departments = offices{}
	w.ok(w.Cases.Demonstrate(w.system, cases.Demonstration{Agent: "a", Colleague: "b", Head: "h", Director: "d", Officer: "o"}))
	w.ok(w.Triage.Retrain(w.system, jobs.Job{}, nil))
	var report triage.Report
	w.read(func(tx *db.Tx) (err error) {
		report, _, err = w.Triage.Newest(tx)
		return err
	})
	seen := map[string]triage.Figures{}
	for _, f := range report.Questions {
		seen[f.Question] = f
		t.Logf("%s: %d lessons, %d answers, %d held out, accuracy %.2f, calibration error %.3f, says %d, right %d", f.Question, f.Lessons, f.Answers, f.HeldOut, f.Accuracy, f.Error, f.Said, f.SaidRight)
	}
	for _, q := range questions() {
		if f := seen[q]; f.Trained == 0 || f.HeldOut < 30 || f.Accuracy < 0.75 || f.Said == 0 || f.Error > 0.2 {
			t.Errorf("%s: %+v", q, f)
		}
	}
	said, err := w.Triage.Propose(w.system, "小學門口的街燈壞了，燈柱不停閃爍。剛才有人跌倒受傷。")
	w.ok(err)
	if said[triage.Category].Answer != "street-light" {
		t.Errorf("%+v", said)
	}
}
