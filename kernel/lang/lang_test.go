package lang

import "testing"

func TestNegotiate(t *testing.T) {
	for accept, want := range map[string]Lang{
		"":                           TC,
		"zh":                         TC,
		"zh-HK,zh;q=0.9,en;q=0.8":    TC,
		"yue":                        TC,
		"yue-Hant-HK":                TC,
		"zh-TW":                      TC,
		"zh-MO":                      TC,
		"zh-Hans-HK":                 SC,
		"zh-Hant-CN":                 TC,
		"zh-CN,zh;q=0.9,en;q=0.8":    SC,
		"zh-SG":                      SC,
		"cmn-Hans":                   SC,
		"en-GB,en;q=0.9,zh-CN;q=0.3": EN,
		"fr, de;q=0.9":               TC,
		"fr, en;q=0.5":               EN,
		"zh-CN;q=0.2, en; q=0.7":     EN,
		"en;q=0, zh-CN":              SC,
		"en;q=x, zh-CN;q=0.1":        SC,
		"*":                          TC,
		"zh_CN":                      SC,
		";;;,,,q=":                   TC,
	} {
		if got := Negotiate(accept); got != want {
			t.Errorf("Negotiate(%q) = %s, want %s", accept, got, want)
		}
	}
}

func TestTextFallsBack(t *testing.T) {
	full := Text{TC: "繁", EN: "E", SC: "简"}
	for _, l := range All() {
		if s, in := full.With(l); in != l || s == "" {
			t.Errorf("With(%s) = %q in %s", l, s, in)
		}
	}
	only := Text{TC: "繁"}
	if s, in := only.With(EN); s != "繁" || in != TC {
		t.Errorf("English falls back to %q in %s", s, in)
	}
	if only.Complete() || !full.Complete() {
		t.Error("Complete is wrong")
	}
	if s, in := (Text{}).With(SC); s != "" || in != SC {
		t.Errorf("an empty text gives %q in %s", s, in)
	}
}
