package licences

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
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
	"praya/platform/events"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
)

func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), events.Schema(), jobs.Schema(), limits.Schema(), web.Schema(), Schema()}
}

// list is a ledger that keeps what it was given in order, in its own table of none: the real one
// is tried in app.
type list struct {
	mu  sync.Mutex
	all map[string]logged
}

type logged struct {
	Kind     string   `json:"kind"`
	Of       [32]byte `json:"of"`
	Previous string   `json:"previous"`
}

func (l *list) Commit(_ *db.Tx, kind string, of [32]byte, previous string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry := fmt.Sprintf("entry-%d", len(l.all)+1)
	l.all[entry] = logged{kind, of, previous}
	return entry, nil
}

func (l *list) Bundle(_ context.Context, entry string) ([]byte, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.all[entry]
	if !ok {
		return nil, true, nil
	}
	raw, err := json.Marshal(e)
	return raw, false, err
}

// people keeps what people were told, once for each key.
type people struct {
	mu   sync.Mutex
	told map[string]string
	sent []string
}

func (p *people) Tell(_ context.Context, account, key, path string, title, text lang.Text) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.told[key]; !ok {
		p.told[key] = account + " " + path + " " + title.EN + " " + text.TC
		p.sent = append(p.sent, key)
	}
	return nil
}

func (*people) AtCounter(_ context.Context, code string) (string, error) {
	if account, ok := strings.CutPrefix(code, "code-of-"); ok {
		return account, nil
	}
	return "", fault.New(fault.NotFound, "licences.fault.no-kind")
}

func (*people) Department(_ context.Context, code string) (lang.Text, error) {
	if code == "FEHD" {
		return lang.Text{TC: "食物環境衞生署", EN: "Food and Environmental Hygiene Department", SC: "食物环境卫生署"}, nil
	}
	return lang.Text{}, fault.New(fault.NotFound, "licences.fault.no-kind")
}

// clock is one that a test turns.
type clock struct {
	base when.Instant
	move atomic.Int64
}

func (c *clock) now() when.Instant { return c.base.Add(time.Duration(c.move.Add(1000))) }
func (c *clock) by(d time.Duration) {
	c.move.Add(int64(d))
}
func (c *clock) days(n int) { c.by(time.Duration(n) * 24 * time.Hour) }

type world struct {
	*Service
	*testing.T
	clock  *clock
	ledger *list
	people *people
	system context.Context
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) { test(newWorld(t, address)) })
}

// newWorld is a store with two kinds of licence, on 2 March 2026.
func newWorld(t *testing.T, address string) *world {
	t.Helper()
	w := &world{T: t, ledger: &list{all: map[string]logged{}}, people: &people{told: map[string]string{}}, system: who.AsSystem(t.Context(), who.Production)}
	w.clock = &clock{base: when.At(time.Date(2026, 3, 2, 10, 0, 0, 0, when.HongKong))}
	d, err := db.Open(t.Context(), db.Config{URL: address, Connections: 8}, w.clock.now)
	w.ok(err)
	t.Cleanup(func() { w.ok(d.Close()) })
	_, err = d.Migrate(t.Context(), schemas()...)
	w.ok(err)
	folder := t.TempDir()
	ring, err := sign.OpenRing(filepath.Join(folder, "ring"), filepath.Join(folder, "key"), w.clock.now)
	w.ok(err)
	policy, err := access.New(Policy())
	w.ok(err)
	book, err := words.New(web.Words(), Words())
	w.ok(err)
	w.Service = &Service{
		DB: d, Keys: ring, Policy: policy, Clock: w.clock.now, Origin: "https://praya.gov.example.hk", Words: book,
		Ledger: w.ledger, People: w.people, Departments: w.people,
	}
	w.write(func(tx *db.Tx) error { return errors.Join(w.PutKind(tx, food()), w.PutKind(tx, driver())) })
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
	if !errors.As(err, &f) || f.Key != "licences.fault."+key {
		w.Errorf("%v, want %s", err, key)
	}
}

func text(s string) lang.Text { return lang.Text{TC: s, EN: s, SC: s} }

// food is listed, lasts a year, and its code is on paper.
func food() Kind {
	return Kind{
		Code: "food-business", Department: "FEHD", Prefix: "FB", Months: 12, RenewFrom: 60, Remind: []int{60, 7}, Listed: true,
		Name: lang.Text{TC: "食肆牌照", EN: "Restaurant licence", SC: "食肆牌照"},
		Fields: []Field{
			{"shop", lang.Text{TC: "店名", EN: "Name of shop", SC: "店名"}, true},
			{"address", lang.Text{TC: "地址", EN: "Address", SC: "地址"}, true},
			{"holder", lang.Text{TC: "持牌人", EN: "Licensee", SC: "持牌人"}, false},
		},
	}
}

// driver is not listed, has no end, and its code is good for a minute.
func driver() Kind {
	return Kind{
		Code: "permit", Department: "TD", Prefix: "PT", Dynamic: true, Name: lang.Text{TC: "許可證", EN: "Permit", SC: "许可证"},
		Fields: []Field{{"class", lang.Text{TC: "類別", EN: "Class", SC: "类别"}, true}, {"name", lang.Text{TC: "姓名", EN: "Name", SC: "姓名"}, false}},
	}
}

func shop() map[string]string {
	return map[string]string{"shop": "大好味茶餐廳", "address": "九龍彌敦道999號地下", "holder": "陳大文"}
}

func (w *world) issue(kind, account, of string, values map[string]string) (l Licence) {
	w.Helper()
	w.write(func(tx *db.Tx) (err error) {
		l, err = w.Issue(tx, Licence{Kind: kind, Holder: account, Case: of, Values: values}, "an")
		return err
	})
	return l
}

func (w *world) get(id LicenceID) (l Licence) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		l, err = w.ByID(tx, id)
		return err
	})
	return l
}

func order(why string) Order { return Order{By: "an", Why: text(why)} }

func day(s string) when.Day {
	d, err := when.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}
