package knowledge

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/search"
	"praya/platform/web"
	"praya/platform/web/browsertest"
	"praya/platform/words"
)

//nolint:gochecknoglobals // one browser for the whole package
var chrome browsertest.Browser

func TestMain(m *testing.M) { os.Exit(chrome.Run(m)) }

// office plays the directory, and remembers who was told.
type office struct{ told []string }

func (o *office) Department(_ *db.Tx, code string) (Department, error) {
	names := map[string]lang.Text{
		"TD": {TC: "運輸署", EN: "Transport Department", SC: "运输署"}, "IMMD": {TC: "入境事務處", EN: "Immigration Department", SC: "入境事务处"},
		"FEHD": {TC: "食物環境衞生署", EN: "Food and Environmental Hygiene Department", SC: "食物环境卫生署"}, "LCSD": {TC: "康樂及文化事務署", EN: "Leisure and Cultural Services Department", SC: "康乐及文化事务署"},
		"HYD": {TC: "路政署", EN: "Highways Department", SC: "路政署"}, "EPD": {TC: "環境保護署", EN: "Environmental Protection Department", SC: "环境保护署"},
	}
	n, ok := names[code]
	if !ok {
		return Department{}, fault.New(fault.NotFound, "knowledge.fault.department")
	}
	return Department{code, n}, nil
}

func (o *office) Departments(tx *db.Tx) (out []Department, err error) {
	for _, c := range []string{"EPD", "FEHD", "HYD", "IMMD", "LCSD", "TD"} {
		d, err := o.Department(tx, c)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func (o *office) Tell(_ context.Context, account, key, _ string, title, _ lang.Text) error {
	o.told = append(o.told, account+" "+key+" "+title.EN)
	return nil
}

// clock is one that a test turns.
type clock struct {
	base when.Instant
	move atomic.Int64
}

func (c *clock) now() when.Instant { return c.base.Add(time.Duration(c.move.Add(1000))) }

type world struct {
	*Service
	testing.TB
	clock  *clock
	office *office
	system context.Context
}

func onEach(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) { test(newWorld(t, address)) })
}

func newWorld(t testing.TB, address string) *world {
	t.Helper()
	base := when.At(time.Date(2026, 3, 2, 8, 0, 0, 0, when.HongKong))
	w := &world{TB: t, office: &office{}, clock: &clock{base: base}, system: who.AsSystem(t.Context(), who.Production)}
	d, err := db.Open(t.Context(), db.Config{URL: address, Connections: 8}, w.clock.now)
	w.ok(err)
	t.Cleanup(func() { w.ok(d.Close()) })
	_, err = d.Migrate(t.Context(), audit.Schema(), jobs.Schema(), limits.Schema(), search.Schema(), web.Schema(), Schema())
	w.ok(err)
	index, err := search.New(SearchScope)
	w.ok(err)
	policy, err := access.New(Policy())
	w.ok(err)
	book, err := words.New(web.Words(), Words())
	w.ok(err)
	w.Service = &Service{
		DB: d, Index: index, Policy: policy, Words: book, Clock: w.clock.now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		People: w.office, Departments: w.office, FourEyes: true,
	}
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		var f *fault.Fault
		if errors.As(err, &f) {
			w.Fatal(err, f.Args, f.Fields)
		}
		w.Fatal(err)
	}
}

func (w *world) write(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.DB.Write(w.system, fn))
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.DB.Read(w.system, fn))
}

// refuse runs what must fail, with this key.
func (w *world) refuse(key string, fn func(tx *db.Tx) error) {
	w.Helper()
	err := w.DB.Write(w.system, fn)
	var f *fault.Fault
	if !errors.As(err, &f) || f.Key != "knowledge.fault."+key {
		w.Errorf("%v, want %s", err, key)
	}
}

// licence is an article as an editor writes it.
func licence() Article {
	return Article{
		Code: "driving-licence", Department: "TD", Owner: "ed", Review: when.Day{Year: 2026, Month: 9, Date: 1},
		Title:    lang.Text{TC: "續領駕駛執照", EN: "Renewing a driving licence", SC: "续领驾驶执照"},
		Text:     lang.Text{TC: "## 甚麼時候\n\n執照期滿前四個月內可以續期。\n\n- 網上\n- 郵寄", EN: "## When\n\nWithin four months before it ends.\n\n- Online\n- By post", SC: "## 什么时候\n\n执照期满前四个月内可以续期。\n\n- 网上\n- 邮寄"},
		Everyday: lang.Text{TC: "車牌 續牌 揸車", EN: "driver's license", SC: "驾照"},
	}
}

func (w *world) put(a Article, by string) (out Article) {
	w.Helper()
	w.write(func(tx *db.Tx) (err error) {
		out, err = w.Put(tx, a, by)
		return err
	})
	return out
}

func (w *world) publish(a Article) Article {
	w.Helper()
	out := w.put(a, "ed")
	w.write(func(tx *db.Tx) (err error) { return w.Publish(tx, a.Code, a.Review, "second") })
	w.read(func(tx *db.Tx) (err error) {
		out, err = w.Article(tx, a.Code)
		return err
	})
	return out
}

func (w *world) find(q Query) ([]Found, int) {
	w.Helper()
	out, n, err := w.Find(w.system, q)
	w.ok(err)
	return out, n
}
