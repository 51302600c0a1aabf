package forms

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"praya/kernel/lang"
)

// PDF is read back by poppler.
func TestPDF(t *testing.T) {
	f, day := load(t, "benefit"), today(t)
	a := step(t, f, nil, "you", "born-year", "1990", "born-month", "1", "born-day", "2", "household", "3")
	a = step(t, f, a, "incomes", "forms-count", "1", "incomes.0.from", "wage", "incomes.0.monthly", "20,000.50")
	o := Origins{"/born": {Source: "exchange.immd.birth#day", Name: lang.Text{TC: "假設署", EN: "Invented Department", SC: "假设署"}, Day: day}}
	b, wrong := f.Take(f.Page("you"), posted("born-year", "2000", "born-month", "1", "born-day", "1", "forms-wrong.born", "應是一月三日", "household", "3"), nil, a, o, day)
	if len(wrong) > 0 || b.text("/born") != "1990-01-02" || b.Remarks()["/born"] != "應是一月三日" {
		t.Fatalf("a locked value: %v, %v, %v", wrong, b["born"], b.Remarks())
	}
	if b = f.Prune(b, day); b.Remarks()["/born"] == "" || len(f.Check(b, day)) > 0 {
		t.Fatalf("a remark is lost or wrong: %v, %v", b.Remarks(), f.Check(b, day))
	}
	raw, err := f.PDF(book(t).In(lang.TC), b, o, []string{"參考編號：ABCD-EFGH-J"}, day)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command("pdftotext", "-layout", path, "-").Output()
	if err != nil {
		if os.Getenv("CI") == "" {
			t.Skip("no pdftotext here")
		}
		t.Fatal(err)
	}
	for _, want := range []string{"冬季津貼申請", "ABCD-EFGH-J", "1990年1月2日（由假設署提供，2026年11月22日）", "20,000.50元", "240,006元", "應是一月三日"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the paper lacks %s:\n%s", want, text)
		}
	}
}
