package web

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/words"
)

var update = flag.Bool("update", false, "write the golden pages anew; look at the difference before you commit it")

// changing is what differs between two runs or two style sheets.
var changing = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b|\.[0-9a-f]{12}\.`)

// TestGolden compares the gallery with what somebody has read and found good.
func TestGolden(t *testing.T) {
	s := newSite(t, Config{Gallery: true, Search: "/search", Telephone: "2345 0000"})
	for _, name := range []string{"tc/content", "tc/tables", "tc/charts", "en/forms", "sc/source", "en/conflict"} {
		language, part, _ := strings.Cut(name, "/")
		w := ask{path: "/" + language + "/_gallery/" + part}.of(s.Handler())
		got := changing.ReplaceAllString(w.Body.String(), "…")
		got = strings.ReplaceAll(got, "><", ">\n<")
		file := filepath.Join("testdata", "golden", language+"-"+part+".html")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
			t.Errorf("%s (go test ./platform/web -run Golden -update, then look):\n%s", name, diff)
		}
	}
}

// TestMarkup checks every part of the gallery, in every language, for what holds on all pages.
func TestMarkup(t *testing.T) {
	s := newSite(t, Config{Gallery: true, Search: "/search"})
	for _, l := range lang.All() {
		for _, part := range parts() {
			page := ask{path: "/" + string(l) + "/_gallery/" + part}.of(s.Handler()).Body.String()
			where := string(l) + "/" + part
			if len(page) > 60_000 {
				t.Errorf("%s has %d bytes of 60,000", where, len(page))
			}
			for _, once := range []string{"<h1>", "<main ", `<header class="site"`, `<footer class="site"`, "</html>"} {
				if n := strings.Count(page, once); n != 1 {
					t.Errorf("%s has %d of %s", where, n, once)
				}
			}
			var ids []string
			for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
				if slices.Contains(ids, m[1]) && part != "charts" { // the gallery draws one figure five times
					t.Errorf("%s has the id %s twice", where, m[1])
				}
				ids = append(ids, m[1])
			}
			for _, m := range regexp.MustCompile(` (?:for|aria-labelledby)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
				if !slices.Contains(ids, m[1]) {
					t.Errorf("%s points to %s, which is not there", where, m[1])
				}
			}
			if bad := regexp.MustCompile(` style="|<script|<style|javascript:| on[a-z]+="`).FindString(page); bad != "" {
				t.Errorf("%s holds %s", where, bad)
			}
		}
	}
}

// TestWords: the catalogues keep the house's style, and hold every key that is asked for.
func TestWords(t *testing.T) {
	for _, fault := range words.Complete(Words()) {
		t.Error(fault)
	}
	book, err := words.New(Words())
	if err != nil {
		t.Fatal(err)
	}
	texts, used := book.In(lang.EN), map[string]bool{}
	literal := regexp.MustCompile(`"(web(?:\.[a-z-]+)+\.?)"`)
	for _, pattern := range []string{"*.templ", "*.go", "../access/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, "_templ.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range literal.FindAllStringSubmatch(string(source), -1) {
				used[m[1]] = true
			}
		}
	}
	for key := range used {
		if !strings.HasSuffix(key, ".") && !texts.Has(key) {
			t.Errorf("there is no %s", key)
		}
	}
	for _, key := range made() {
		if !texts.Has(key) {
			t.Errorf("there is no %s", key)
		}
		used[key] = true
	}
	for _, key := range book.Keys() {
		if !used[key] && !strings.HasPrefix(key, "web.how.") {
			t.Errorf("nobody asks for %s", key)
		}
	}
}

// made lists the keys that the code puts together from a prefix and a closed list.
func made() []string {
	var out []string
	for _, s := range (gallery{}).states() {
		out = append(out, "web.state."+string(s))
	}
	for _, h := range []How{Printed, Derived, Inferred} {
		out = append(out, "web.how."+string(h))
	}
	for _, c := range []Certainty{Actual, Original, Revised, Estimate} {
		out = append(out, "web.certainty."+string(c))
	}
	kinds := []string{"method", "too-large"}
	for _, k := range []fault.Kind{fault.Invalid, fault.NotFound, fault.Conflict, fault.Forbidden, fault.Unauthenticated, fault.Unavailable, fault.TooMany, fault.Defect} {
		kinds = append(kinds, string(k))
	}
	for _, k := range kinds {
		out = append(out, "web.fault."+k+".title", "web.fault."+k+".text", "web.fault."+k+".next")
	}
	return out
}
