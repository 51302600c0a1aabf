package rule

import (
	"reflect"
	"strings"
	"testing"
)

func TestValue(t *testing.T) {
	l, err := NewLanguage("a", "today")
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]any{"today": "2026-11-22", "a": map[string]any{
		"born": "1990-11-23", "n": int64(3), "f": 2.5, "name": "陳", "list": []any{map[string]any{"x": int64(1)}, map[string]any{"x": int64(2)}},
	}}
	for text, want := range map[string]any{
		`a.n + 1`:                               int64(4),
		`double(a.n) * a.f`:                     7.5,
		`sum(a.list.map(i, i.x))`:               int64(3),
		`sum([1.5, 2]) + 0.0`:                   3.5,
		`sum([])`:                               int64(0),
		`a.name + "大文"`:                         "陳大文",
		`years(a.born, today)`:                  int64(35),
		`plusDays(today, 10)`:                   "2026-12-02",
		`day(today) > day(a.born)`:              true,
		`a.list.map(i, i.x)`:                    []any{int64(1), int64(2)},
		`{"k": a.n}`:                            map[string]any{"k": int64(3)},
		`a.n > 2.5`:                             true,
		`size(a.list) == 2 && a.list[0].x == 1`: true,
		`a.?nothing.orValue("")`:                "",
		`has(a.nothing) ? dyn("y") : null`:      nil,
		`day("2026-11-22")`:                     "2026-11-22",
		`a.list.filter(i, i.x > 1).map(i, i.x)`: []any{int64(2)},
	} {
		r, err := l.Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := r.Value(vars); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s gives %#v (%v), want %#v", text, got, err, want)
		}
	}
}

func TestHolds(t *testing.T) {
	l, err := NewLanguage("a")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{`a.kind == "shop"`: true, `a.later == "x"`: false, `a.list[3] == 1`: false, `!has(a.later)`: true} {
		r, err := l.Condition(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.Holds(map[string]any{"a": map[string]any{"kind": "shop", "list": []any{}}}); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, bad := range []string{`a.`, `b == 1`, `"x"`, `1 + 2`, strings.Repeat("a.x == 1 || ", 300) + "true"} {
		if _, err := l.Condition(bad); err == nil {
			t.Errorf("%.40s was taken", bad)
		}
	}
	r, err := l.Condition(`a.list.exists(x, a.list.exists(y, a.list.exists(z, x + y + z == -1)))`)
	if err != nil {
		t.Fatal(err)
	}
	long := make([]any, 500)
	for i := range long {
		long[i] = int64(i)
	}
	if _, err := r.Holds(map[string]any{"a": map[string]any{"list": long}}); err == nil {
		t.Error("an expression without an end was evaluated")
	}
}
