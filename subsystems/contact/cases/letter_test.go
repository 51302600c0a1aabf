package cases

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

// TestAnswerByPost: who has no mail gets a letter in their language, and the day it went is kept.
func TestAnswerByPost(t *testing.T) {
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("pdftotext (Debian's poppler-utils) is not here")
	}
	f := newFront(t)
	n := lamp()
	n.Channel, n.Language, n.Title, n.Contact = "letter", lang.TC, "街燈不亮", Contact{Name: "虛構市民甲", Address: "虛構道1號\n香港中環"}
	c, code := f.open(n)
	a := f.browser(agent)
	here := "/en/contact/desk/cases/" + string(c.ID)
	a.get(200, here)
	a.hasNot("Answer by post")
	a.get(404, here+"/letter")
	r := f.refer(c.ID, "HYD")
	f.write(func(tx *db.Tx) error {
		_, err := f.Reply(tx, r.ID, "It was mended.", highways)
		return errorsOf(err, f.Answer(tx, c.ID, "路政署已修妥街燈。\n\n多謝你告訴我們。", agent))
	})
	a.get(200, here)
	a.has("Answer by post")
	a.get(200, here+"/letter")
	a.has("虛構道1號", "PDF")
	path := regexp.MustCompile(`/en/contact/desk/cases/[^"]*/letters/\d+`).FindString(a.page)
	a.get(200, path)
	cmd := exec.CommandContext(t.Context(), program, "-layout", "-", "-")
	cmd.Stdin = strings.NewReader(a.page)
	text, err := cmd.Output()
	f.ok(err)
	for _, want := range []string{"虛構市民甲", "虛構道1號", "香港中環", c.Reference, "二零二六年三月二日", "Highways", "街燈不亮", "路政署已修妥街燈。", "此覆", "1823政府聯絡中心"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	a.post(422, here+"/letter", "on-day", "1") // before the answer
	a.post(303, here+"/letter", "number", path[strings.LastIndexByte(path, '/')+1:], "on-year", "2026", "on-month", "3", "on-day", "2")
	a.get(200, here)
	a.has("The answer was sent by post on Monday 2 March 2026")
	b := f.browser("")
	b.post(303, "/tc/contact/follow", "reference", c.Reference, "code", code)
	b.get(200, b.to)
	b.has("答覆已於2026年3月2日（星期一）寄出")
	b.hasNot("虛構道1號")
	d := f.browser("fo.FEHD." + OfficerRole)
	d.get(403, path)
	f.refuse("posted", func(tx *db.Tx) error { return f.Posted(tx, c.ID, 1, when.Day{}, agent) })
	mail, _ := f.open(lamp())
	f.write(func(tx *db.Tx) error { return f.Answer(tx, mail.ID, "Yes.", agent) })
	a.get(200, "/en/contact/desk/cases/"+string(mail.ID))
	a.hasNot("Answer by post") // it went by mail
}
