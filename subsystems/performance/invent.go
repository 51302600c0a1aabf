package performance

import (
	"fmt"

	"praya/kernel/money"
	"praya/kernel/when"
	"praya/subsystems/performance/internal/match"
)

// InventItems gives two lists of n items whose words are like those of papers: each item of the
// second is one of the first in other words. For measurements and trials.
func InventItems(n int) (first, second []string) {
	verbs := []string{"繼續推行", "檢討", "更新", "與各局和部門緊密合作，推動", "支援", "舉辦", "監察", "就業界提供"}
	nouns := []string{"燈塔", "潮汐站", "渡輪", "碼頭", "船廠", "海圖", "風帆", "水道", "浮標", "漁港", "避風塘", "海岸"}
	ends := []string{"試驗計劃", "服務", "標準和指引", "數碼平台", "維修工程", "資助計劃", "巡查工作", "公眾教育"}
	for i := range n {
		s := verbs[i%8] + nouns[i%12] + nouns[(i/12)%12] + fmt.Sprint("第", i, "期") + ends[(i/7)%8] + "，以" + verbs[(i+3)%8] + nouns[(i+5)%12]
		first = append(first, s+"；")
		second = append(second, s+"，並"+verbs[(i+1)%8]+ends[i%8]+"；")
	}
	return first, second
}

// MatchItems pairs two lists of items, as papers are, and says how many pairs it proposes.
func MatchItems(first, second []string) int {
	items := func(all []string) (out []match.Item) {
		for i, s := range all {
			out = append(out, match.Item{ID: itoa(i), Text: s})
		}
		return out
	}
	return len(match.Match(items(first), items(second)))
}

// InventPaper is a paper of a head that does not exist: some programmes with their provision, each
// with an indicator, and n items to do and as many done, dealt out among them.
func InventPaper(head, year string, programmes, n int) Paper {
	todo, did := InventItems(n)
	p := Paper{Version: "invented-" + head + "-" + year, Head: head, Year: year, Facts: []Fact{
		{Kind: "title", Name: "示範部門" + head, Code: head, Line: 1}, {Kind: "officer", Row: "示範部門首長", Line: 1},
	}}
	y, err := when.ParseFinancialYear(year)
	if err != nil {
		return p
	}
	share, inspections := money.Int(10), money.Int(90)
	for i := range programmes {
		code := itoa(i + 1)
		p.Facts = append(
			p.Facts, Fact{Kind: "programme", Code: code, Name: "海濱服務" + code, Line: 2},
			Fact{Kind: "aim", Code: code, Raw: "本綱領的宗旨是管理海濱。", Line: 3},
			Fact{Kind: "indicator", Row: "巡查次數" + code, Group: code, Column: itoa(int(y)-1) + " actual", Value: &inspections, Line: 4},
			Fact{Kind: "provision", Table: "analysis", Row: code + " 海濱服務" + code, Code: code, Column: year + " estimate", Value: &share, Line: 5},
		)
	}
	whole := money.Int(int32(10_000 * programmes)) //nolint:gosec // a paper's programmes
	p.Facts = append(p.Facts, Fact{Kind: "subhead", Table: "subheads", Code: "000", Name: "運作開支", Group: "經營帳目/經常開支", Column: year + " estimate", Value: &whole, Line: 6})
	for i := range n {
		code := itoa(i%programmes + 1)
		p.Facts = append(p.Facts, Fact{Kind: string(Done), Code: code, Raw: did[i], Line: 10 + i}, Fact{Kind: string(ToDo), Code: code, Raw: todo[i], Line: 1000 + i})
	}
	return p
}
