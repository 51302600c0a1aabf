package performance

import (
	"strings"

	"praya/kernel/lang"
)

// Front is what a paper says in words about the office and its programmes; the next paper begins
// from it.
type Front struct {
	Office      lang.Text              `json:"office"`
	Officer     lang.Text              `json:"officer"`
	Area        string                 `json:"area"`
	AreaName    lang.Text              `json:"area_name"`
	Secretary   lang.Text              `json:"secretary"`
	Aims        map[string]lang.Text   `json:"aims"`
	Description map[string][]lang.Text `json:"description"`
	Version     int64                  `json:"-"`
}

const (
	frontSeparator = "："
	done           = "年度內"
)

// front reads the words of a paper's front, in Chinese.
func (p Paper) front(title string) Front {
	f := Front{Aims: map[string]lang.Text{}, Description: map[string][]lang.Text{}}
	f.Office.TC = title
	if _, name, ok := strings.Cut(title, frontSeparator); ok {
		f.Office.TC = name
	}
	for _, x := range p.Facts {
		switch x.Kind {
		case "officer":
			f.Officer.TC = x.Row
		case "policy-area":
			f.Area = x.Code
			name, secretary, _ := strings.Cut(x.Name, "(")
			f.AreaName.TC, f.Secretary.TC = name, strings.TrimSuffix(secretary, ")")
		case "aim":
			f.Aims[x.Code] = lang.Text{TC: strings.TrimSuffix(strings.TrimPrefix(x.Raw, "本綱領的宗旨是"), "。")}
		case "description":
			if strings.HasSuffix(x.Raw, "：") || strings.Contains(x.Raw, done) {
				continue // it opens a list
			}
			f.Description[x.Code] = append(f.Description[x.Code], lang.Text{TC: x.Raw})
		}
	}
	return f
}

// fill takes from another front what this one does not say.
func (f *Front) fill(from Front) {
	each := func(to *lang.Text, t lang.Text) {
		if to.TC == "" {
			to.TC = t.TC
		}
		if to.EN == "" {
			to.EN = t.EN
		}
	}
	each(&f.Office, from.Office)
	each(&f.Officer, from.Officer)
	each(&f.AreaName, from.AreaName)
	each(&f.Secretary, from.Secretary)
	if f.Area == "" {
		f.Area = from.Area
	}
	for n, t := range from.Aims {
		x := f.Aims[n]
		each(&x, t)
		f.Aims[n] = x
	}
	for n, t := range from.Description {
		if len(f.Description[n]) == 0 {
			f.Description[n] = t
		}
	}
}
