package pdf_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/pdf"
)

func document(t *testing.T) *pdf.Document {
	t.Helper()
	d, err := pdf.New(pdf.Info{Title: "總目 901 燈塔", Footer: "燈塔管理處", Lang: lang.TC, Day: when.Day{Year: 2031, Month: time.February, Date: 25}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// written writes the file and gives what a tool that we did not write makes of it.
func written(t *testing.T, d *pdf.Document, tool string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("run .ci/install first: %v", err)
	}
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	at := []string{}
	for _, a := range args {
		at = append(at, strings.ReplaceAll(a, "FILE", name))
	}
	out, err := exec.CommandContext(t.Context(), tool, at...).CombinedOutput() //nolint:gosec // tools of this test
	if err != nil {
		t.Fatalf("%s: %v: %s", tool, err, out)
	}
	if strings.Contains(string(out), "Syntax ") {
		t.Errorf("%s complains: %s", tool, out)
	}
	return string(out)
}

func TestTextCanBeSelected(t *testing.T) {
	d := document(t)
	d.Heading(1, "總目 901—燈塔管理處")
	d.Paragraph("2", "本綱領的宗旨是使海岸的燈塔整夜明亮。")
	d.Item("更換三座燈塔的鏡片；以及")
	d.Pair("承擔額結餘", "1,490 萬元")
	out := written(t, d, "pdftotext", "-layout", "FILE", "-")
	for _, want := range []string{"總目 901—燈塔管理處", "2   本綱領的宗旨是使海岸的燈塔整夜明亮。", "• 更換三座燈塔的鏡片；以及", "1,490 萬元", "燈塔管理處", "1/1"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// TestSquares: black squares stand where they were asked for, and the text goes on below them.
func TestSquares(t *testing.T) {
	d := document(t)
	d.Squares([][]bool{{true, false, true}, {false, true, false}}, 30)
	d.Paragraph("", "字")
	d.Squares(nil, 30)
	picture, err := png.Decode(strings.NewReader(written(t, d, "pdftoppm", "-png", "-r", "72", "FILE")))
	if err != nil {
		t.Fatal(err)
	}
	const first, size = 54 + 4*28.35 + 14, 28.35 // the middle of the first square, after margin and quiet zone, in points
	for y, row := range [][]bool{{true, false, true}, {false, true, false}, {false, false, false}} {
		for x, black := range row {
			r, _, _, _ := picture.At(int(first+float64(x)*size), int(first+float64(y)*size)).RGBA()
			if (r < 0x8000) != black {
				t.Errorf("row %d, column %d: %x", y, x, r)
			}
		}
	}
}

func TestALongFooterIsWhole(t *testing.T) {
	d, err := pdf.New(pdf.Info{Title: "t", Footer: strings.Repeat("a long footer of a page ", 8) + "to its end", Day: when.Day{Year: 2031, Month: time.February, Date: 25}})
	if err != nil {
		t.Fatal(err)
	}
	d.Paragraph("", "字")
	if out := strings.Join(strings.Fields(written(t, d, "pdftotext", "-layout", "FILE", "-")), " "); !strings.Contains(out, "to its end") {
		t.Error(out)
	}
}

func TestTheFileSaysWhatItIs(t *testing.T) {
	d := document(t)
	d.Paragraph("", "字")
	out := written(t, d, "pdfinfo", "FILE")
	for _, want := range []string{"總目 901 燈塔", "A4", "Feb 2", "2031"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// TestNoLineBeginsWithAClosingMark: at every width of line that a paragraph of
// marks can have.
func TestNoLineBeginsWithAClosingMark(t *testing.T) {
	text := "燈塔，「霧號」（浮標）；海鷗、紙船：潮汐（1,234.5 億元）。石階《航海通告》！羅盤？增加 12.5%，至 $3,887,000。"
	for n := range 24 {
		d := document(t)
		d.Paragraph("", strings.Repeat("字", n)+strings.Repeat(text, 3))
		out := written(t, d, "pdftotext", "-layout", "FILE", "-")
		lines := 0
		for _, line := range strings.Split(out, "\n") {
			line = strings.TrimSpace(line)
			if line == "" {
				continue
			}
			lines++
			r := []rune(line)
			if strings.ContainsRune("，。；：、）」》！？%,.", r[0]) || strings.ContainsRune("（「《$", r[len(r)-1]) {
				t.Errorf("%d: %s", n, line)
			}
		}
		if lines < 4 {
			t.Errorf("%d: only %d lines", n, lines)
		}
		if squeezed := strings.Join(strings.Fields(out), ""); !strings.Contains(squeezed, strings.ReplaceAll(strings.Repeat(text, 3), " ", "")) {
			t.Errorf("%d: words are lost or out of order:\n%s", n, out)
		}
	}
}

func TestWhatHasNoGlyphIsNamed(t *testing.T) {
	d := document(t)
	d.Heading(2, "笑臉 😀 和罕用字 𪚥")
	d.Paragraph("", "一\t二\U000F0000三")
	out := written(t, d, "pdftotext", "-layout", "FILE", "-")
	for _, want := range []string{"笑臉 [U+1F600]", "一 二[U+F0000]三"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestHongKongCharactersAndMarksHaveGlyphs(t *testing.T) {
	d := document(t)
	text := "啲嘢喺咗嚟㗎冇乜嘅佢哋埗鰂涌鴨脷洲滘邨𨋢 △‡†§#@ΩΛΨΦ ‰①“”—…"
	d.Paragraph("", text)
	out := written(t, d, "pdftotext", "-layout", "FILE", "-")
	if strings.Contains(out, "[U+") || !strings.Contains(out, text) {
		t.Error(out)
	}
}

func TestTableRepeatsItsHeadings(t *testing.T) {
	d := document(t)
	table := pdf.Table{Words: 2, Heads: [][]string{{"分目 (編號)", "", "2030-31 實際開支", "2031-32 預算"}}}
	for i := range 90 {
		table.Rows = append(table.Rows, pdf.Row{Cells: []string{"000", strings.Repeat("燈塔維修與霧號服務", 1+i%4), "1,234", "-5,678"}, Ruled: i%10 == 9})
	}
	d.Table(table)
	out := written(t, d, "pdftotext", "-layout", "FILE", "-")
	pages := strings.Split(strings.TrimRight(out, "\f"), "\f")
	if len(pages) < 3 {
		t.Fatalf("%d pages", len(pages))
	}
	rows := 0
	for i, p := range pages {
		if !strings.Contains(p, "分目 (編號)") || !strings.Contains(p, "實際開支") {
			t.Errorf("page %d has no headings:\n%s", i+1, p)
		}
		for _, line := range strings.Split(p, "\n") {
			if f := strings.Fields(line); len(f) > 1 && f[len(f)-2] == "1,234" && f[len(f)-1] == "-5,678" {
				rows++
			}
		}
	}
	if rows != 90 {
		t.Errorf("%d rows of 90", rows)
	}
}

func TestHeadingsBecomeBookmarks(t *testing.T) {
	d := document(t)
	d.Heading(1, "管制人員報告")
	for _, s := range []string{"綱領(1)：燈塔維修", "綱領(2)：霧號服務"} {
		d.Heading(2, s)
		d.Heading(3, "宗旨")
		for range 60 {
			d.Paragraph("", "使海岸的燈塔整夜明亮。")
		}
	}
	out := written(t, d, "pdftohtml", "-xml", "-stdout", "-i", "FILE")
	at := strings.Index(out, "<outline>")
	if at < 0 {
		t.Fatalf("no bookmarks in\n%.2000s", out)
	}
	want := "管制人員報告|綱領(1)：燈塔維修|宗旨|綱領(2)：霧號服務|宗旨"
	var got []string
	depth, deepest := 0, 0
	for _, line := range strings.Split(out[at:], "\n") {
		depth += strings.Count(line, "<outline>") - strings.Count(line, "</outline>")
		deepest = max(deepest, depth)
		if i := strings.Index(line, "<item"); i >= 0 {
			s := line[i:]
			s = s[strings.Index(s, ">")+1:]
			got = append(got, s[:strings.Index(s, "<")])
		}
	}
	if strings.Join(got, "|") != want || deepest != 3 {
		t.Errorf("%d levels of %v", deepest, got)
	}
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	one := func() []byte {
		d := document(t)
		d.Heading(1, "總目 901—燈塔管理處")
		d.Paragraph("1", strings.Repeat("使海岸的燈塔整夜明亮。", 40))
		b, err := d.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	first := one()
	for range 5 {
		if !bytes.Equal(first, one()) {
			t.Fatal("the bytes differ")
		}
	}
}

// TestStructure: what a screen reader is told, as poppler reads it.
func TestStructure(t *testing.T) {
	d, again := document(t), document(t)
	d.Heading(1, "總目 901")
	d.Paragraph("2", "宗旨")
	d.Item("鏡片")
	d.Item("霧號")
	d.Squares([][]bool{{true, false, true}}, 10)
	d.Pair("結餘", "1,490")
	d.Heading(7, "附件")
	d.Table(pdf.Table{Words: 1, Heads: [][]string{{"項目", "預算"}}, Rows: []pdf.Row{
		{Cells: []string{"維修"}, Title: true}, {Cells: []string{"燈", "1"}}, {Cells: []string{"合計", ""}, Ruled: true},
	}})
	d.Note("註")
	const want = `Document H1 "總目 901" P Span "2" Span "宗旨" L LI Lbl "•" LBody "鏡片" LI Lbl "•" LBody "霧號" P Span "結餘" Span "1,490" H6 "附件"
		Table TR TH: /Scope /Column "項目" TH: /Scope /Column "預算" TR TH: /Scope /Row /ColSpan 2 "維修" TR TD "燈" TD "1" TR TD "合計" TD P Span "註"`
	out := strings.NewReplacer("(block)", "", "(inline)", "").Replace(written(t, d, "pdfinfo", "-struct-text", "FILE"))
	if got := strings.Join(strings.Fields(out), " "); got != strings.Join(strings.Fields(want), " ") {
		t.Error(got)
	}
	if out := written(t, again, "pdfinfo", "FILE"); !strings.Contains(strings.Join(strings.Fields(out), " "), "Tagged: yes") {
		t.Error(out)
	}
}

// TestStructureOverPages: a paragraph that goes over pages is one, and the headings of a table are
// told once.
func TestStructureOverPages(t *testing.T) {
	long := func() *pdf.Document {
		d := document(t)
		d.Paragraph("", strings.Repeat("使海岸的燈塔整夜明亮。", 400))
		table := pdf.Table{Words: 1, Heads: [][]string{{"霧號項目", "預算"}}}
		for range 90 {
			table.Rows = append(table.Rows, pdf.Row{Cells: []string{"潮汐", "1,234"}})
		}
		d.Table(table)
		return d
	}
	out := written(t, long(), "pdfinfo", "-struct-text", "FILE")
	for text, want := range map[string]int{"燈塔整夜明亮": 400, "霧號項目": 1, "潮汐": 90, "1,234": 90, " TR": 91, " P (block)": 1, "燈塔管理處": 0} {
		if n := strings.Count(strings.ReplaceAll(out, "\n", ""), text); n != want && text != "燈塔整夜明亮" {
			t.Errorf("%q %d times, want %d", text, n, want)
		} else if text == "燈塔整夜明亮" && n < want*9/10 { // a line's end may part one
			t.Errorf("%q %d times, want %d", text, n, want)
		}
	}
	if pages := strings.Count(written(t, long(), "pdftotext", "-layout", "FILE", "-"), "霧號項目"); pages < 2 {
		t.Errorf("the headings are seen %d times", pages)
	}
}

func TestADayMustBeGiven(t *testing.T) {
	d, err := pdf.New(pdf.Info{Title: "t"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Bytes(); err == nil {
		t.Error("a file without a day was written")
	}
}

// TestCrossReferencesPointAtObjects: every entry of the table is the place of its object, in the
// file or in a stream of objects (ISO 32000-1, 7.5.7 and 7.5.8).
func TestCrossReferencesPointAtObjects(t *testing.T) {
	d := document(t)
	d.Heading(1, "𨋢與電梯")
	for range 300 {
		d.Item("電梯")
	}
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	_, last, _ := strings.Cut(string(b[bytes.LastIndex(b, []byte("startxref")):]), "\n")
	at, err := strconv.Atoi(strings.TrimSuffix(last, "\n%%EOF\n"))
	if err != nil {
		t.Fatal(err)
	}
	table, plain, packed := unpacked(t, b[at:]), 0, 0
	for n := 1; n < len(table)/7; n++ {
		e := table[7*n : 7*n+7]
		place, index := int(binary.BigEndian.Uint32(e[1:])), int(binary.BigEndian.Uint16(e[5:]))
		if e[0] == 1 {
			plain++
			if want := strconv.Itoa(n) + " 0 obj"; !bytes.HasPrefix(b[place:], []byte(want)) {
				t.Errorf("%s: %.20q", want, b[place:])
			}
			continue
		}
		packed++
		pack := b[binary.BigEndian.Uint32(table[7*place+1:]):]
		numbers := strings.Fields(string(unpacked(t, pack)))
		if numbers[2*index] != strconv.Itoa(n) {
			t.Errorf("object %d stands in %d as %s", n, place, numbers[2*index])
		}
		var first int
		_, entries, _ := strings.Cut(string(pack[:200]), "/First ")
		if _, err := fmt.Sscan(entries, &first); err != nil {
			t.Fatal(err)
		}
		if offset, err := strconv.Atoi(numbers[2*index+1]); err != nil || !bytes.HasPrefix(unpacked(t, pack)[first+offset:], []byte("<<")) {
			t.Errorf("object %d is not at %s of %d", n, numbers[2*index+1], place)
		}
	}
	if plain < 10 || packed < 900 {
		t.Errorf("only %d and %d objects", plain, packed)
	}
}

// unpacked is what the first stream of b holds.
func unpacked(t *testing.T, b []byte) []byte {
	t.Helper()
	_, b, _ = bytes.Cut(b, []byte("stream\n"))
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
