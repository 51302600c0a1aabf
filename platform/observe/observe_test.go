package observe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
)

type applicant struct{ Name, Phone string }

type masked struct{ number string }

func (masked) LogValue() slog.Value { return slog.StringValue("A12****") }

// TestPersonalDataStayOut plants personal data in every place that a careless caller
// might, and looks for them in what was written.
func TestPersonalDataStayOut(t *testing.T) {
	planted := []string{"CHAN Tai Man", "陳大文", "A123456(3)", "WX1234569", "23456789", "2345 6789", "tai.man@mail.example", "s3cr3t", "10.1.2.3"}
	var out bytes.Buffer
	log := slog.New(Redact(slog.NewJSONHandler(&out, nil)))
	person := applicant{"CHAN Tai Man", "23456789"}
	ctx := who.With(context.Background(), who.Request{
		Actor: who.Actor{Kind: who.Operator, ID: "CHAN Tai Man"}, ID: "ABCD-EFGH-J", Lang: lang.EN, Realm: who.Production,
	})
	log.With("applicant_name", "陳大文").Info("asked by tai.man@mail.example",
		"name", "CHAN Tai Man", "user.email", "x", "token", "s3cr3t", "Authorization", "Bearer s3cr3t", "ip", "10.1.2.3",
		"person", person, "pointer", &person, "list", []string{"陳大文"}, "map", map[string]string{"x": "陳大文"},
		"masked", masked{"A123456(3)"}, "note", "card A123456(3) or WX1234569, call 2345 6789",
		"err", fmt.Errorf("duplicate key (23456789)"), "actor", who.From(ctx).Actor)
	log.WithGroup("g").Info("x", slog.Group("inner", "address", "陳大文", "more", "A123456(3)"))
	Line{What: "request", Method: "GET", Route: "GET /tc/{id}", Status: 500, Err: errors.New("no row for tai.man@mail.example")}.Log(ctx, log)
	Line{What: "request", Route: "x", Err: fault.New(fault.Invalid, "web.x", "who", "陳大文")}.Log(ctx, log)
	for _, p := range planted {
		if strings.Contains(out.String(), p) {
			t.Errorf("%q is in the log:\n%s", p, out.String())
		}
	}
	for _, kept := range []string{`"masked":"A12****"`, `"request":"ABCD-EFGH-J"`, `"route":"GET /tc/{id}"`, `"fault":"defect"`, `"actor":"Operator"`, "[observe.applicant]"} {
		if !strings.Contains(out.String(), kept) {
			t.Errorf("%s is not in the log:\n%s", kept, out.String())
		}
	}
}

func TestDaysAndIdsStay(t *testing.T) {
	for _, s := range []string{"2026-11-22", "ABCD-EFGH-J", "2025-26", "GET /tc/estimates/{year}", "line 1234", "01a2011b-ed99-7126-8571-a21be5f33b74"} {
		if got := blotText(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestLevels(t *testing.T) {
	for err, want := range map[error]string{
		nil:                                   "INFO",
		fault.New(fault.NotFound, "web.x"):    "INFO",
		fault.New(fault.Unavailable, "web.x"): "ERROR",
		errors.New("x"):                       "ERROR",
	} {
		var out bytes.Buffer
		Line{What: "job", Route: "x", Err: err}.Log(context.Background(), slog.New(slog.NewTextHandler(&out, nil)))
		if !strings.Contains(out.String(), "level="+want) {
			t.Errorf("%v: %s", err, out.String())
		}
	}
}

func TestMetrics(t *testing.T) {
	m := NewMetrics()
	m.Request("public", Line{What: "request", Route: "GET /tc/{id}", Status: 404, Duration: time.Millisecond, Err: fault.New(fault.NotFound, "x")})
	m.Job("mail", "parked", time.Second, errors.New("x"))
	if err := m.Gauge("praya_depth", "Depth.", func() float64 { return 7 }); err != nil {
		t.Fatal(err)
	}
	if err := m.Gauge("praya_depth", "Depth.", func() float64 { return 8 }); err == nil {
		t.Error("a figure was registered twice")
	}
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`praya_request_seconds_count{class="4xx",listener="public",route="GET /tc/{id}"} 1`,
		`praya_job_seconds_count{kind="mail",outcome="parked"} 1`,
		`praya_faults_total{kind="not-found",what="request"} 1`,
		"praya_depth 7", "go_goroutines",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestHealth(t *testing.T) {
	h := NewHealth()
	get := func() (int, string) {
		w := httptest.NewRecorder()
		h.ReadyPage(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		return w.Code, w.Body.String()
	}
	h.Check("store", func(context.Context) error { return nil })
	if code, body := get(); code != 200 || body != "store: ok\nready: true\n" {
		t.Errorf("%d %q", code, body)
	}
	h.Check("queue", func(context.Context) error { return errors.New("late") })
	if code, body := get(); code != 503 || body != "queue: failed: late\nstore: ok\nready: false\n" {
		t.Errorf("%d %q", code, body)
	}
	h.Check("queue", func(context.Context) error { return nil })
	h.Drain()
	if code, _ := get(); code != 503 {
		t.Errorf("ready while it drains: %d", code)
	}
}

func BenchmarkLine(b *testing.B) {
	log := NewLog(NewLines(io.Discard), false)
	ctx := who.With(context.Background(), who.Request{Actor: who.Actor{Kind: who.Public}, ID: "ABCD-EFGH-J", Lang: lang.EN, Realm: who.Production})
	line := Line{What: "request", Method: "GET", Route: "GET /tc/estimates/{year}", Status: 200, Bytes: 31_000, Duration: time.Millisecond}
	for b.Loop() {
		line.Log(ctx, log)
	}
}
