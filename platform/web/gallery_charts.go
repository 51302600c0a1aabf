package web

import "praya/kernel/lang"

func (g gallery) chart(id string, t Table) Chart {
	t.ID, t.Caption = id+"-data", t.Caption+" "+id
	return Chart{
		ID:      id,
		Caption: g.t("海濱規劃的撥款連續三年增加", "Provision for harbour planning has grown for three years", "海滨规划的拨款连续三年增加"),
		Title:   g.t("按綱領劃分的撥款（百萬元）", "Provision by programme ($ million)", "按纲领划分的拨款（百万元）"),
		Summary: g.t("棒形圖：海濱規劃由812.4增至976.4。", "Bar chart: harbour planning grew from 812.4 to 976.4.", "棒形图：海滨规划由812.4增至976.4。"),
		Data:    t, CSV: "/api/x.csv",
	}
}

func (g gallery) bars() []BarGroup {
	one := func(name string, values ...float64) BarGroup {
		b := BarGroup{Label: name, Lang: lang.TC}
		for i, c := range []Certainty{Actual, Original, Revised, Estimate} {
			b.Bars = append(b.Bars, Bar{
				Label: []string{"2023-24", "2024-25", "2024-25", "2025-26"}[i], Value: values[i],
				Shown: g.v.Decimal(text64(int64(values[i])) + ".4"), Certainty: c,
			})
		}
		return b
	}
	groups := []BarGroup{one("(1) 海濱規劃", 812, 853, 894, 976), one("(2) 潮汐觀測及預報服務", 1189, 1230, 1271, 1312), one("(3) 公眾參與", 1566, 1607, 0, 9)}
	groups[2].Bars[2] = Bar{Label: "2024-25", Missing: true}
	return groups
}

// longBars have labels that need a line of their own, and a figure below zero.
func (g gallery) longBars() []BarGroup {
	return []BarGroup{{Bars: []Bar{
		{Label: g.t("因通脹及薪酬調整而增加的開支", "Inflation and adjustments of pay", "因通胀及薪酬调整而增加的开支"), Value: 45.6, Shown: "+45.6"},
		{Label: g.t("因項目完成而減少的開支", "Projects that came to an end", "因项目完成而减少的开支"), Value: -30.1, Shown: "−30.1"},
	}}}
}

func (g gallery) years() []string {
	return []string{"2016", "2017", "2018", "2019", "2020", "2021", "2022", "2023", "2024", "2025"}
}

func (g gallery) lines() []Line {
	names := []string{g.t("準時率", "On time", "准时率"), g.t("目標", "Target", "目标"), g.t("網上", "Online", "网上"), g.t("櫃位", "Counter", "柜位"), g.t("其他", "Other", "其他")}
	starts := []float64{91, 95, 60, 82, 71}
	steps := []float64{0.7, 0, 2.9, -1.4, 0.3}
	out := make([]Line, len(names))
	for i, name := range names {
		out[i] = Line{Name: name, Short: name}
		for j := range g.years() {
			out[i].Points = append(out[i].Points, Point{Value: starts[i] + steps[i]*float64(j)})
		}
	}
	out[0].Points[3].Missing = true
	out[2].Points[6].Break = true
	return out
}

func (g gallery) shares() []Part {
	return []Part{
		{Name: "海濱規劃", Lang: lang.TC, Value: 42, Shown: "42.0%"},
		{Name: "潮汐觀測及預報服務", Lang: lang.TC, Value: 27, Shown: "27.0%"},
		{Name: "公眾參與", Lang: lang.TC, Value: 18, Shown: "18.0%"},
		{Name: "數據", Lang: lang.TC, Value: 8, Shown: "8.0%"},
		{Name: g.t("其他", "Others", "其他"), Value: 5, Shown: "5.0%"},
	}
}
