package contact

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"praya/platform/db"
	"praya/subsystems/contact/cases"
)

const chan1 = "chan@sender.example"

func letterOf(from, id, subject, more, text string) string {
	return "From: " + from + "\nTo: " + address + "\nMessage-ID: <" + id + ">\nSubject: " + subject + "\n" + more + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + text + "\n"
}

var idOf = regexp.MustCompile(`(?im)^message-id:\s*<([^>]+)>`)

// opens writes a first mail, and gives its case and the receipt's Message-ID.
func (w *world) opens() (cases.Case, string) {
	w.Helper()
	w.mails(chan1, letterOf("Chan <"+chan1+">", "1@sender.example", "Lamp", "", "It is dark."))
	receipt := w.gets(chan1)
	all := w.casesOf(chan1)
	if len(all) != 1 || all[0].Title != "Lamp" || all[0].Text != "It is dark." {
		w.Fatalf("%d cases", len(all))
	}
	found := idOf.FindStringSubmatch(receipt)
	if found == nil || !strings.Contains(receipt, all[0].Reference) {
		w.Fatalf("the receipt:\n%s", receipt)
	}
	if !regexp.MustCompile(`(?im)^auto-submitted: *auto-`).MatchString(receipt) {
		w.Errorf("a machine's mail that does not say so:\n%s", receipt)
	}
	return all[0], found[1]
}

// said is what the messages of a case say, with who from.
func (w *world) said(of cases.CaseID) (out []string) {
	for _, m := range w.messages(of) {
		out = append(out, string(m.From)+" "+m.Text)
	}
	return out
}

func (w *world) has(of cases.CaseID, want string) {
	w.Helper()
	if all := w.said(of); !slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(s, want) }) {
		w.Errorf("no message %q in %q", want, all)
	}
}

func TestMailOpensACaseAndAnswersThread(t *testing.T) {
	each(t, func(w *world) {
		c, receipt := w.opens()
		w.write(func(tx *db.Tx) error { return w.Cases.Answer(tx, c.ID, "We look at it.", "agent") })
		inThread(w, w.gets(chan1), "1@sender.example") // and not the receipt
		for _, m := range w.messages(c.ID) {
			if m.Text == w.Words.In(c.Language).T("contact.mail.unproven") {
				w.Errorf("proven by SPF, and noted: %q", m.Text)
			}
		}
		w.mails(chan1, letterOf(chan1, "1@sender.example", "Lamp", "", "It is dark.")) // the same again: our yes was lost
		w.mails(chan1, letterOf(chan1, "2@sender.example", "Re: Lamp", "In-Reply-To: <"+receipt+">\n", "It still is.\n\nOn Monday 1823 wrote:\n> received"))
		w.has(c.ID, "person It still is.")
		w.mails(chan1, letterOf(chan1, "3@sender.example", "About "+strings.ToLower(c.Reference), "", "By reference."))
		w.has(c.ID, "person By reference.")
		if all := w.said(c.ID); slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, "wrote:") }) {
			w.Errorf("quotations are kept: %q", all)
		}
		if n := len(w.casesOf(chan1)); n != 1 {
			w.Errorf("%d cases", n)
		}
		// An answer of ours, in the thread; the reply to it.
		w.write(func(tx *db.Tx) error { return w.Cases.Answer(tx, c.ID, "It will be mended.", "agent") })
		answer := w.gets(chan1)
		if !strings.Contains(answer, "It will be mended.") || regexp.MustCompile(`(?im)^auto-submitted:`).MatchString(answer) {
			w.Errorf("the answer:\n%s", answer)
		}
		inThread(w, answer, "3@sender.example")
		w.mails(chan1, letterOf(chan1, "away@sender.example", "Away", "Auto-Submitted: auto-replied\nIn-Reply-To: <"+idOf.FindStringSubmatch(answer)[1]+">\n", "I am away."))
		w.has(c.ID, "machine I am away.")
		w.write(func(tx *db.Tx) error { return w.Cases.Answer(tx, c.ID, "It was mended.", "agent") })
		inThread(w, w.gets(chan1), "3@sender.example")
		w.mails(chan1, letterOf(chan1, "4@sender.example", "Thanks", "References: <x@y.example> <"+idOf.FindStringSubmatch(answer)[1]+">\n", "Thank you."))
		w.has(c.ID, "person Thank you.")
		w.quiet()
	})
}

// inThread wants a mail to answer this one: the person's last, and no machine's.
func inThread(w *world, text, id string) {
	w.Helper()
	for _, h := range []string{"In-Reply-To", "References"} {
		if !regexp.MustCompile(`(?im)^` + h + `: *<` + regexp.QuoteMeta(id) + `>\s*$`).MatchString(text) {
			w.Errorf("%s does not lead to %s:\n%s", h, id, text)
		}
	}
}

func TestAnotherAddressOpensALinkedCase(t *testing.T) {
	each(t, func(w *world) {
		c, receipt := w.opens()
		const other = "lee@elsewhere.example"
		w.mails(other, letterOf(other, "9@elsewhere.example", "Re: Lamp "+c.Reference, "In-Reply-To: <"+receipt+">\n", "I live there too."))
		mine := w.casesOf(other)
		if len(mine) != 1 || len(w.messages(c.ID)) != len(w.said(c.ID)) {
			w.Fatalf("%+v", mine)
		}
		var linked []cases.Case
		w.read(func(tx *db.Tx) (err error) { linked, err = w.Cases.Linked(tx, c.ID); return err })
		if len(linked) != 1 || linked[0].ID != mine[0].ID {
			w.Errorf("linked: %+v", linked)
		}
		for _, s := range w.said(c.ID) {
			if strings.Contains(s, "I live there too") {
				w.Errorf("somebody else wrote into the case: %q", s)
			}
		}
		if text := w.gets(other); strings.Contains(text, c.Reference) {
			w.Errorf("the other's reference is told:\n%s", text)
		}
		noted := slices.ContainsFunc(w.messages(mine[0].ID), func(m cases.Message) bool {
			return m.Internal && m.Text == w.Words.In(mine[0].Language).T("contact.mail.unproven")
		})
		if !noted {
			w.Error("that the sender isn't proven stands nowhere")
		}
	})
}

func TestMachinesAreNotAnswered(t *testing.T) {
	each(t, func(w *world) {
		c, receipt := w.opens()
		const robot = "robot@sender.example"
		w.mails(robot, letterOf(robot, "a@sender.example", "Offer", "Precedence: bulk\n", "Buy."))
		w.mails(robot, letterOf(robot, "b@sender.example", "Away", "Auto-Submitted: auto-replied\n", "Away."))
		w.mails(chan1, letterOf(chan1, "c@sender.example", "Away", "Auto-Submitted: auto-replied\nIn-Reply-To: <"+receipt+">\n", "I am away."))
		w.has(c.ID, "machine I am away.")
		w.mails("", letterOf("nobody@sender.example", "d@sender.example", "Hm", "", "No envelope."))
		if n := len(w.casesOf(robot)); n != 2 {
			w.Errorf("%d cases of the robot", n)
		}
		w.quiet()
	})
}

func TestReceiptsAreLimited(t *testing.T) {
	each(t, func(w *world) {
		burst := receipts().Burst
		for i := range burst + 3 {
			w.mails(chan1, letterOf(chan1, fmt.Sprintf("%d@sender.example", i), "Ping", "", "Ping."))
		}
		for range burst {
			w.gets(chan1)
		}
		w.quiet()
		if n := len(w.casesOf(chan1)); n != burst+3 {
			w.Errorf("%d cases: what is not answered is kept all the same", n)
		}
	})
}

func TestABounceIsNoted(t *testing.T) {
	each(t, func(w *world) {
		c, receipt := w.opens()
		report := func(action string) string {
			return "From: mailer-daemon@sender.example\nTo: " + address + "\nSubject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\n\n" +
				"--r\nContent-Type: text/plain\n\nSorry.\n--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.sender.example\n\nFinal-Recipient: rfc822; " + chan1 + "\nAction: " + action + "\nStatus: 5.2.2\n\n" +
				"--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <" + receipt + ">\nSubject: x\n\n--r--\n"
		}
		before := len(w.messages(c.ID))
		w.mails("", report("delayed"))
		if n := len(w.messages(c.ID)); n != before {
			w.Errorf("a delay is noted: %q", w.said(c.ID))
		}
		w.mails("", report("failed"))
		all := w.messages(c.ID)
		last := all[len(all)-1]
		if len(all) != before+1 || !last.Internal || last.From != cases.ByMachine || !strings.Contains(last.Text, "5.2.2") {
			w.Errorf("%+v", last)
		}
		w.mails("", strings.ReplaceAll(report("failed"), receipt, "unknown@praya.example"))
		if n := len(w.casesOf("mailer-daemon@sender.example")); n != 0 {
			w.Errorf("%d cases of the mail server", n)
		}
		w.quiet()
	})
}

func TestRefusedFilesAreNamed(t *testing.T) {
	each(t, func(w *world) {
		part := func(name, content string) string {
			return "--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"" + name + "\"\n\n" + base64.StdEncoding.EncodeToString([]byte(content)) + "\n"
		}
		w.mails(chan1, "From: "+chan1+"\nMessage-ID: <f@sender.example>\nSubject: Files\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee these.\n"+
			part("virus.exe", "MZ\x90\x00\x03")+part("notes.pdf", "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n")+"--b--\n")
		w.gets(chan1)
		c := w.casesOf(chan1)[0]
		if !strings.Contains(c.Text, "virus.exe") || !strings.Contains(c.Text, "See these.") || strings.Contains(c.Text, "notes.pdf") {
			w.Errorf("%q", c.Text)
		}
		var kept []cases.File
		w.read(func(tx *db.Tx) (err error) { kept, err = w.Cases.FilesOf(tx, c.ID); return err })
		if len(kept) != 1 || kept[0].Name != "notes.pdf" {
			w.Errorf("%+v", kept)
		}
	})
}

func TestClosedForLongBeginsAnew(t *testing.T) {
	each(t, func(w *world) {
		c, receipt := w.opens()
		w.write(func(tx *db.Tx) error { return w.Cases.Answer(tx, c.ID, "Done.", "agent") })
		w.gets(chan1)
		w.write(func(tx *db.Tx) error { return w.Cases.Close(tx, c.ID, cases.Resolved, "agent") })
		w.move.Add(int64(10 * 24 * time.Hour))
		w.mails(chan1, letterOf(chan1, "5@sender.example", "Re: Lamp", "In-Reply-To: <"+receipt+">\n", "Dark again."))
		w.has(c.ID, "person Dark again.")
		w.write(func(tx *db.Tx) error { return w.Cases.Answer(tx, c.ID, "Done again.", "agent") })
		w.gets(chan1)
		w.write(func(tx *db.Tx) error { return w.Cases.Close(tx, c.ID, cases.Resolved, "agent") })
		w.move.Add(int64(31 * 24 * time.Hour))
		w.mails(chan1, letterOf(chan1, "6@sender.example", "Re: Lamp", "In-Reply-To: <"+receipt+">\n", "And once more."))
		all := w.casesOf(chan1)
		if len(all) != 2 {
			w.Fatalf("%d cases", len(all))
		}
		var linked []cases.Case
		w.read(func(tx *db.Tx) (err error) { linked, err = w.Cases.Linked(tx, c.ID); return err })
		if len(linked) != 1 {
			w.Errorf("linked: %+v", linked)
		}
		w.gets(chan1)
	})
}
