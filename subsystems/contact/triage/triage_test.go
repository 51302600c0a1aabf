package triage

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/jobs"
)

func figuresOf(r Report, q string) Figures {
	for _, f := range r.Questions {
		if f.Question == q {
			return f
		}
	}
	return Figures{}
}

// TestLearns: from generated lessons in both scripts it sorts what it never saw, and is as sure as it
// should be: the temperature makes it better calibrated.
func TestLearns(t *testing.T) {
	m, report := Train(generated(3000, 0.15), 1)
	category, language := figuresOf(report, Category), figuresOf(report, Language)
	t.Logf("category: accuracy %.3f, macro-F1 %.3f, ECE %.3f (raw %.3f), loss %.3f (raw %.3f), said %d of %d, right %d", category.Accuracy, category.MacroF1, category.Error,
		category.RawError, category.Loss, category.RawLoss, category.Said, category.HeldOut, category.SaidRight)
	if category.Accuracy < 0.7 || category.MacroF1 < 0.7 || language.Accuracy < 0.99 {
		t.Errorf("accuracy %.3f, macro-F1 %.3f, language %.3f", category.Accuracy, category.MacroF1, language.Accuracy)
	}
	if category.Error >= category.RawError || category.Loss >= category.RawLoss || category.Error > 0.06 {
		t.Errorf("calibration error %.3f after %.3f, loss %.3f after %.3f", category.Error, category.RawError, category.Loss, category.RawLoss)
	}
	if category.HeldOut < 500 || category.HeldOut > 700 || category.Trained+category.HeldOut != 3000 {
		t.Errorf("%d held out, %d learned from", category.HeldOut, category.Trained)
	}
	if category.Said == 0 || float64(category.SaidRight)/float64(category.Said) < category.Accuracy {
		t.Errorf("of %d said %d are right", category.Said, category.SaidRight)
	}
	for text, want := range map[string]string{"街燈不亮，燈柱閃爍": "street-light", "街灯不亮，灯柱闪烁": "street-light", "A POTHOLE in the road surface, the pavement is bumpy": "road-surface"} {
		if p := m.Propose(text)[Category]; p.Answer != want || p.Confidence < 0.5 {
			t.Errorf("%s: %+v", text, p)
		}
	}
}

// TestSameModel: the same lessons and seed give the same bytes, and these the same model.
func TestSameModel(t *testing.T) {
	lessons := generated(600, 0.1)
	a, ra := Train(lessons, 5)
	b, rb := Train(lessons, 5)
	x, err := a.Encode()
	if err != nil {
		t.Fatal(err)
	}
	y, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) || !reflect.DeepEqual(ra, rb) {
		t.Error("two trainings differ")
	}
	back, err := Decode(x)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons[:50] {
		got, want := back.Propose(l.Text), a.Propose(l.Text)
		for q := range want {
			if got[q].Answer != want[q].Answer || math.Abs(got[q].Confidence-want[q].Confidence) > 1e-4 {
				t.Errorf("%s: %+v after, %+v before", q, got[q], want[q])
			}
		}
	}
}

// TestHeldOutStays: what is held out is held out whatever else there is.
func TestHeldOutStays(t *testing.T) {
	n := 0
	for _, l := range generated(5000, 0) {
		if held, _ := part(l.ID); held {
			n++
		}
	}
	if n < 850 || n > 1150 {
		t.Errorf("%d of 5000 are held out, want a fifth", n)
	}
}

// TestHostileTexts: lengths and bytes that nobody writes.
func TestHostileTexts(t *testing.T) {
	m, _ := Train(generated(600, 0.1), 1)
	for _, text := range []string{"", strings.Repeat("街", 5_000_000), strings.Repeat("a", 5_000_000), strings.Repeat("\xff\xfe", 100_000), "\x00", strings.Repeat("街燈 ", 1_000_000)} {
		for q, p := range m.Propose(text) {
			if math.IsNaN(p.Confidence) || p.Confidence < 0 || p.Confidence > 1 || p.Answer == "" {
				t.Errorf("%s: %+v", q, p)
			}
		}
	}
	if n := len([]rune(shortened(strings.Repeat("街", 10_000)))); n != maxRunes {
		t.Errorf("%d characters count", n)
	}
}

// TestTooFew: with few lessons nothing is learned, and an answer that hardly occurs is never proposed.
func TestTooFew(t *testing.T) {
	m, report := Train(generated(FewestLessons-1, 0), 1)
	if len(m.Questions()) != 0 || figuresOf(report, Category).Trained != 0 {
		t.Error("it learned from too few")
	}
	lessons := generated(600, 0)
	lessons[0].Labels[Category] = "rare"
	m, _ = Train(lessons, 1)
	if p := m.Propose(lessons[0].Text)[Category]; p.Answer == "rare" {
		t.Error("an answer that was given once is proposed")
	}
}

// TestService: it keeps a sealed model and its report, proposes above the threshold only, and takes
// people's choices as lessons.
func TestService(t *testing.T) {
	onEach(t, func(w *world) {
		got, err := w.Propose(w.system, "街燈不亮")
		w.ok(err)
		if len(got) != 0 {
			t.Error("it proposes without a model")
		}
		w.lessons = generated(100, 0)
		w.ok(w.Retrain(w.system, jobs.Job{}, nil))
		if got, err = w.Propose(w.system, "街燈不亮"); err != nil || len(got) != 0 {
			t.Errorf("after 100 lessons: %v %v", got, err)
		}
		w.lessons = generated(1500, 0.05)
		w.ok(w.Retrain(w.system, jobs.Job{}, nil))
		got, err = w.Propose(w.system, "街燈不亮，燈柱閃爍，請盡快處理")
		w.ok(err)
		if got[Category].Answer != "street-light" || got[Category].Confidence < Threshold || got[Department].Answer != "HYD" {
			t.Errorf("%+v", got)
		}
		got, err = w.Propose(w.system, "多謝")
		w.ok(err)
		if _, said := got[Category]; said {
			t.Errorf("of nothing in particular it says %+v", got[Category])
		}
		w.write(func(tx *db.Tx) error {
			x, err := newest(tx)
			if bytes.Contains(x.model, []byte("street-light")) || x.number != 2 {
				t.Error("the model isn't sealed")
			}
			return err
		})
	})
}

// TestCorrections: they overrule labels, and are counted.
func TestCorrections(t *testing.T) {
	onEach(t, func(w *world) {
		w.lessons = generated(300, 0)
		w.write(func(tx *db.Tx) error {
			for i := range 3 {
				if err := w.Corrected(tx, "case-0", []string{Category, Department, Kind}[i], "x", "chosen"); err != nil {
					return err
				}
			}
			return w.Corrected(tx, "case-1", Category, "noise", "noise")
		})
		lessons, err := w.gather(w.system)
		w.ok(err)
		if want := map[string]string{Category: "chosen", Department: "chosen", Kind: "chosen", Language: "tc"}; !reflect.DeepEqual(lessons[0].Labels, want) || lessons[1].Labels[Category] != "noise" {
			t.Errorf("%v %v", lessons[0].Labels, lessons[1].Labels)
		}
		if err := w.DB.Write(w.system, func(tx *db.Tx) error { return w.Corrected(tx, "", Category, "x", "y") }); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		w.write(func(tx *db.Tx) error {
			c, err := w.Choices(tx)
			if c[Category] != (Chosen{1, 1}) || c[Kind] != (Chosen{0, 1}) {
				t.Errorf("%+v", c)
			}
			return err
		})
	})
}

// TestNothingNew: the same lessons aren't learned twice; a choice is something new, and goes with its case.
func TestNothingNew(t *testing.T) {
	onEach(t, func(w *world) {
		w.lessons = generated(300, 0)
		number := func() (n int64) {
			w.ok(w.Retrain(w.system, jobs.Job{}, nil))
			w.write(func(tx *db.Tx) (err error) { n, err = newestNumber(tx); return err })
			return n
		}
		if a, b := number(), number(); a != 1 || b != 1 {
			t.Errorf("models %d and %d of the same lessons", a, b)
		}
		w.write(func(tx *db.Tx) error { return w.Chose(tx, "case-0", Urgency, "urgent") })
		if n := number(); n != 2 {
			t.Errorf("model %d after a choice", n)
		}
		w.write(func(tx *db.Tx) error {
			c, err := w.Choices(tx)
			if len(c) != 0 {
				t.Errorf("a choice without a proposal is counted as a verdict: %v", c)
			}
			return err
		})
		lessons, err := w.gather(w.system)
		w.ok(err)
		if lessons[0].Labels[Urgency] != "urgent" {
			t.Errorf("%v", lessons[0].Labels)
		}
		w.write(func(tx *db.Tx) error { return w.Forget(tx, "case-0") })
		w.lessons = w.lessons[1:]
		if n := number(); n != 3 {
			t.Errorf("model %d after a case went", n)
		}
		w.write(func(tx *db.Tx) error {
			all, err := choicesAfter(tx, choice{}, 10)
			if len(all) != 0 {
				t.Errorf("left: %v", all)
			}
			return err
		})
	})
}

// TestWorseIsNotTaken: a model that learned nonsense doesn't replace one that does better.
func TestWorseIsNotTaken(t *testing.T) {
	onEach(t, func(w *world) {
		w.lessons = generated(1500, 0)
		w.ok(w.Retrain(w.system, jobs.Job{}, nil))
		for i := range w.lessons { // what is learned from becomes nonsense; what is held out stays
			if held, _ := part(w.lessons[i].ID); !held {
				w.lessons[i].Labels[Category] = subjects()[i/3%4].code
			}
		}
		w.ok(w.Retrain(w.system, jobs.Job{}, nil))
		w.write(func(tx *db.Tx) error {
			r, there, err := w.Newest(tx)
			f := figuresOf(r, Category)
			if !there || f.Taken || f.Kept <= f.MacroF1 {
				t.Errorf("%+v", f)
			}
			return err
		})
		got, err := w.Propose(w.system, "街燈不亮，燈柱閃爍，請盡快處理")
		w.ok(err)
		if got[Category].Answer != "street-light" {
			t.Errorf("%+v", got)
		}
	})
}

func FuzzDecode(f *testing.F) {
	m, _ := Train(generated(300, 0.1), 1)
	good, err := m.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data)
		if err != nil {
			return
		}
		if _, err := json.Marshal(m.Propose("街燈 lamp")); err != nil {
			t.Error(err)
		}
	})
}
