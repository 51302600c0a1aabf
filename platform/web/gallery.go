package web

import (
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
)

// The gallery shows every component in its ordinary, empty, long and failing states.
// It is mounted by a flag, for tests and developers; its texts are invented, and stand
// here and not in the catalogues because no reader ever meets them.

func showGallery(v *Visit) error {
	part := v.PathValue("part")
	g := gallery{v.View}
	p := Page{
		Title: g.t("元件陳列", "Gallery of components", "元件陈列"), Lead: g.t("每個元件的各種狀態。", "Every component in all its states.", "每个元件的各种状态。"),
		Crumbs: []Crumb{{Text: v.T("web.shell.front"), Path: "/"}, {Text: g.t("元件陳列", "Gallery", "元件陈列"), Path: "/_gallery"}},
		Secret: true, Wide: part == "wide", Version: "1",
	}
	switch part {
	case "", "content":
		return v.Render(p, galleryContent(v.View, g))
	case "tables", "wide":
		return v.Render(p, galleryTables(v.View, g))
	case "charts":
		return v.Render(p, galleryCharts(v.View, g))
	case "source":
		return v.Render(p, SourceLines(v.View, g.source()))
	case "forms":
		p.Back, p.Crumbs, p.Failed = "/_gallery", nil, true
		return v.RenderStatus(422, p, galleryForms(v.View, g))
	case "panic":
		panic("the gallery panics when it is asked to")
	}
	return fault.New(fault.Kind(part), "web.fault."+part+".text")
}

type gallery struct{ v *View }

func (g gallery) t(tc, en, sc string) string { return lang.Text{TC: tc, EN: en, SC: sc}.In(g.v.Lang()) }

// long is a name that has no good place to break.
func (g gallery) long() string {
	return g.t("海旁政府公共行政及數碼轉型促進事務統籌專員辦公室轄下聯合服務規劃小組", "Office of the Commissioner for the Coordination of Interdepartmental Digital Transformation", "海旁政府公共行政及数码转型促进事务统筹专员办公室辖下联合服务规划小组")
}

func (g gallery) notices() []Notice {
	return []Notice{
		{Text: g.t("我們已收到你的申請。", "We have received your application.", "我们已收到你的申请。")},
		{Failed: true, Text: g.t("檔案未能讀取，沒有儲存任何資料。", "The file could not be read, and nothing was saved.", "档案未能读取，没有储存任何资料。")},
	}
}

func (g gallery) summary() []Entry {
	return []Entry{
		{Label: g.t("管制人員", "Controlling officer", "管制人员"), Value: g.t("海旁總監", "Director of Praya", "海旁总监"), Change: "/_gallery/forms"},
		{Label: g.t("總目", "Head", "总目"), Value: "海旁總署", Lang: lang.TC, Path: "/_gallery"},
		{Label: g.t("員工人數", "Staff", "员工人数"), Value: "1,234", From: g.t("資料來自海旁總署，2025年11月21日", "From the Praya Department, 21 November 2025", "资料来自海旁总署，2025年11月21日"), Wrong: "/_gallery"},
		{Label: g.long(), Value: g.long()},
		{Label: g.t("電話", "Telephone", "电话")},
	}
}

func (g gallery) states() []State {
	return []State{
		InProgress, Waiting, Approved, Refused, Withdrawn, Agrees, Rounding, Explained, Remark, Disagrees,
		Uncheckable, NotStarted, Done, Late, Failed,
	}
}

func (g gallery) events() []Event {
	return []Event{
		{Next: true, When: g.t("2025年12月5日（星期五）或之前", "By Friday 5 December 2025", "2025年12月5日（星期五）或之前"), What: g.t("收到決定", "Decision", "收到决定"), Who: g.t("尚餘10個工作天", "10 working days left", "尚余10个工作天")},
		{When: g.t("2025年11月21日（星期五）", "Friday 21 November 2025", "2025年11月21日（星期五）"), What: g.t("收到申請", "Application received", "收到申请"), Who: g.long(), Path: "/_gallery"},
		{When: g.t("2025年11月20日（星期四）", "Thursday 20 November 2025", "2025年11月20日（星期四）"), What: g.t("開始申請", "Application started", "开始申请")},
	}
}

func (g gallery) tasks() []Task {
	return []Task{
		{Text: g.t("填寫資料", "Your details", "填写资料"), Path: "/_gallery/forms", State: Done},
		{Text: g.t("上載文件", "Documents", "上载文件"), Hint: g.t("PDF或JPEG，每個不超過5 MB", "PDF or JPEG, up to 5 MB each", "PDF或JPEG，每个不超过5 MB"), Path: "/_gallery/forms", State: InProgress},
		{Text: g.long(), State: NotStarted},
	}
}

func (g gallery) files() []File {
	return []File{
		{Text: g.t("全部數字", "All figures", "全部数字"), Path: "/api/x.csv", Format: "CSV", Bytes: 12_345},
		{Text: g.t("數據資料包", "Data package", "数据资料包"), Path: "/api/x.zip", Format: "ZIP", Bytes: 2_345_678},
		{Text: g.t("工作簿", "Workbook", "工作簿"), Path: "/api/x.xlsx", Format: "XLSX"},
	}
}

func (g gallery) records() Table {
	head := g.v.SortBy
	t := Table{
		ID: "records", Caption: g.t("2025-26年度的總目", "Heads in 2025-26", "2025-26年度的总目"), Unit: g.t("百萬元", "$ million", "百万元"),
		Columns: []Column{
			head("name", Column{Head: g.t("總目", "Head", "总目")}), head("amount", Column{Head: g.t("撥款", "Provision", "拨款"), Numeric: true}),
			{Head: g.t("變動", "Change", "变动"), Numeric: true},
			{Head: g.t("核對", "Checks", "核对")},
		},
		Notes: []Note{{ID: "n1", Sign: "△", Text: "不包括轉撥予其他總目的款項。", Lang: lang.TC}},
	}
	add := func(name string, amount, change Cell, s State) {
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: name, Lang: lang.TC, Path: "/_gallery"}, amount, change, {Body: StatusTag(g.v, s)}}})
	}
	add("總目47－海旁總署", Cell{Text: "1,234.5", Path: "/_gallery/source#L3", Marks: []Mark{{"△", "n1"}}}, Cell{Text: "+4.0%", How: Derived, Why: "+"}, Agrees)
	add("總目48－潮汐觀測所", Cell{Text: "0"}, Cell{Text: "−100.0%"}, Disagrees)
	add("總目121－"+strings.Repeat("獨立海濱事務", 6), Cell{Text: "98,765,432.1"}, Cell{}, Uncheckable)
	return t
}

func (g gallery) figures() Table {
	t := Table{
		ID: "figures", Caption: g.t("按綱領劃分的撥款", "Provision by programme", "按纲领划分的拨款"), Unit: g.t("百萬元", "$ million", "百万元"), Mode: Figures,
		Groups:  []Group{{"", 1}, {g.t("已過去", "Past", "已过去"), 3}, {g.t("未來", "To come", "未来"), 2}},
		Columns: []Column{{Head: g.t("綱領", "Programme", "纲领")}},
	}
	for _, y := range []string{"2021-22", "2022-23", "2023-24", "2024-25", "2025-26"} {
		t.Columns = append(t.Columns, Column{Head: y, Numeric: true})
	}
	for i, name := range []string{"(1) 海濱規劃", "(2) 潮汐觀測及預報服務", "(3) 公眾參與"} {
		row := Row{Cells: []Cell{{Text: name, Lang: lang.TC}}}
		for j := range 5 {
			row.Cells = append(row.Cells, Cell{Text: g.v.Decimal(text64(int64(812+i*377+j*41)) + ".4"), Path: "/_gallery/source#L3"})
		}
		t.Rows = append(t.Rows, row)
	}
	t.Rows[1].Cells[2] = Cell{Text: "1,230.4", How: Inferred, Why: "sum"}
	t.Rows[2].Cells[3] = Cell{}
	t.Rows[2].Cells[4] = Cell{Text: "—"}
	t.Rows = append(t.Rows, Row{Total: true, Cells: []Cell{{Text: g.t("總額", "Total", "总额")}, {Text: "3,567.2"}, {Text: "3,690.2"}, {Text: "3,813.2", How: Derived, Why: "sum"}, {Text: "2,701.8"}, {Text: "4,059.2"}}})
	return t
}

func (g gallery) empty() Empty {
	return Empty{Why: g.t("未有任何文件。", "There are no papers yet.", "未有任何文件。"), Next: g.t("查看其他年度", "See other years", "查看其他年度"), Path: "/_gallery"}
}

func (g gallery) source() Source {
	text := []string{"總目47－海旁總署", "", "甲部　管制人員報告", "    2025-26年度的撥款為12.345億元，較上年度修訂預算增加4.0%。", strings.Repeat("海濱規劃及潮汐觀測服務的宗旨是方便市民。", 9), "=======================", "（完）"}
	s := Source{Lang: lang.TC, Here: 214}
	for i, line := range text {
		s.Lines = append(s.Lines, SourceLine{211 + i, line})
	}
	return s
}
