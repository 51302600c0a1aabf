package paper

import (
	"strings"
	"unicode/utf8"
)

// outline says of each row what it is: item, title, or the total of what.
func (w *walk) outline() {
	for _, t := range w.tables {
		t.settle()
		t.kindFromRows()
		t.cut()
		for i, r := range t.rows {
			t.classify(r, i == len(t.rows)-1)
			if !r.title && r.total == "" {
				w.complain(t, r)
			}
		}
		w.duplicates(t)
	}
}

// duplicates reports rows of one number: in a table of sums each stands once.
func (w *walk) duplicates(t *table) {
	if t.kind == TableTargets || t.kind == TableIndicators {
		return
	}
	type id struct{ group, code, name string }
	seen := make(map[id]bool, len(t.rows))
	for _, r := range t.rows {
		if r.title || r.total != "" {
			continue
		}
		k := id{r.group, r.code, r.name}
		if r.code != "" && t.kind != TableProvision {
			k.name = ""
		}
		if seen[k] {
			w.problem(r.line, 0, ProblemDuplicate, r.display())
		}
		seen[k] = true
	}
}

// complain says when a row has lost its name or number.
func (w *walk) complain(t *table, r *row) {
	coded := t.kind == TableCommitments || t.kind == TableSubheads
	switch {
	case r.name == "" && r.code == "":
		w.problem(r.line, 0, ProblemLabel)
	case strings.Contains(r.name, paidBack): // it has no number of its own
	case coded && r.code == "" || t.kind == TableAnalysis && r.code == "" && len(w.programmes) > 1:
		w.problem(r.line, 0, ProblemCode, r.name)
	}
}

// kindFromRows: a table whose headings were lost is known by its rows.
func (t *table) kindFromRows() {
	if t.kind != "" && t.kind != TableProvision {
		return
	}
	for _, r := range t.rows {
		key := fold(r.name)
		switch {
		case strings.HasPrefix(key, "財政撥款("):
			t.kind = TableProvision
			return
		case key == "經營帳目" || key == "非經營帳目" || strings.HasSuffix(key, "開支總額"):
			t.kind, t.programme = TableSubheads, ""
			return
		}
	}
}

// classify resolves one row; the table remembers the titles above it.
func (t *table) classify(r *row, last bool) {
	key := fold(r.name)
	base, isTotal := totalOf(key)
	switch t.kind {
	case TableSubheads:
		t.classifySubhead(r, key, base, isTotal)
	case TableCommitments:
		switch {
		case r.title && r.code != "":
			t.code = r.code
		case r.title:
			t.account = r.name
		case isTotal && base == "" || r.name == "" && r.code == "" && last:
			r.total = TotalHead
		case isTotal:
			r.total, r.group = TotalGroup, t.code
		default:
			r.group = t.code
		}
	case TableExpenses, TableAnalysis:
		switch {
		case r.title:
			t.group = r.name
		case isTotal || r.name == "" && r.code == "" && last:
			r.total = TotalHead
		case t.kind == TableExpenses:
			r.group = t.group
		}
	case TableProvision:
		r.code, r.group = t.programme, t.programme
		if isTotal && t.several() {
			r.total = TotalGroup
		}
	default:
		r.group = t.programme
	}
}

// classifySubhead: 經營帳目 is an account, 經常開支 a kind within it.
func (t *table) classifySubhead(r *row, key, base string, isTotal bool) {
	switch {
	case r.title && strings.HasSuffix(key, "帳目"):
		t.account, t.group = r.name, ""
	case r.title && r.code == "":
		t.group = r.name
	case isTotal && (base == "開支" || base == ""):
		r.total = TotalHead
	case isTotal && strings.HasSuffix(base, "帳目"):
		r.total, r.group = TotalAccount, t.account
		t.account, t.group = "", ""
	case isTotal:
		r.total, r.group = TotalGroup, joinGroup(t.account, t.group)
		t.group = ""
	default:
		r.group = joinGroup(t.account, t.group)
	}
}

func joinGroup(account, kind string) string {
	if account == "" || kind == "" {
		return account + kind
	}
	return account + "/" + kind
}

// totalOf: 經常開支總額 is the total of 經常開支.
func totalOf(key string) (base string, ok bool) {
	for _, word := range []string{"總額", "合計", "總計", "小計"} {
		if base, ok := strings.CutSuffix(key, word); ok && utf8.RuneCountInString(base) < 30 {
			if word == "小計" {
				base = "小計"
			}
			return base, true
		}
	}
	return "", false
}

// several says whether a programme's provision is split by bodies: government,
// subvented, and their total.
func (t *table) several() bool {
	n := 0
	for _, r := range t.rows {
		if !r.title {
			n++
		}
	}
	return n > 1
}
