package db

import (
	"testing"

	"praya/kernel/when"
)

func TestParametersLoseTheirNames(t *testing.T) {
	for text, want := range map[string]string{
		`select 1`:                               `select 1`,
		`select a from b where c = $1`:           `select a from b where c = ?`,
		`x ($1, $2,$3) '$9' $4`:                  `x (?, ?,?) '$9' ?`,
		`$1 $2 $3 $4 $5 $6 $7 $8 $9 $10 $11`:     `? ? ? ? ? ? ? ? ? ? ?`,
		`'it''s $1' || $1`:                       `'it''s $1' || ?`,
		`$2 $1`:                                  `$2 $1`,
		`$1 $1`:                                  `$1 $1`,
		`$1 $3`:                                  `$1 $3`,
		`$10`:                                    `$10`,
		`? $1`:                                   `? $1`,
		"select 1 -- it's $1\nfrom a where b=$1": "select 1 -- it's $1\nfrom a where b=$1",
		`/* ' */ $1`:                             `/* ' */ $1`,
		`"it's" = $1`:                            `"it's" = $1`,
		`$x`:                                     `$x`,
	} {
		if got := unnamed(text); got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}

// TestAssign: what fits is taken as it is, and nothing is printed or parsed to fit.
func TestAssign(t *testing.T) {
	type name string
	type count uint8
	type bytes []byte
	var text name
	var number count
	var raw bytes
	var at when.Instant
	var yes bool
	var perhaps *string
	var plain string
	var whole int64
	for _, c := range []struct {
		dest any
		from any
		fits bool
		got  func() bool
	}{
		{&text, "x", true, func() bool { return text == "x" }},
		{&number, int64(255), true, func() bool { return number == 255 }},
		{&number, int64(256), false, nil},
		{&number, int64(-1), false, nil},
		{&raw, []byte{1}, true, func() bool { return raw[0] == 1 }},
		{&raw, nil, true, func() bool { return raw == nil }},
		{&at, "2026-11-22T01:02:03.000004Z", true, func() bool { return at.String() == "2026-11-22T01:02:03.000004Z" }},
		{&at, "yesterday", false, nil},
		{&yes, int64(1), true, func() bool { return yes }},
		{&yes, int64(0), true, func() bool { return !yes }},
		{&yes, int64(2), false, nil},
		{&yes, "true", false, nil},
		{&perhaps, nil, true, func() bool { return perhaps == nil }},
		{&perhaps, "x", true, func() bool { return *perhaps == "x" }},
		{&plain, nil, false, nil},
		{&plain, int64(1), false, nil},
		{&whole, "1", false, nil},
		{&whole, 1.5, false, nil},
		{plain, "x", false, nil},
		{(*string)(nil), nil, false, nil},
	} {
		err := assign(c.dest, c.from)
		if (err == nil) != c.fits || c.got != nil && !c.got() {
			t.Errorf("%T from %#v: %v", c.dest, c.from, err)
		}
	}
}
