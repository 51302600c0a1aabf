package app

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"

	"praya/subsystems/performance/papers"
)

// spoken is where a figure of a sentence stands: block, and its place among
// the block's figures.
type spoken struct {
	block, at int
	key       string
	amount    bool // in the block's amount, not in its text
}

// spokenFigure is a figure with its unit, as sentences print it.
var spokenFigure = regexp.MustCompile(`(\d{1,3}(?:[, ]\d{3})+|\d+)(\.\d+)?( 億元| 萬元| 元|%| 個)`)

// listen reads the figures that the sentences of a paper print.
func (l *tally) listen(r papers.Report) {
	table := ""
	reason := 0
	for i, b := range r.Blocks {
		var keys, amounts []string
		switch {
		case b.Kind == papers.BlockTable:
			table = b.Table.Kind + "-" + b.Table.Programme
		case b.Kind == papers.BlockLine && b.Section == papers.SectionFront:
			keys, amounts = frontKeys(b)
		case b.Kind == papers.BlockLine && strings.HasPrefix(table, "analysis"):
			keys = []string{"compared"}
		case b.Kind == papers.BlockLine:
			keys = []string{"compared-" + strings.TrimPrefix(table, "provision-")}
		case b.Kind == papers.BlockParagraph && b.Section == papers.SectionAnalysis:
			keys = reasonKeys(l.s.Programmes[reason].Number, b.Text)
			reason++
		case b.Kind == papers.BlockParagraph && b.Section == papers.SectionDetails:
			keys = detailKeys(b.Text)
		}
		l.hear(i, b.Text, keys, false)
		l.hear(i, b.Amount, amounts, true)
	}
}

func (l *tally) hear(block int, text string, keys []string, amount bool) {
	found := spokenFigure.FindAllStringSubmatchIndex(text, -1)
	for n, key := range keys {
		if n >= len(found) {
			break // no change, or nil: the sentence has no figure
		}
		l.said[key] = valueOf(text, found[n])
		l.spoken = append(l.spoken, spoken{block, n, key, amount})
	}
}

// valueOf reads one figure; 減 before it makes it negative.
func valueOf(text string, at []int) entry {
	printed := text[at[2]:at[3]]
	if at[4] >= 0 {
		printed += text[at[4]:at[5]]
	}
	v, err := strconv.ParseFloat(strings.NewReplacer(",", "", " ", "").Replace(printed), 64)
	e := entry{ok: err == nil, value: v}
	switch unit := strings.TrimSpace(text[at[6]:at[7]]); unit {
	case "億元":
		e.value, e.slack = math.Round(v*1000)*100_000*dollar, 50_000*dollar
	case "萬元":
		e.value, e.slack = v*10_000*dollar, 5_000*dollar
		if math.Mod(v, 10) == 0 {
			e.slack *= 10
		}
	case "元":
		e.value, e.slack = v*dollar, dollar/2
	}
	before := []rune(text[:at[2]])
	tail := string(before[max(0, len(before)-24):])
	if i := max(strings.LastIndex(tail, "減少"), strings.LastIndex(tail, "減幅")); i >= 0 && !strings.ContainsAny(tail[i:], "。，") {
		e.value = -e.value
	}
	return e
}

func frontKeys(b papers.Block) (keys, amounts []string) {
	switch {
	case strings.Contains(b.Text, "編制上限") && strings.Contains(b.Text, "幅為"):
		return []string{"from", "to", "change"}, []string{"ceiling"}
	case strings.Contains(b.Text, "編制上限"):
		return []string{"both"}, []string{"ceiling"}
	case strings.Contains(b.Text, "首長級"):
		return []string{"chiefs", "chiefs-to"}, nil
	case strings.HasPrefix(b.Text, "承擔額"):
		return nil, []string{"balance"}
	}
	return nil, []string{"estimate"}
}

func reasonKeys(number, text string) []string {
	var out []string
	if strings.Contains(text, "修訂預算增加") || strings.Contains(text, "修訂預算減少") {
		out = append(out, "reason-"+number)
		if strings.Contains(text, "%)") {
			out = append(out, "reason%-"+number)
		}
	}
	return append(out, "posts-"+number)
}

func detailKeys(text string) []string {
	change := func(name string, out ...string) []string {
		if strings.Contains(text, "修訂預算增加") || strings.Contains(text, "修訂預算減少") {
			out = append(out, name+" revised")
			if strings.Contains(text, "%)") {
				out = append(out, name+" %")
			}
		}
		return out
	}
	switch {
	case strings.Contains(text, "所需的薪金"):
		out := change("total", "total")
		if strings.Contains(text, "實際開支增加") || strings.Contains(text, "實際開支減少") {
			out = append(out, "total actual")
		}
		return out
	case strings.Contains(text, "人手編制有"):
		if strings.Contains(text, "淨") {
			return []string{"posts", "net", "ceiling in full"}
		}
		return []string{"posts", "ceiling in full"}
	case strings.HasPrefix(text, "在分目 "):
		code := strings.TrimPrefix(text, "在分目 ")[:3]
		return append(change(code, code), code+" from", code+" to")
	}
	return nil
}

// misspeak changes a digit of a figure in a sentence, in the paper and here.
func (l *tally) misspeak(r *rand.Rand, rep papers.Report) string {
	at := l.spoken[r.IntN(len(l.spoken))]
	b := &rep.Blocks[at.block]
	text := &b.Text
	if at.amount {
		text = &b.Amount
	}
	found := spokenFigure.FindAllStringSubmatchIndex(*text, -1)[at.at]
	end := found[3]
	if found[5] >= 0 {
		end = found[5]
	}
	figure := (*text)[found[2]:end]
	changed := otherDigit(r, figure)
	if changed == figure {
		return ""
	}
	*text = (*text)[:found[2]] + changed + (*text)[end:]
	l.said[at.key] = valueOf(*text, spokenFigure.FindAllStringSubmatchIndex(*text, -1)[at.at])
	return fmt.Sprintf("%s: %s for %s", at.key, changed, figure)
}

// same says whether two amounts can be one.
func same(a, b entry) bool {
	return a.ok && b.ok && (a.value == b.value || math.Abs(a.value-b.value) < a.slack+b.slack-0.1)
}

func minus(a, b entry) entry {
	return entry{ok: a.ok && b.ok, value: a.value - b.value, slack: a.slack + b.slack}
}

// reasonsHold: the change that the reasons name, in both tables.
func (l *tally) reasonsHold() string {
	for i, p := range l.s.Programmes {
		for table, row := range map[string]int{"provision-" + p.Number: 0, "analysis": 1 + i} {
			x, y := l.at(table, row, 3), l.at(table, row, 2)
			if said, ok := l.said["reason-"+p.Number]; ok && !same(minus(x, y), said) {
				return "reason"
			}
			if said, ok := l.said["reason%-"+p.Number]; ok && !change(said.value, x, y) {
				return "percentage of a reason"
			}
		}
	}
	return ""
}

// postsHold: before, after and change; front page and details; programmes and Head.
func (l *tally) postsHold() string {
	from, to := l.said["from"], l.said["to"]
	if both, ok := l.said["both"]; ok {
		from, to = both, both
	} else if from.value+l.said["change"].value != to.value {
		return "posts before, after and change"
	}
	chiefs, later := l.said["chiefs"], l.said["chiefs"]
	if x, ok := l.said["chiefs-to"]; ok {
		later = x
	}
	if l.said["posts"].value != from.value+chiefs.value {
		return "posts in the details"
	}
	net, ok := l.said["net"]
	if !ok {
		return ""
	}
	sum := 0.0
	for _, p := range l.s.Programmes {
		sum += l.said["posts-"+p.Number].value
	}
	if net.value != to.value+later.value-from.value-chiefs.value || net.value != sum {
		return "net change of posts"
	}
	return ""
}

// sentencesHold: amounts and changes that the front page and the details name.
func (l *tally) sentencesHold() string {
	whole := l.row("subheads", "開支總額")
	total := l.at("subheads", whole, 3)
	if !same(l.said["ceiling"], l.said["ceiling in full"]) {
		return "ceiling"
	}
	if !same(total, l.said["estimate"]) || !same(l.said["total"], l.said["estimate"]) {
		return "front estimate"
	}
	if t, ok := l.tables["commitments"]; ok {
		left, ok := l.said["balance"]
		if !ok {
			left = entry{ok: true} // a dash
		}
		if !same(l.at("commitments", len(t.Rows)-1, 3), left) {
			return "front balance"
		}
	}
	programmes := entry{}
	for i := range l.s.Programmes {
		if e := l.at("analysis", 1+i, 3); e.ok {
			programmes = entry{ok: true, value: programmes.value + e.value, slack: programmes.slack + e.slack}
		}
	}
	if !same(programmes, l.said["total"]) {
		return "amount of the whole and the programmes"
	}
	if why := l.named("total", whole); why != "" {
		return why
	}
	for _, h := range l.s.Subheads {
		if _, ok := l.said[h.Code]; !ok {
			continue
		}
		row := l.row("subheads", h.Code+" "+h.Name.TC)
		if why := l.named(h.Code, row); why != "" {
			return why
		}
		if h.Code == "000" && !same(l.at("expenses", len(l.tables["expenses"].Rows)-1, 3), l.said["000"]) {
			return "amount of subhead 000"
		}
		if h.Each != nil {
			low, high, x := l.said[h.Code+" from"], l.said[h.Code+" to"], l.at("subheads", row, 3)
			if low.value > high.value || x.value > 0 && x.value < low.value {
				return "limit"
			}
		}
	}
	return ""
}

// named: the amount of a row, its changes and their percentage.
func (l *tally) named(key string, row int) string {
	x := l.at("subheads", row, 3)
	if !same(x, l.said[key]) {
		return "amount of " + key
	}
	for column, name := range map[int]string{2: " revised", 0: " actual"} {
		said, ok := l.said[key+name]
		if !ok {
			continue
		}
		before := l.at("subheads", row, column)
		if !same(minus(x, before), said) || !same(minus(l.said[key], before), said) {
			return "change of " + key
		}
	}
	if p, ok := l.said[key+" %"]; ok && !change(p.value, x, l.at("subheads", row, 2)) {
		return "percentage of " + key
	}
	return ""
}
