package papers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/lang"
)

// A Place is where officers may write: its address within the sheet, the
// section it stands in, and what stands there.
type Place struct {
	Key, Section string
	Kind         string // aim, description, done, ahead, reason, subhead-reason, footnote
	Row          lang.Text
	Words        lang.Text
}

// places walks over every text that officers may change.
func (s *Sheet) places(visit func(Place, *lang.Text)) {
	for i := range s.Programmes {
		p := &s.Programmes[i]
		at := func(kind, rest string, t *lang.Text) {
			visit(Place{Key: "programme/" + p.Number + "/" + kind + rest, Section: ProgrammeSection(p.Number), Kind: kind, Row: p.Name, Words: *t}, t)
		}
		at("aim", "", &p.Aim)
		for k := range p.Description {
			at("description", "/"+strconv.Itoa(k), &p.Description[k])
		}
		for k := range p.Done {
			at("done", "/"+p.Done[k].key(), &p.Done[k].Words)
		}
		for k := range p.Ahead {
			at("ahead", "/"+p.Ahead[k].key(), &p.Ahead[k].Words)
		}
		visit(Place{Key: "programme/" + p.Number + "/reason", Section: SectionAnalysis, Kind: "reason", Row: p.Name, Words: p.Reason}, &p.Reason)
	}
	for i := range s.Subheads {
		h := &s.Subheads[i]
		visit(Place{Key: "subhead/" + h.Code + "/reason", Section: SectionDetails, Kind: "subhead-reason", Row: h.Name, Words: h.Reason}, &h.Reason)
	}
	for i := range s.Footnotes {
		f := &s.Footnotes[i]
		visit(Place{Key: "footnote/" + f.Mark, Section: SectionFront, Kind: "footnote", Row: lang.Text{TC: f.Mark, EN: f.Mark}, Words: f.Words}, &f.Words)
	}
}

// key names an item by its initiative, so that its words stay with it when the
// list is drawn anew; an item of no initiative by what the material says of it,
// so that words never land on another one.
func (i Item) key() string {
	if i.ID != "" {
		return i.ID
	}
	sum := sha256.Sum256([]byte(i.Words.TC))
	return "text-" + hex.EncodeToString(sum[:6])
}

// Places lists where officers may write.
func (s Sheet) Places() []Place {
	var out []Place
	s.places(func(p Place, _ *lang.Text) { out = append(out, p) })
	return out
}

// Places are those of the draft's material, with the words that stand there now.
func (d Draft) Places() []Place {
	out, now := d.Material.Places(), d.Sheet.Places()
	for i := range min(len(out), len(now)) {
		out[i].Words = now[i].Words
	}
	return out
}

// clone copies a sheet, so that writing into one leaves the other.
func (s Sheet) clone() (Sheet, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return Sheet{}, err
	}
	var out Sheet
	return out, json.Unmarshal(b, &out)
}

// Apply puts what officers wrote into a sheet; stale are the words for places
// that it does not have.
func Apply(s Sheet, edits []Edit) (out Sheet, stale []Edit, err error) {
	if out, err = s.clone(); err != nil {
		return out, nil, err
	}
	by := make(map[string]Edit, len(edits))
	for _, e := range edits {
		by[e.Place] = e
	}
	used := make(map[string]bool, len(edits))
	out.places(func(p Place, t *lang.Text) {
		if e, ok := by[p.Key]; ok {
			*t = e.Words
			used[p.Key] = true
		}
	})
	for _, e := range edits {
		if !used[e.Place] {
			stale = append(stale, e)
		}
	}
	return out, stale, nil
}

// longest is how many characters a text may have.
const longest = 4000

// readWords refuses what could not stand in a paper: another line, a tab, the
// sign of a footnote at the end.
func readWords(tc, en string, may bool) (lang.Text, error) {
	t := lang.Text{TC: strings.TrimSpace(tc), EN: strings.TrimSpace(en)}
	bad := fault.New(fault.Invalid, "papers.fault.form")
	for _, f := range []struct{ name, text string }{{"tc", t.TC}, {"en", t.EN}} {
		switch {
		case f.text == "" && !may:
			bad = bad.At(f.name, "papers.fault.words")
		case utf8.RuneCountInString(f.text) > longest:
			bad = bad.At(f.name, "papers.fault.long")
		case !plain(f.text) || !utf8.ValidString(f.text):
			bad = bad.At(f.name, "papers.fault.line")
		case trailingMarks(f.text) != "":
			bad = bad.At(f.name, "papers.fault.mark")
		}
	}
	if len(bad.Fields) > 0 {
		return t, bad
	}
	return t, nil
}
