package paper

import (
	"os"
	"strings"
	"testing"
)

func small(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("testdata/head901-2031-32.txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func readText(t *testing.T, text string) *Paper {
	t.Helper()
	papers, err := Read("text", strings.NewReader(text), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return papers[0]
}

// places lists every figure of the tables with its place and value.
func places(p *Paper) map[string]string {
	out := make(map[string]string)
	for _, f := range p.Facts {
		if f.Value != nil && f.Table != TableProse {
			out[f.Kind+"|"+f.Table+"|"+f.Code+"|"+f.Total+"|"+f.Column+"|"+f.Unit] += f.Value.String() + " "
		}
	}
	return out
}

// TestNoiseOfOpticalReading: what optical reading does to the words and signs
// of a paper changes no figure and no place, and raises no fault.
func TestNoiseOfOpticalReading(t *testing.T) {
	text := small(t)
	want := places(readText(t, text))
	for name, noise := range map[string][]string{
		"simplified":       {"綱領", "纲领", "財政撥款", "财政拨款", "預算", "预算", "實際", "实际", "總額", "总额", "結餘", "结余", "經營帳目", "经营账目"},
		"variant":          {"的宗旨", "の宗旨", "的撥款", "の撥款", "承擔額的申請", "承擔額の申請", "所需的", "所需の"},
		"doubled":          {"經常開支總額", "經經常開支總額", "開支總額", "開開支總額", "按分目列出", "按分分目列出"},
		"full width":       {"108,020", "１０８,０２０", "85.0 (+4.3%)", "８５.０（＋４.３％）", "綱領(1)", "綱領（1）"},
		"other dashes":     {"2029-30", "2029–30", "2030-31", "2030—31", "總目 901—", "總目 901 － "},
		"other quotes":     {"$'000", "$’000", "開支 $", "開支 ＄"},
		"escaped":          {"$'000", `\$'000`, "# 此項目", `\# 此項目`},
		"two tags":         {"<b>85.0</b>", "<b><u>85.0</u></b>", "82.0 <sup>△</sup>", "<b>82.0</b> <sup>△</sup>", "9,000\t14,900", "<u>9,000</u>\t<b>14,900</b>"},
		"glued marks":      {"80.2 <sup>△</sup>", "80.2△", "燈塔維修 .....", "燈塔維修△ ....."},
		"headings as bold": {"#### 宗旨", "**宗旨**", "### 指標", "**指標**", "##### 綱領(1)：燈塔維修", "**綱領(1)：燈塔維修**"},
		"page headings":    {"- 繼續更換鏡片。", "## 總目 901—燈塔管理處\n\n- 繼續更換鏡片。", "\t經常開支總額", "## 總目 901—燈塔管理處\n\t經常開支總額"},
		"windows lines":    {"\n", "\r\n"},
		"comparison":       {"\t\t\t\t(或較 2030-31 原來 預算增加 3.7%)", "(或較 2030-31 原來\n預算增加 3.7%)"},
		"apart":            {"801 鏡片# .....\t", "801\t鏡片# .....\t", "802 霧號 .....\t", "802\t霧號 .....\t", "總額 .....\t29", "\t總額 .....\t29", "700 一般非經常開支\t", "700\t一般非經常開支\t"},
		"blank lines":      {"\t經常開支總額", "\n\t經常開支總額", "802 霧號", "\n\n802 霧號"},
	} {
		t.Run(name, func(t *testing.T) {
			noisy := strings.NewReplacer(noise...).Replace(text)
			if noisy == text {
				t.Fatal("the noise changes nothing")
			}
			p := readText(t, noisy)
			got := places(p)
			for k, v := range want {
				if got[k] != v {
					t.Errorf("%s: %q, want %q", k, got[k], v)
				}
			}
			for k := range got {
				if _, ok := want[k]; !ok {
					t.Errorf("%s: %q is new", k, got[k])
				}
			}
			for _, c := range Checks(p) {
				if c.Outcome == Fault || c.Outcome == Uncheckable {
					t.Errorf("%s %s %s %s", c.Outcome, c.Check, c.Row, c.Column)
				}
			}
		})
	}
}

func TestShapesOfTables(t *testing.T) {
	text := small(t)
	row := "財政撥款(百萬元)\t30.1\t33.3\t33.0 (-0.9%)\t35.5 (+7.6%)"
	for name, c := range map[string]struct {
		replace []string
		want    map[string]string // row|column: value how
		problem string
	}{
		"bodies": {
			[]string{row, "財政撥款(百萬元)\t\t\t\t\n政府機構\t10.1\t11.3\t11.0\t12.5\n受資助機構\t20.0\t22.0\t22.0\t23.0\n總額\t30.1\t33.3\t33.0\t35.5\n\t\t\t(-0.9%)\t(+7.6%)"},
			map[string]string{"2 霧號服務：政府機構|2030-31 revised": "11.0 printed", "2 霧號服務|2030-31 revised": "33.0 printed", "2 霧號服務|2031-32 estimate on 2030-31 revised": "7.6 printed"},
			"",
		},
		"no figure": {
			[]string{"1,204\t1,310\t1,300", "不適用\t1,310\tN.A."},
			map[string]string{"已檢查的燈器數目|2030 actual": "1310 printed", "已檢查的燈器數目|2029 actual": "- printed"},
			"",
		},
		"school years": {
			[]string{"2029-30 (實際)\t2030-31 (修訂預算)\t2031-32 (預算)\n外判", "2029/30學年 (實際)\t2030/31學年 (修訂預算)\t2031/32學年 (預算)\n外判"},
			map[string]string{"外判工程的總值(百萬元)|2030/31 revised": "13.5 printed"},
			"",
		},
		"unknown headings": {
			[]string{"2029-30 (實際)\t2030-31 (修訂預算)\t2031-32 (預算)\n外判", "春季 (實際)\t夏季 (修訂預算)\t秋季 (預算)\n外判"},
			map[string]string{"外判工程的總值(百萬元)|": "14.1 printed"},
			ProblemHeading,
		},
		"second headings lost": {
			[]string{"\t\t2029-30 (實際)\t2030-31 (修訂預算)\t2031-32 (預算)\n外判", "外判"},
			map[string]string{"外判工程的總值(百萬元)|2029 actual": "12.0 inferred"},
			ProblemLostHeading,
		},
		"odd heading": {
			[]string{"2029 (實際)\t2030 (實際)\t2031 (計劃)", "2029 (實際)\t2080 (實際)\t2031 (計劃)"},
			map[string]string{"在 2 小時內修復熄滅的燈(%)|2030 actual": "96 inferred"},
			ProblemHeading,
		},
		"odd grouping": {
			[]string{"1,204\t", "12,04\t"},
			map[string]string{"已檢查的燈器數目|2029 actual": "1204 inferred"},
			ProblemGrouping,
		},
		"a letter for a digit": {
			[]string{"1,204\t", "1,2O4\t"},
			map[string]string{"已檢查的燈器數目|2030 actual": "1310 printed"},
			ProblemCell,
		},
		"mark without footnote": {
			[]string{"霧號 .....\t9,000", "霧號¶ .....\t9,000"},
			map[string]string{"802 霧號|approved": "9000 printed"},
			ProblemMark,
		},
		"the year's last digit in words": {
			[]string{"較二零三零至三一年度的修訂預算增加 5,990", "較二零三零至三九年度的修訂預算增加 5,990"},
			map[string]string{"開支總額|2030-31 revised": "114510 printed"},
			ProblemYear,
		},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.NewReplacer(c.replace...).Replace(text)
			if changed == text {
				t.Fatal("nothing was changed")
			}
			p := readText(t, changed)
			got := make(map[string]string)
			for _, f := range p.Facts {
				v := "-"
				if f.Value != nil {
					v = f.Value.String()
				}
				if _, ok := got[f.Row+"|"+f.Column]; !ok || f.Table != TableAnalysis {
					got[f.Row+"|"+f.Column] = v + " " + f.How
				}
			}
			for k, v := range c.want {
				if got[k] != v {
					t.Errorf("%s: %q, want %q", k, got[k], v)
				}
			}
			codes := ""
			for _, x := range p.Problems {
				codes += x.Code + " "
			}
			if c.problem == "" && codes != "" || !strings.Contains(codes, c.problem) {
				t.Errorf("problems %q, want %q", codes, c.problem)
			}
			for _, x := range Checks(p) {
				if x.Outcome == Fault {
					t.Errorf("%+v", x)
				}
			}
		})
	}
}

// TestCSVWithLostCells: what a changed CSV holds is placed by its headings or
// not at all.
func TestCSVWithLostCells(t *testing.T) {
	head := "\ufeff\"總目\",\"綱領編號\",\"綱領\",\"機構\",\"2029-30\r\n(實際)\r\n(百萬元)\",\"2030-31\r\n(原來預算)\r\n(百萬元)\",\"2030-31\r\n(修訂)\r\n(百萬元)\",\"2031-32\r\n(預算)\r\n(百萬元)\"\r\n"
	rows := "\"901\",1,\"燈塔\",\"\",1.0,2.0,3.0,4.0\r\n\"902\",1,\"風箏\",\"\",5.0,6.0,7.0,8.0\r\n"
	for name, c := range map[string]struct{ text, want, problem string }{
		"whole":         {head + rows, "1.0 2029-30 actual printed", ""},
		"cell dropped":  {head + strings.Replace(rows, "1.0,2.0", "2.0", 1), "2.0  printed", ProblemLostCell},
		"cell emptied":  {head + strings.Replace(rows, "1.0,2.0", ",2.0", 1), "2.0 2030-31 original printed", ""},
		"odd heading":   {strings.Replace(head, "2029-30", "2029-90", 1) + rows, "1.0 2029-30 actual inferred", ProblemHeading},
		"another year":  {strings.Replace(head, "2029-30", "2019-20", 1) + rows, "1.0 2029-30 actual inferred", ProblemHeading},
		"column gone":   {strings.Replace(head, "\"2029-30\r\n(實際)\r\n(百萬元)\",", "", 1) + strings.NewReplacer("1.0,", "", "5.0,", "").Replace(rows), "2.0 2030-31 original printed", ProblemLostColumn},
		"heading alone": {strings.Replace(head, "\"2029-30\r\n(實際)\r\n(百萬元)\",", "", 1) + rows, "1.0  printed", ProblemLostCell},
	} {
		papers, err := Read(name, strings.NewReader(c.text), Limits{})
		if err != nil || len(papers) != 2 {
			t.Fatalf("%s: %v %d", name, err, len(papers))
		}
		p := papers[0]
		f := p.Facts[0]
		if got := f.Value.String() + " " + f.Column + " " + f.How; got != c.want || f.Line != 1+strings.Count(c.text[:strings.Index(c.text, "\"901\"")], "\n") {
			t.Errorf("%s: %q at %d, want %q", name, got, f.Line, c.want)
		}
		codes := ""
		for _, x := range p.Problems {
			codes += x.Code + " "
		}
		if c.problem == "" && codes != "" || !strings.Contains(codes, c.problem) {
			t.Errorf("%s: problems %q, want %q", name, codes, c.problem)
		}
	}
}
