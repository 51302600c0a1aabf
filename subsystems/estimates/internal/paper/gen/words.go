package gen

import (
	"math/rand/v2"
	"strings"
)

// The words are ours: an administration of lamps, tides and kites.

func offices() []string {
	return []string{
		"燈塔管理處", "風箏事務署", "潮汐觀測局", "渡輪服務署", "蜜蜂保育處", "鐘樓修繕署", "雲圖檔案處", "石階維護局",
		"茶園推廣署", "星空保護處", "郵筒管理署", "棋藝發展局", "竹橋工程署", "雨水收集處", "紙鳶教育局", "古樹護理署",
	}
}

func nouns() []string {
	return []string{
		"燈塔", "風箏", "潮汐", "渡輪", "蜂箱", "鐘樓", "雲圖", "石階", "茶園", "星圖", "郵筒", "棋盤", "竹橋", "雨桶", "古樹",
		"碼頭", "船塢", "溫室", "水車", "樂譜", "地圖", "天文台", "苗圃", "窯爐", "織機", "信鴿", "沙灘", "浮標", "涼亭", "花圃",
	}
}

func acts() []string {
	return []string{"檢查", "修繕", "記錄", "推廣", "培訓", "研究", "更新", "編目", "巡視", "測量", "展示", "借用", "登記", "清潔", "評核"}
}

func adverbs() []string {
	return []string{"繼續", "加強", "逐步", "按計劃", "與各區一起", "透過義工", "分階段", "定期"}
}

func expenses() [][]string {
	return [][]string{
		{"個人薪酬", "薪金", "津貼", "工作相關津貼"},
		{"與員工有關連的開支", "強制性公積金供款", "公務員公積金供款"},
		{"部門開支", "僱用服務及專業費用", "工具及物料的租用及 維修", "一般部門開支"},
		{"其他費用", "對外交流活動", "獎章及證書"},
	}
}

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// phrase is a short name: an act on a thing.
func phrase(r *rand.Rand) string { return pick(r, nouns()) + pick(r, acts()) }

// clause is a piece of a sentence without figures.
func clause(r *rand.Rand) string {
	return pick(r, adverbs()) + pick(r, acts()) + pick(r, nouns()) + "及" + pick(r, nouns())
}

// sentence joins clauses to about the length of real ones.
func sentence(r *rand.Rand, clauses int) string {
	parts := make([]string, clauses)
	for i := range parts {
		parts[i] = clause(r)
	}
	return strings.Join(parts, "，")
}

// Words are a fixed list of searches over invented papers. The first stands in about a tenth
// of all items, the others in fewer, the last in none.
func Words() []string {
	return []string{"服務", "石階 測量", "竹橋工程署", "渡輪服務署", "工具及物料", "古樹及茶園", "星圖修繕", "風箏檢查", "燈塔管理處", "2015", "海市蜃樓"}
}

// CommonWords stand in a quarter to two fifths of all items.
func CommonWords() []string { return []string{"燈塔", "石階", "繼續", "透過義工"} }
