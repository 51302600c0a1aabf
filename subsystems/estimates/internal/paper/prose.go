package paper

import "strings"

// A paragraph is a line of prose, kept until the paper's year is known.
type paragraph struct {
	line line
	key  string
	kind string
	code string // programme in whose part it stands
}

// prose sorts a line of running text: it may announce a table, begin a list,
// or be an item of one.
func (w *walk) prose(l line, key string) {
	if l.body == "" || key == "" {
		return
	}
	if l.number {
		w.table = nil
	}
	w.announce(l, key)
	if w.text == "" && w.part == partProgrammes && !strings.ContainsAny(key, "。；，") {
		w.only = tidy(l.body)
		w.fact(Fact{Kind: KindProgramme, Table: TableFront, Row: w.only, Raw: l.body, Line: l.no, Name: w.only})
		return
	}
	kind := w.text
	if kind == "" {
		kind = map[part]string{partDetails: KindDetail, partReasons: KindReason}[w.part]
	}
	if kind == "" {
		kind = KindDescription
	}
	w.paragraphs = append(w.paragraphs, paragraph{l, key, kind, w.code})
	w.endIntro(key)
}

// announce: what a paragraph says about what follows it.
func (w *walk) announce(l line, key string) {
	switch {
	case strings.Contains(key, "財政撥款分析如下"):
		w.table, w.context, w.announced = nil, TableExpenses, true
	case strings.Contains(key, "衡量服務表現") && strings.HasSuffix(key, ":"):
		w.table, w.context, w.text = nil, TableTargets, KindDescription
	}
}

// endIntro: a paragraph that ends with a colon begins a list of what was done
// or what will be done.
func (w *walk) endIntro(key string) {
	if !strings.HasSuffix(key, ":") || w.part != partDetail || !strings.Contains(key, "年度內") && !strings.Contains(key, "年內") {
		return
	}
	if strings.Contains(key, "將會") || strings.Contains(key, "將") && w.text == KindToDo {
		w.text = KindToDo
		return
	}
	w.text = KindDone
}

// tell turns the kept paragraphs into facts.
func (w *walk) tell() {
	for i := range w.paragraphs {
		p := &w.paragraphs[i]
		if p.kind == KindReason {
			w.reasons[p.code] = true
		}
		w.fact(Fact{Kind: p.kind, Table: TableProse, Row: p.code, Code: p.code, Group: p.code, Raw: p.line.body, Line: p.line.no})
		w.amounts(p)
	}
}

// A subject is what a paragraph's figures speak about.
type subject struct{ row, code, group string }

const (
	subjectTotal   = "total"
	subjectCeiling = "ceiling"
)

// subject finds 分目 000 運作開支 or the whole head; in the reasons it is the programme.
func (w *walk) subject(p *paragraph) subject {
	if p.kind != KindDetail {
		return subject{row: w.programmeName(p.code), code: p.code, group: "programme"}
	}
	if i := strings.Index(p.key, "分目"); i >= 0 {
		rest := p.key[i+len("分目"):]
		if len(rest) >= 3 && isCode(rest[:3]) {
			name, _, ok := strings.Cut(rest[3:], "項下")
			if !ok || len(name) > 120 {
				name = ""
			}
			return subject{row: strings.TrimSpace(rest[:3] + " " + name), code: rest[:3], group: TableSubheads}
		}
	}
	if strings.Contains(p.key, "所需的薪金") {
		return subject{row: subjectTotal, group: TableSubheads}
	}
	return subject{}
}

func (w *walk) programmeName(code string) string {
	for _, list := range [][]programme{w.programmes, w.sections} {
		for _, p := range list {
			if p.code == code {
				return strings.TrimSpace(code + " " + p.name)
			}
		}
	}
	return code
}
