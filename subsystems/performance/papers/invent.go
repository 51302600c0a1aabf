package papers

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
)

// Invent makes a sheet that no government has: invented offices, figures that
// add up. The same seed gives the same sheet. With programmes of 0 the seed
// chooses between 1 and 20.
func Invent(seed uint64, programmes int) Sheet {
	v := &inventor{r: rand.New(rand.NewPCG(seed, 47))} //nolint:gosec // figures of a test, no secret
	if programmes == 0 {
		programmes = 1 + v.r.IntN(20)
	}
	y := when.FinancialYear(2001 + v.r.IntN(60))
	v.s = Sheet{Head: strconv.Itoa(1 + v.r.IntN(999)), Year: y.String(), Invented: true, Office: v.name(2), Officer: v.name(1)}
	v.s.Title = lang.Text{TC: v.s.Office.TC, EN: strings.ToUpper(v.s.Office.EN)}
	v.s.Area = PolicyArea{Number: strconv.Itoa(1 + v.r.IntN(30)), Name: v.name(1), Secretary: lang.Text{TC: "海事局局長", EN: "Secretary for the Sea"}}
	v.money()
	v.programmes(programmes)
	v.provision()
	v.posts()
	v.footnotes()
	return v.s
}

type inventor struct {
	r     *rand.Rand
	s     Sheet
	names map[string]bool
}

func (v *inventor) one(n int) bool { return v.r.IntN(n) == 0 }

// inventedWords are nouns in Chinese and English, with letters and digits of
// other scripts among them, as names of schemes have.
func inventedWords() [][2]string {
	return [][2]string{
		{"燈塔維修", "Lighthouse Upkeep"},
		{"霧號服務", "Fog Signals"},
		{"潮汐預報", "Tide Forecasts"},
		{"紙船巡遊", "Paper Boat Parades"},
		{"海鷗登記", "Gull Registration"},
		{"Web3碼頭", "Web3 Pier"},
		{"雲端A-1平台", "Cloud A-1 Platform"},
		{"石階清潔(第2期)", "Stone Steps (Phase 2)"},
		{"風箏檢驗", "Kite Inspection"},
		{"浮標e-Buoy系統", "e-Buoy System"},
		{"義工守望", "Volunteer Watch"},
		{"「海市蜃樓」研究", "Mirage Research"},
		{"羅盤校正／換鏡", "Compass Setting/New Mirrors"},
		{"夜航導賞", "Night Sailing Tours"},
		{"1823號渡輪", "Ferry No. 1823"},
		{"沉香木保育", "Incense Tree Care"},
	}
}

// name joins up to n nouns; each name is given once.
func (v *inventor) name(n int) lang.Text {
	if v.names == nil {
		v.names = map[string]bool{}
	}
	for {
		var zh, en []string
		for range 1 + v.r.IntN(n) {
			w := inventedWords()[v.r.IntN(len(inventedWords()))]
			zh, en = append(zh, w[0]), append(en, w[1])
		}
		t := lang.Text{TC: strings.Join(zh, "與"), EN: strings.Join(en, " and ")}
		if v.one(3) || v.names[t.TC] {
			k := strconv.Itoa(1 + v.r.IntN(5000))
			t = lang.Text{TC: t.TC + k + "組", EN: t.EN + " Team " + k}
		}
		if !v.names[t.TC] {
			v.names[t.TC] = true
			return t
		}
	}
}

func (v *inventor) sentence(zh, en string) lang.Text {
	n := v.name(4)
	return lang.Text{TC: zh + n.TC, EN: en + " " + n.EN}
}

func figure(n int64, scale int) Figure {
	d, _ := money.New(n, scale)
	return Known(d)
}

// row draws four amounts; a few are nil, a few below nought.
func (v *inventor) row(most int64, negative bool) Amounts {
	var a Amounts
	for i := range a {
		n := 1 + v.r.Int64N(most)
		switch {
		case v.one(12):
			n = 0
		case negative && v.one(15):
			n = -n / 50
		}
		a[i] = figure(n, 0)
		if n == 0 && v.one(2) {
			a[i] = Figure{}
		}
	}
	return a
}

func (v *inventor) money() {
	s := &v.s
	groups := []lang.Text{{TC: "個人薪酬", EN: "Personal Emoluments"}, {TC: "部門開支", EN: "Departmental Expenses"}, {TC: "其他費用", EN: "Other Charges"}}
	if !v.one(15) {
		for _, g := range groups {
			for range 1 + v.r.IntN(4) {
				s.Components = append(s.Components, Component{Group: g, Name: v.name(2), Amounts: v.row(900_000, len(s.Components) > 0)})
			}
		}
		first := Subhead{Code: "000", Name: lang.Text{TC: "運作開支", EN: "Operational expenses"}, Account: Operating, Kind: Recurrent, Reason: v.sentence("增聘", "more staff for")}
		s.Components[0].Amounts = Amounts{figure(2_000_000, 0), figure(2_100_000, 0), figure(2_100_001, 0), figure(2_300_000, 0)}
		for col := range 4 {
			var list []money.Decimal
			for _, x := range s.Components {
				list = append(list, x.Amounts[col].amount())
			}
			d, _ := total(list)
			first.Amounts[col] = Known(d)
		}
		s.Subheads = append(s.Subheads, first)
	} else {
		s.Subheads = append(s.Subheads, Subhead{Code: "003", Name: v.name(1), Account: Operating, Kind: Recurrent, Amounts: Amounts{figure(9000, 0), figure(9100, 0), figure(9000, 0), figure(9300, 0)}})
	}
	v.commitments()
	if v.one(2) {
		s.Subheads = append(s.Subheads, Subhead{Code: "603", Name: v.name(2), Account: Capital, Kind: Plant, Amounts: v.row(40_000, true)})
	}
	if v.one(2) {
		from, to := money.Int(200_000), money.Int(10_000_000)
		a := v.row(40_000, false)
		a[Estimate] = figure(1000+v.r.Int64N(9000), 0)
		s.Subheads = append(s.Subheads, Subhead{
			Code: "661", Name: lang.Text{TC: "小型機器、車輛及設備(整體撥款)", EN: "Minor plant, vehicles and equipment (block vote)"},
			Account: Capital, Kind: Plant, Amounts: a, Each: &Limits{from, to}, Reason: v.sentence("更換", "the replacement of"),
		})
	}
	if v.one(4) {
		s.Subheads = append(s.Subheads, Subhead{Code: "852", Name: v.name(1), Account: Capital, Kind: Subventions, Amounts: v.row(40_000, false)})
	}
}

func (v *inventor) commitments() {
	s := &v.s
	n := v.r.IntN(8)
	if n == 0 {
		return
	}
	h := Subhead{Code: "700", Name: lang.Text{TC: "一般非經常開支", EN: "General non-recurrent"}, Account: Operating, Kind: NonRecurrent, Amounts: v.row(900_000, false)}
	var spent int64
	for i := range n {
		approved := 500 * (2 + v.r.Int64N(6000))
		accumulated := v.r.Int64N(approved)
		if v.one(5) {
			accumulated = 0
		}
		revised := v.r.Int64N(approved - accumulated + 1)
		spent += revised
		s.Commitments = append(s.Commitments, Commitment{
			Subhead: "700", Item: strconv.Itoa(801 + 3*i), Name: v.name(3), Approved: figure(approved, 0),
			Accumulated: figure(accumulated, 0), Revised: figure(revised, 0), Balance: figure(approved-accumulated-revised, 0),
		})
	}
	h.Amounts[Revised] = figure(spent+v.r.Int64N(3)*1000, 0)
	s.Subheads = append(s.Subheads, h)
}

func (v *inventor) programmes(n int) {
	number := 0
	for range n {
		number++
		if v.one(25) {
			number++ // a number that was given up
		}
		p := Programme{Number: strconv.Itoa(number), Name: v.name(3), Aim: v.sentence("本綱領的宗旨是推廣", "The aim is to promote"), Owner: "S(" + strconv.Itoa(number) + ")"}
		for range 1 + v.r.IntN(2) {
			p.Description = append(p.Description, v.sentence("辦事處負責", "The office is responsible for"))
		}
		for range v.r.IntN(6) {
			p.Done = append(p.Done, Item{Words: v.sentence("完成", "completed")})
		}
		for range v.r.IntN(6) {
			p.Ahead = append(p.Ahead, Item{Words: v.sentence("繼續", "continue with")})
		}
		if !v.one(6) {
			p.Reason = v.sentence("擴展", "the extension of")
		}
		v.measures(&p)
		v.s.Programmes = append(v.s.Programmes, p)
	}
}

func (v *inventor) measures(p *Programme) {
	percent, million := lang.Text{TC: "%", EN: "%"}, lang.Text{TC: "百萬元", EN: "$m"}
	value := func(most int64, scale int) Figure {
		if v.one(10) {
			return Figure{}
		}
		return figure(v.r.Int64N(most), scale)
	}
	for range v.r.IntN(4) {
		n := v.name(2)
		p.Targets = append(p.Targets, Target{
			Name: n, Unit: percent, Target: value(101, 0), Before: value(1001, 1), Last: value(1001, 1), Plan: value(101, 0),
		})
	}
	under := lang.Text{}
	for i := range v.r.IntN(6) {
		if i > 0 && v.one(3) {
			under = v.name(2)
		}
		x := Indicator{Under: under, Name: v.name(3), Before: value(5_000_000, 0), Last: value(5_000_000, 0), Coming: value(5_000_000, 0)}
		if v.one(3) {
			x.Unit = percent
			x.Before, x.Last, x.Coming = value(1001, 1), value(1001, 1), value(1001, 1)
		}
		p.Indicators = append(p.Indicators, x)
	}
	for range v.r.IntN(3) {
		p.Financial = append(p.Financial, Indicator{Name: v.name(2), Unit: million, Before: value(90_000, 1), Last: value(90_000, 1), Coming: value(90_000, 1)})
	}
}

// provision shares the subheads out to the programmes: what is left goes to
// the last; now and then one gets nothing or pays back.
func (v *inventor) provision() {
	s := &v.s
	for col := range 4 {
		whole := s.subheadTotal(col).Coef()
		left := whole
		for i := range s.Programmes {
			share := left
			if i < len(s.Programmes)-1 {
				share = whole / int64(len(s.Programmes)) * (7 + v.r.Int64N(6)) / 12
				switch {
				case v.one(30):
					share = 0
				case v.one(40):
					share = -share / 100
				}
				left -= share
			}
			q, _ := figure(share, 0).Value.Quo(money.Int(100), 0)
			s.Programmes[i].Provision[col] = figure(q.Coef(), 1)
			if q.IsZero() {
				s.Programmes[i].Provision[col] = Figure{}
			}
		}
	}
}

func (v *inventor) posts() {
	p := &v.s.Posts
	p.NonDirectorateFrom, p.DirectorateFrom = 50+v.r.IntN(6000), v.r.IntN(60)
	p.NonDirectorateTo, p.DirectorateTo = p.NonDirectorateFrom+v.r.IntN(41)-20, p.DirectorateFrom
	if v.one(4) {
		p.DirectorateTo += v.r.IntN(4)
	}
	if v.one(6) {
		p.NonDirectorateTo = p.NonDirectorateFrom
	}
	p.Ceiling = *figure(10_000+v.r.Int64N(4_000_000), 0).Value
	left := p.Net()
	for i := range v.s.Programmes {
		part := left
		if i < len(v.s.Programmes)-1 {
			part = v.r.IntN(7) - 3
			left -= part
		}
		v.s.Programmes[i].NetPosts = part
	}
}

// footnotes: money moved from another head lifts the first programme above the
// subheads; other marks only say something.
func (v *inventor) footnotes() {
	s := &v.s
	marks := FootnoteMarks()
	if v.one(4) {
		p := &s.Programmes[0].Provision
		for _, col := range []int{Actual, Original} {
			d, _ := p[col].amount().Add(*figure(1000, 1).Value)
			p[col] = Known(d, marks[0])
		}
		s.Footnotes = append(s.Footnotes, Footnote{marks[0], lang.Text{TC: "為作比較，數字經調整後包括由總目999轉撥至本總目的撥款", EN: "Adjusted, to compare like with like, for the provision transferred from Head 999"}})
	}
	if n := len(s.Programmes[0].Indicators); n > 0 && v.one(2) {
		s.Programmes[0].Indicators[n-1].Marks = []string{marks[1]}
		s.Programmes[0].Indicators[0].Last.Marks = []string{marks[1]}
		s.Footnotes = append(s.Footnotes, Footnote{marks[1], lang.Text{TC: "由這一年起按新的方法計算", EN: "Counted in a new way from this year on"}})
	}
	if n := len(s.Commitments); n > 0 && v.one(2) {
		s.Commitments[n-1].Marks = []string{marks[3]}
		s.Footnotes = append(s.Footnotes, Footnote{marks[3], lang.Text{TC: "此項目的現金流量於年內重新編排", EN: "The cash flow of this item was re-phased during the year"}})
	}
}
