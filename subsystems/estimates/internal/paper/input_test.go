package paper

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"praya/subsystems/estimates/internal/paper/gen"
)

func generated(seed uint64) gen.Document {
	return gen.Write(gen.Options{Seed: seed, Head: 901, Year: 2031, Programmes: 3})
}

func TestBadInputIsRefusedByName(t *testing.T) {
	d := generated(1)
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(d.Text)
	if err != nil {
		t.Fatal(err)
	}
	bare, _ := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(d.Text)
	for _, c := range []struct {
		name, text, key string
		line            int
	}{
		{"empty", "", InputEmpty, 0},
		{"blank", " \n\t\n", InputEmpty, 0},
		{"zip", "PK\x03\x04\x14\x00\x06\x00", InputZip, 0},
		{"pdf", "%PDF-1.7\n%\xe2\xe3", InputPDF, 0},
		{"doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", InputOffice, 0},
		{"gzip", "\x1f\x8b\x08\x00", InputGzip, 0},
		{"utf-16", utf16, InputUTF16, 0},
		{"utf-16 without mark", bare, InputUTF16, 1},
		{"nul", "總目 1—甲\n\x00", InputBinary, 2},
		{"latin", "caf\xe9 au lait \xff\xff\n", InputEncoding, 0},
		{"a letter", "Dear Sir,\nplease find enclosed\n", InputNoPaper, 1},
		{"a title alone", "## 總目 47—甲乙署\n", InputNoPaper, 1},
		{"one long line", strings.Repeat("字", 40_000), InputLongLine, 1},
		{"a broken csv", "\"總目\",\"綱領編號\",\"2015-16\n(預算)\"\n\"1\"x,2,3\n", InputCSV, 3},
	} {
		_, err := Read(c.name, strings.NewReader(c.text), Limits{})
		var in *InputError
		if !errors.As(err, &in) || in.Key != c.key || c.line != 0 && in.Line != c.line || in.File != c.name {
			t.Errorf("%s: %v (%+v), want %s at line %d", c.name, err, in, c.key, c.line)
		}
	}
}

// endless gives as many bytes as are asked for.
type endless struct{ given int64 }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = "總目 47\t1,234\n"[i%16]
	}
	e.given += int64(len(b))
	return len(b), nil
}

func TestALargeFileIsRefusedAfterTheLimit(t *testing.T) {
	src := &endless{}
	_, err := Read("large", io.LimitReader(src, 200<<20), Limits{})
	var in *InputError
	if !errors.As(err, &in) || in.Key != InputTooLarge {
		t.Fatal(err)
	}
	if src.given > 40<<20 {
		t.Errorf("%d bytes were read of a file over the limit", src.given)
	}
}

func TestBig5IsRead(t *testing.T) {
	d := generated(2)
	text := strings.NewReplacer("△", "#", "‡", "#", "⊖", "#").Replace(d.Text)
	old, err := traditionalchinese.Big5.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Read("big5", strings.NewReader(old), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Read("utf-8", strings.NewReader(text), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if len(a[0].Facts) != len(b[0].Facts) || a[0].Title != b[0].Title {
		t.Errorf("%d facts of %s, %d of %s", len(a[0].Facts), a[0].Title, len(b[0].Facts), b[0].Title)
	}
}

// TestATruncatedPaperSaysSo cuts a paper at every tenth line: what is left is
// refused, or carries a problem.
func TestATruncatedPaperSaysSo(t *testing.T) {
	for seed := range uint64(6) {
		lines := strings.Split(generated(seed).Text, "\n")
		last := 0
		for i, l := range lines {
			if strings.Contains(l, "開支總額") && !strings.Contains(l, "設備") || strings.HasPrefix(l, "\t總額") || strings.HasPrefix(l, "總額") || strings.Count(l, "<b>") == 4 {
				last = i
			}
		}
		for n := 1; n < last; n += 7 {
			papers, err := Read("cut", strings.NewReader(strings.Join(lines[:n], "\n")), Limits{})
			if err == nil && len(papers[0].Problems) == 0 {
				bad := 0
				for _, c := range Checks(papers[0]) {
					if c.Outcome == Fault || c.Outcome == Uncheckable {
						bad++
					}
				}
				if bad == 0 {
					t.Errorf("seed %d cut after line %d of %d looks whole", seed, n, len(lines))
				}
			}
		}
	}
}

// TestMemoryIsBounded holds Limits to what it states.
func TestMemoryIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("## 總目 901—甲乙署\n分目 (編號)\t2029-30 實際開支\t2030-31 核准預算\t2030-31 修訂預算\t2031-32 預算\n")
	for b.Len() < 1<<20 {
		b.WriteString("1\t2\t3\t4\t5\t6\t7\t8\t9\n")
	}
	b.WriteString("\n按分目列出的開支詳情\n") // or it would be refused as cut off
	text := b.String()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	papers, err := Read("dense", strings.NewReader(text), Limits{MaxCells: 5_000_000})
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	times := float64(after.HeapAlloc-min(after.HeapAlloc, before.HeapAlloc)) / float64(len(text))
	t.Logf("%.0f bytes held for each byte of a file of nothing but cells", times)
	if times > memoryPerByte {
		t.Errorf("%.0f times the size of the file is held", times)
	}
	runtime.KeepAlive(papers)
}

// TestHostilePapersEnd: rows that pair with nothing must not keep the search
// for places busy beyond its bound.
func TestHostilePapersEnd(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("## 總目 901—甲乙署\n\n二零三一至三二年度預算.....\t1.0 億元\n\n分目 (編號)\t2029-30 實際開支\t2030-31 核准預算\t2030-31 修訂預算\t2031-32 預算\n\t$'000\t$'000\t$'000\t$'000\n經營帳目\t\t\t\t\n經常開支\t\t\t\t\n")
	for i := range 30_000 {
		b.WriteString([]string{"000\t甲\t", "001\t乙\t", "\t經常開支總額\t"}[r.IntN(3)])
		b.WriteString([]string{"1\t2\t3", "4\t5", "6\t7\t8\t9"}[i%3])
		b.WriteByte('\n')
	}
	b.WriteString("\n按分目列出的開支詳情\n")
	papers, err := Read("hostile", strings.NewReader(b.String()), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if len(papers[0].Problems) == 0 {
		t.Error("no problem was told")
	}
}

// FuzzRead: whatever the bytes, reading ends, and what was read is consistent.
func FuzzRead(f *testing.F) {
	f.Add([]byte(generated(3).Text))
	f.Add([]byte("\"總目\",\"綱領編號\",\"綱領\",\"機構\",\"2015-16\n(預算)\n(百萬元)\"\n\"1\",1,\"甲\",\"\",2.5\n"))
	f.Add([]byte("# s\n## programmes: year,head_no,programme_no,programme_name,actual,original,revised,estimate (HK$m)\n2006,47,1,A,1.0,2.0,3.0,4.0\n"))
	f.Add([]byte("總目 1 2 1－甲\n二零一四至一五年度預算 ....   5 萬元\n 2012–13   2013–14\n(實際)   (修訂)\n甲 ....   1   2\n乙 ....   3   4\n"))
	if small, err := os.ReadFile("testdata/head901-2031-32.txt"); err == nil {
		f.Add(small)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		papers, err := Read("fuzz", strings.NewReader(string(b)), Limits{MaxBytes: 64 << 10, MaxWork: 200_000})
		if err != nil {
			var in *InputError
			if !errors.As(err, &in) {
				t.Fatalf("an error without a key: %v", err)
			}
			return
		}
		for _, p := range papers {
			for _, x := range p.Facts {
				if x.How != Printed && x.Why == "" {
					t.Fatalf("no reason: %+v", x)
				}
			}
		}
		Checks(papers...)
	})
}
