package mail

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/quick"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

func encoded(t *testing.T, in encoding.Encoding, text string) string {
	t.Helper()
	out, err := in.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLettersOfManyKinds sends each by swaks over the line.
func TestLettersOfManyKinds(t *testing.T) {
	t.Parallel()
	o := opened(t, &Server{})
	const trad, simp = "街燈壞了，請派人維修。", "路灯坏了，请派人维修。"
	for name, c := range map[string]struct{ head, body, subject, text string }{
		"8-bit": {"Subject: 街燈\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit", trad, "街燈", trad},
		"Big5": {
			"Subject: =?big5?B?" + base64.StdEncoding.EncodeToString([]byte(encoded(t, traditionalchinese.Big5, "街燈"))) + "?=\nContent-Type: text/plain; charset=big5\nContent-Transfer-Encoding: 8bit",
			encoded(t, traditionalchinese.Big5, trad), "街燈", trad,
		},
		"GBK": {
			"Subject: =?gbk?B?" + base64.StdEncoding.EncodeToString([]byte(encoded(t, simplifiedchinese.GBK, "路灯"))) + "?=\nContent-Type: text/plain; charset=gbk\nContent-Transfer-Encoding: base64",
			base64.StdEncoding.EncodeToString([]byte(encoded(t, simplifiedchinese.GBK, simp))), "路灯", simp,
		},
		"GB2312": {"Subject: x\nContent-Type: text/plain; charset=GB2312\nContent-Transfer-Encoding: 8bit", encoded(t, simplifiedchinese.GBK, simp), "x", simp},
		"HTML only": {
			"Subject: Lamp\nContent-Type: text/html; charset=utf-8",
			"<html><head><title>no</title><style>p{}</style></head><body><p>It is <b>dark</b> &amp; cold.<script>alert(1)</script></p><p>Chan</p></body></html>", "Lamp", "It is dark & cold.\n\nChan",
		},
		"quoted-printable": {"Subject: =?utf-8?Q?=E8=A1=97=E7=87=88?=\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable", "=E8=A1=97=E7=87=\n=88 3 =3D 3", "街燈", "街燈 3 = 3"},
		"unknown":          {"Subject: x\nContent-Type: text/plain; charset=klingon\nContent-Transfer-Encoding: 8bit", "plain words", "x", "plain words"},
		"dots":             {"Subject: x", "one\n.\n..two", "x", "one\n.\n..two"},
	} {
		in := o.takes("--data", o.file("From: Chan Tai Man <chan@sender.example>\nMessage-ID: <a@sender.example>\nMIME-Version: 1.0\n"+c.head+"\n\n"+c.body+"\n"))
		m := in.Message
		if m.Subject != c.subject || strings.ReplaceAll(m.Text, "\r\n", "\n") != c.text || m.ID != "a@sender.example" || m.Name != "Chan Tai Man" || m.Automatic || m.Bounce != nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	o := opened(t, &Server{})
	picture := filepath.Join(t.TempDir(), "lamp.jpg")
	content := bytes.Repeat([]byte{0xff, 0xd8, 0, '\n', '.', '\r', '\n'}, 30_000)
	if err := os.WriteFile(picture, content, 0o600); err != nil {
		t.Fatal(err)
	}
	m := o.takes("--body", "See the picture.", "--attach-type", "image/jpeg", "--attach", "@"+picture).Message
	if m.Text != "See the picture." || len(m.Files) != 1 || m.Files[0].Name != "lamp.jpg" || m.Files[0].Type != "image/jpeg" || !bytes.Equal(m.Files[0].Plain, content) {
		t.Errorf("%q and %d files %.80v", m.Text, len(m.Files), m.Files)
	}
	for header, want := range map[string]string{
		`attachment; filename="../../etc/passwd"`:             "passwd",
		`attachment; filename="C:\\Users\\x\\a.doc"`:          "a.doc",
		`attachment; filename*=utf-8''%E8%A1%97%E7%87%88.pdf`: "街燈.pdf",
		`attachment; filename="=?utf-8?B?6KGX54eILnBkZg==?="`: "街燈.pdf",
		`attachment; filename="=?utf-8?Q?a=0D=0AX:_b.pdf?="`:  "a X: b.pdf",
		`attachment; filename=".."`:                           "file",
		`attachment`:                                          "file",
		"attachment; filename*=utf-8''a%E2%80%AEfdp.exe":      "afdp.exe",
	} {
		m := o.takes("--data", o.file("From: chan@sender.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n--b\nContent-Type: application/octet-stream\nContent-Disposition: "+header+"\n\nabc\n--b--\n")).Message
		if len(m.Files) != 1 || m.Files[0].Name != want || string(m.Files[0].Plain) != "abc" || m.Text != "words" {
			t.Errorf("%s: %+v", header, m)
		}
	}
}

func TestPartsAreBounded(t *testing.T) {
	t.Parallel()
	many := "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Disposition: attachment; filename=a\n\nx\n", 40) + "--b--\n"
	if m, err := Read([]byte(many)); err != nil || len(m.Files) != mostFiles || m.Left != 40-mostFiles {
		t.Errorf("%d files, %d left, %v", len(m.Files), m.Left, err)
	}
	var deep strings.Builder
	deep.WriteString("From: a@b.example\n")
	for i := range 2000 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	deep.WriteString("\nwords\n")
	if m, err := Read([]byte(deep.String())); err != nil || m.Left == 0 {
		t.Errorf("deep: %d left, %v", m.Left, err)
	}
	if m, err := Read([]byte("From: a@b.example\n\n" + strings.Repeat("words ", 100_000))); err != nil || len(m.Text) > longest {
		t.Errorf("%d bytes of text, %v", len(m.Text), err)
	}
}

// bounce is a report as RFC 3464 says.
const bounce = `From: Mail Delivery <mailer-daemon@sender.example>
To: 1823@praya.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r
Content-Type: text/plain

It could not be delivered.

--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.sender.example

Original-Recipient: rfc822;chan@sender.example
Final-Recipient: rfc822; chan@sender.example
Action: ACTION
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user

--r
Content-Type: message/rfc822

Message-ID: <letter-7@praya.example>
From: 1823@praya.example
To: chan@sender.example
Subject: Your case

Words.

--r--
`

func TestMachinesAreKnown(t *testing.T) {
	t.Parallel()
	o := opened(t, &Server{})
	m := o.takes("--from", "<>", "--data", o.file(strings.Replace(bounce, "ACTION", "failed", 1))).Message
	if !m.Automatic || m.Bounce == nil || *m.Bounce != (Bounce{Original: "letter-7@praya.example", Recipient: "chan@sender.example", Status: "5.1.1", Final: true}) {
		t.Errorf("the bounce: %+v", m.Bounce)
	}
	m = o.takes("--from", "<>", "--data", o.file(strings.Replace(bounce, "ACTION", "delayed", 1))).Message
	if m.Bounce == nil || m.Bounce.Final {
		t.Errorf("a delay: %+v", m.Bounce)
	}
	headers := strings.Replace(strings.Replace(bounce, "ACTION", "failed", 1), "message/rfc822\n", "text/rfc822-headers\n", 1)
	if m = o.takes("--from", "<>", "--data", o.file(headers)).Message; m.Bounce == nil || m.Bounce.Original != "letter-7@praya.example" {
		t.Errorf("with the head only: %+v", m.Bounce)
	}
	for _, head := range []string{
		"Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated (failure)", "Precedence: bulk", "Precedence: Junk", "List-Id: <x.example>", "X-Auto-Response-Suppress: All",
	} {
		if m := o.takes("--header", head, "--body", "I am away.").Message; !m.Automatic || m.Bounce != nil {
			t.Errorf("%s: %+v", head, m)
		}
	}
	if m := o.takes("--from", "<>", "--header", "From: chan@sender.example").Message; !m.Automatic {
		t.Error("without a sender it is a machine's")
	}
	if m := o.takes("--header", "Auto-Submitted: no").Message; m.Automatic {
		t.Error("a person's")
	}
}

func TestThread(t *testing.T) {
	t.Parallel()
	m, err := Read([]byte("From: a@b.example\nMessage-ID: <3@b.example>\nIn-Reply-To: <2@praya.example>\nReferences: <1@b.example>\n <2@praya.example>\nSubject: Re: x\n\nwords\n"))
	if err != nil || m.ID != "3@b.example" || !slices.Equal(m.InReplyTo, []string{"2@praya.example"}) || !slices.Equal(m.References, []string{"1@b.example", "2@praya.example"}) {
		t.Errorf("%+v %v", m, err)
	}
}

func TestFresh(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Thank you.\n\nOn Mon, 2 Mar 2026, 1823 wrote:\n> Your case\n> is open.": "Thank you.",
		"多謝。\n\n1823 於 2026年3月2日 寫道：\n> 個案":                                      "多謝。",
		"谢谢。\n1823 写道：\n\n> 个案\n":                                                "谢谢。",
		"Yes.\r\n-----Original Message-----\r\nFrom: 1823":                       "Yes.",
		"> what is it?\nA lamp.\n> where?\nThere.\n> end\n>":                     "> what is it?\nA lamp.\n> where?\nThere.",
		"> only quoted":                   "> only quoted",
		"On and on he wrote:":             "On and on he wrote:",
		"":                                "",
		"Prices:\n-----\nNot a quotation": "Prices:\n-----\nNot a quotation",
		"On Monday, 2 March 2026, a long\nname <1823@praya.example> wrote:\n> x": "On Monday, 2 March 2026, a long\nname <1823@praya.example> wrote:",
	} {
		if got := Fresh(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if err := quick.Check(func(text string) bool {
		got := Fresh(text)
		return (got == "") == (strings.TrimSpace(text) == "") && Fresh(got) == got
	}, nil); err != nil {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(bounce))
	f.Add([]byte("From: a@b\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=big5\nContent-Transfer-Encoding: quoted-printable\n\n<p>=A4=A4\n--b--"))
	f.Add([]byte("Subject: =?gbk?B?w7s=?=\nContent-Disposition: attachment; filename*=utf-8''%E2%80%AE\n\nx"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Read(raw)
		if err != nil {
			return
		}
		for _, text := range []string{m.Subject, m.Name, m.Text, Fresh(m.Text)} {
			if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\x1b\u202e") {
				t.Errorf("can't be shown: %q", text)
			}
		}
		if strings.ContainsAny(m.Subject+m.Name, "\r\n") || len(m.Files) > mostFiles || len(m.References)+len(m.InReplyTo) > 2*mostThread {
			t.Errorf("%+v", m)
		}
		for _, one := range m.Files {
			if one.Name == "" || strings.ContainsAny(one.Name, "/\\\r\n\x00") || !utf8.ValidString(one.Name) {
				t.Errorf("a file's name: %q", one.Name)
			}
		}
	})
}
