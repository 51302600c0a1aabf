package knowledge

import (
	"strconv"
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/jobs"
)

// TestVersions: what was published stays readable, the public sees the published version only, and
// another pair of eyes publishes.
func TestVersions(t *testing.T) {
	onEach(t, func(w *world) {
		a := w.put(licence(), "ed")
		w.refuse("missing", func(tx *db.Tx) error { _, err := w.PublicArticle(tx, a.Code); return err })
		w.refuse("four-eyes", func(tx *db.Tx) error { return w.Publish(tx, a.Code, a.Review, "ed") })
		w.refuse("review", func(tx *db.Tx) error {
			return w.Publish(tx, a.Code, when.Day{Year: 2026, Month: 1, Date: 1}, "second")
		})
		w.write(func(tx *db.Tx) error { return w.Publish(tx, a.Code, a.Review, "second") })
		w.refuse("no-draft", func(tx *db.Tx) error { return w.Publish(tx, a.Code, a.Review, "second") })
		w.read(func(tx *db.Tx) (err error) { a, err = w.Article(tx, a.Code); return err })
		stale := a
		a.Title.EN = "How to renew a driving licence"
		a = w.put(a, "ed")
		if a.Number != 2 || a.Public != 1 || !a.Open() || a.State != Published {
			t.Errorf("%+v", a)
		}
		if err := w.DB.Write(w.system, func(tx *db.Tx) error { _, err := w.Put(tx, stale, "other"); return err }); err == nil {
			t.Error("a stale draft was kept")
		}
		a.Title.EN = "Renew your driving licence"
		a = w.put(a, "ed") // the same draft
		w.read(func(tx *db.Tx) error {
			seen, err := w.PublicArticle(tx, a.Code)
			if seen.Title.EN != "Renewing a driving licence" || a.Number != 2 {
				t.Errorf("the public sees %q", seen.Title.EN)
			}
			return err
		})
		w.write(func(tx *db.Tx) error { return w.Publish(tx, a.Code, a.Review, "second") })
		w.write(func(tx *db.Tx) error { return w.Withdraw(tx, a.Code, "ed") })
		w.refuse("missing", func(tx *db.Tx) error { _, err := w.PublicArticle(tx, a.Code); return err })
		w.read(func(tx *db.Tx) error {
			all, err := w.Versions(tx, a.Code)
			if len(all) != 2 || all[0].Title.EN != "Renew your driving licence" || all[1].PublishedBy != "second" {
				t.Errorf("%+v", all)
			}
			return err
		})
		if got, _ := w.find(Query{Text: "driving licence", Drafts: true}); len(got) != 0 {
			t.Errorf("withdrawn, and found: %+v", got)
		}
	})
}

// TestFind: both scripts, everyday words, sentences; drafts for those who work here only.
func TestFind(t *testing.T) {
	onEach(t, func(w *world) {
		w.publish(licence())
		hawk := licence()
		hawk.Code, hawk.Title = "dog-licence", lang.Text{TC: "狗隻牌照", EN: "Licences for dogs", SC: "狗只牌照"}
		hawk.Text, hawk.Everyday = lang.Text{TC: "五個月大以上的狗隻須領牌。", EN: "Dogs over five months need one.", SC: "五个月大以上的狗只须领牌。"}, lang.Text{TC: "養狗 狗牌", EN: "puppy"}
		w.publish(hawk)
		draft := licence()
		draft.Code, draft.Title = "learner", lang.Text{EN: "Learner's licence"}
		draft.Text, draft.Everyday = lang.Text{EN: "You need two photographs for the learner."}, lang.Text{}
		w.put(draft, "ed")
		for q, want := range map[string]string{
			"駕駛執照": "driving-licence", "驾驶执照": "driving-licence", "續牌": "driving-licence", "驾照": "driving-licence", "Driving LICENCES": "driving-licence",
			"how do I renew my licence": "driving-licence", "請問點樣續車牌呀": "driving-licence", "我想養狗要點做": "dog-licence", "where can I get a licence for my dog": "dog-licence",
		} {
			got, n := w.find(Query{Text: q, Lang: lang.TC})
			if n == 0 || got[0].Code != want || got[0].TitleLang != lang.TC || got[0].Excerpt == "" {
				t.Errorf("%s: %d %+v", q, n, got)
			}
		}
		if got, n := w.find(Query{Text: "learner", Quiet: true}); n != 0 {
			t.Errorf("the public finds a draft: %+v", got)
		}
		if got, _ := w.find(Query{Text: "learner", Drafts: true}); len(got) != 1 || !got[0].Draft || got[0].Code != "learner" {
			t.Errorf("%+v", got)
		}
		if got, _ := w.find(Query{Text: "licence", Department: "IMMD", Quiet: true}); len(got) != 0 {
			t.Errorf("another department's: %+v", got)
		}
		w.write(func(tx *db.Tx) error { return w.Seen(tx, "driving-licence") })
		if got, _ := w.find(Query{}); len(got) != 2 || got[0].Code != "driving-licence" {
			t.Errorf("popular first: %+v", got)
		}
	})
}

// TestUnanswered: what found nothing is counted by its folded words, without what may name somebody,
// and the list never grows beyond its bound.
func TestUnanswered(t *testing.T) {
	onEach(t, func(w *world) {
		for _, q := range []string{"Rocket launch!", "rocket  LAUNCH", "火箭", "chan@example.com lost", "91234567", "A123456(7)", strings.Repeat("長", 61)} {
			w.find(Query{Text: q})
		}
		var all []Unanswered
		w.read(func(tx *db.Tx) (err error) { all, err = w.Unanswered(tx, 10); return err })
		if len(all) != 2 || all[0].Words != "rocket launch" || all[0].Times != 2 || all[1].Words != "火箭" {
			t.Errorf("%+v", all)
		}
		w.write(func(tx *db.Tx) error {
			for i := range 20 {
				if err := asked(tx, "w"+strconv.Itoa(i), 10); err != nil {
					return err
				}
			}
			return nil
		})
		w.read(func(tx *db.Tx) (err error) { all, err = w.Unanswered(tx, 100); return err })
		if len(all) != 10 || all[0].Words != "rocket launch" {
			t.Errorf("%d kept, %+v first", len(all), all[0])
		}
		w.write(func(tx *db.Tx) error { return w.Settled(tx, "rocket launch") })
	})
}

// TestDrafted: a case gives one draft, without numbers and addresses of mail.
func TestDrafted(t *testing.T) {
	onEach(t, func(w *world) {
		from := Drafted{Title: "Lamp of chan@example.com", Text: "Call 9123 4567 or A123456(7).\r\nIt was mended in 3 days.", Case: "0190-ABC", Department: "HYD", Language: lang.EN, By: "agent"}
		var code, again string
		w.write(func(tx *db.Tx) (err error) { code, err = w.Draft(tx, from); return err })
		w.write(func(tx *db.Tx) (err error) { again, err = w.Draft(tx, from); return err })
		w.read(func(tx *db.Tx) error {
			a, err := w.Article(tx, code)
			if code != again || a.State != Draft || a.Case != "0190-ABC" || a.Title.EN != "Lamp of …" || strings.ContainsAny(a.Text.EN, "4567@") || !strings.Contains(a.Text.EN, "mended in 3 days") {
				t.Errorf("%s %s %+v", code, again, a)
			}
			return err
		})
		w.refuse("language", func(tx *db.Tx) error {
			_, err := w.Draft(tx, Drafted{Title: "x", Department: "HYD", By: "a"})
			return err
		})
		w.refuse("department", func(tx *db.Tx) error {
			_, err := w.Draft(tx, Drafted{Title: "x", Department: "NONE", Language: lang.EN, By: "a"})
			return err
		})
	})
}

// TestReview: the owner is told of what is overdue, and no more once it was reviewed.
func TestReview(t *testing.T) {
	onEach(t, func(w *world) {
		a := w.publish(licence())
		w.ok(w.Remind(w.system, jobs.Job{}, nil))
		if len(w.office.told) != 0 {
			t.Error("told too early")
		}
		w.clock.move.Store(int64(200 * 24 * 3600e9))
		w.ok(w.Remind(w.system, jobs.Job{}, nil))
		if len(w.office.told) != 1 || !strings.HasPrefix(w.office.told[0], "ed "+JobReview+".driving-licence.2026-09-01") {
			t.Errorf("%v", w.office.told)
		}
		w.write(func(tx *db.Tx) error { return w.Reviewed(tx, a.Code, tx.Now().Day().Add(100), "ed") })
		w.read(func(tx *db.Tx) error {
			all, err := w.Overdue(tx, "")
			if len(all) != 0 {
				t.Errorf("%+v", all)
			}
			return err
		})
	})
}

// TestBounds: what is too long, half written or not text is refused.
func TestBounds(t *testing.T) {
	onEach(t, func(w *world) {
		change := func(key string, do func(a *Article)) {
			t.Helper()
			a := licence()
			do(&a)
			w.refuse(key, func(tx *db.Tx) error { _, err := w.Put(tx, a, "ed"); return err })
		}
		change("code", func(a *Article) { a.Code = "../x" })
		change("length", func(a *Article) { a.Text.EN = strings.Repeat("x", MaxText+1) })
		change("length", func(a *Article) { a.Title.EN = "two\nlines" })
		change("length", func(a *Article) { a.Text.EN = "a\x00b" })
		change("title", func(a *Article) { a.Title = lang.Text{} })
		change("department", func(a *Article) { a.Department = "NONE" })
		w.put(licence(), "ed")
		change("code-taken", func(*Article) {})
		half := licence()
		half.Code, half.Text.SC = "half", ""
		w.put(half, "ed")
		w.refuse("half", func(tx *db.Tx) error { return w.Publish(tx, "half", half.Review, "second") })
	})
}
