package identity

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/emersion/go-message/mail"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/jobs"
)

// letter is a mail as its receiver reads it.
type letter struct{ id, subject, from, to, settings, body string }

func readLetter(t *testing.T, raw received) (l letter) {
	t.Helper()
	r, err := mail.CreateReader(strings.NewReader(raw.text))
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%v in %s", err, raw.text)
		}
	}
	l.id, err = r.Header.MessageID()
	must(err)
	l.subject, err = r.Header.Subject()
	must(err)
	from, err := r.Header.AddressList("From")
	must(err)
	to, err := r.Header.AddressList("To")
	must(err)
	l.from, l.to, l.settings = from[0].Name+" "+from[0].Address, to[0].Address, r.Header.Get("List-Unsubscribe")
	if raw.to != l.to || raw.from != from[0].Address || r.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("envelope and headers differ: %+v", raw)
	}
	if kind, params, err := r.Header.ContentType(); err != nil || kind != "text/plain" || params["charset"] != "utf-8" {
		t.Errorf("content type %s %v %v", kind, params, err)
	}
	part, err := r.NextPart()
	must(err)
	body, err := io.ReadAll(part.Body)
	must(err)
	l.body = string(body)
	for _, c := range raw.text {
		if c > 0x7e {
			t.Errorf("the mail has %q on the wire, which is not ASCII", c)
			break
		}
	}
	return l
}

func TestMailTellsTitleAndPlaceOnly(t *testing.T) {
	eachBorough(t, func(t *testing.T, w *borough) {
		a := w.person(who.Production, lang.TC, "chan@example.hk")
		stranger := w.person(who.Production, lang.EN, "")
		n := Notice{Account: a.ID, Sender: "water", Category: Bill, NoticeContent: NoticeContent{
			Title: lang.Text{TC: "水費帳單", EN: "Water bill", SC: "水费账单"}, Text: lang.Text{TC: "應繳123元", EN: "HK$123", SC: "应缴123元"}, Link: "/me",
		}}
		err := w.DB.Write(who.AsSystem(t.Context(), who.Production), func(tx *db.Tx) (err error) {
			if err := w.protocol.SaveClient(tx, plainClient("water", "水務署"), "secret"); err != nil {
				return err
			}
			n, err = w.keepNew(tx, n, "bill-1")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.tells(stranger, who.Production, Message{Key: "passkey-added", Link: "/me/passkeys"})
		w.settles(who.Production)
		got := w.post.letters()
		if len(got) != 1 {
			t.Fatalf("%d letters: %v\n%s", len(got), got, w.log)
		}
		l := readLetter(t, got[0])
		want := letter{
			id: string(n.ID) + "@praya.example", subject: "水費帳單", from: "海旁 praya@praya.example", to: "chan@example.hk",
			settings: "<" + w.server.URL + "/tc/me/inbox/settings>", body: l.body,
		}
		if l != want {
			t.Errorf("%+v, want %+v", l, want)
		}
		if !strings.Contains(l.body, w.server.URL+"/tc/me/inbox/"+string(n.ID)) || !strings.Contains(l.body, "水務署") {
			t.Errorf("no place or sender in %q", l.body)
		}
		if strings.Contains(l.body, "123元") || strings.Contains(l.body, "應繳") { // 123 alone may stand in an id
			t.Errorf("the mail tells what the notice says: %q", l.body)
		}
		w.silent("chan@example.hk", "水費", "Water bill", "應繳")
	})
}

func TestMailIsNeverDoubled(t *testing.T) {
	eachBorough(t, func(t *testing.T, w *borough) {
		a := w.person(who.Production, lang.EN, "chan@example.hk")
		w.post.expect("later", "later", "cut")
		w.tells(a, who.Production, Message{Key: "recovered", Link: "/me/passkeys"})
		w.settles(who.Production)
		got := w.post.letters()
		if len(got) != 2 { // the one that was cut off, and the one that was answered
			t.Fatalf("%d letters\n%s", len(got), w.log)
		}
		first, second := readLetter(t, got[0]), readLetter(t, got[1])
		if first.id != second.id || first.subject != "Your account has been recovered" {
			t.Errorf("a receiver cannot tell that these are one: %s, %s", first.id, second.id)
		}
		for _, j := range w.jobs(who.Production) { // an operator has it done again
			if err := w.DB.WriteLatest(who.AsSystem(t.Context(), who.Production), func(tx *db.Tx) error {
				if j.State == jobs.Done {
					_, err := jobs.Enqueue(tx, jobs.Job{Kind: j.Kind, Key: j.Key + " again", Args: j.Args})
					return err
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		w.settles(who.Production)
		if n := len(w.post.letters()); n != 2 {
			t.Errorf("it was sent again: %d letters", n)
		}
		w.post.expect("never")
		w.tells(a, who.Production, Message{Key: "recovered", Link: "/me/passkeys"})
		w.settles(who.Production)
		if n := len(w.post.letters()); n != 2 {
			t.Errorf("%d letters after a refused address", n)
		}
		for _, j := range w.jobs(who.Production) {
			if j.State != jobs.Done {
				t.Errorf("%s is %s: %s", j.Kind, j.State, j.Failed)
			}
		}
		w.silent("chan@example.hk", "nobody is", "later, ")
	})
}

func TestMailServerAwayIsSeenByTheOperator(t *testing.T) {
	w := newBorough(t, dbAddress(t))
	a := w.person(who.Production, lang.EN, "chan@example.hk")
	w.Mail.Server = "127.0.0.1:1"
	w.tells(a, who.Production, Message{Key: "recovered", Link: "/me/passkeys"})
	w.until("the job is parked", func() bool {
		for _, j := range w.jobs(who.Production) {
			if j.Kind != jobDeliver+"mail" {
				continue
			}
			if j.State == jobs.Parked {
				return strings.Contains(j.Failed, "mail")
			}
		}
		w.ahead.Add(int64(2 * 3600 * 1e9))
		return false
	})
	w.Mail.Server = w.post.address
	for _, j := range w.jobs(who.Production) {
		if j.State == jobs.Parked {
			if err := w.DB.WriteLatest(who.AsSystem(t.Context(), who.Production), func(tx *db.Tx) error { return jobs.Resume(tx, j.ID) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.until("the letter comes", func() bool { return len(w.post.letters()) == 1 })
}

func TestAddressIsConfirmedByCode(t *testing.T) {
	eachBorough(t, func(t *testing.T, w *borough) {
		a := w.person(who.Production, lang.EN, "")
		ctx := w.as(a, who.Production)
		if err := w.Change(ctx, Email, "chan@example.hk", "Chrome, Linux"); err != nil {
			t.Fatal(err)
		}
		w.settles(who.Production)
		got := w.post.letters()
		if len(got) != 1 {
			t.Fatalf("%d letters\n%s", len(got), w.log)
		}
		l := readLetter(t, got[0])
		code := regexp.MustCompile(`(?m)^\d{6}\r?$`).FindString(l.body)
		if code = strings.TrimSpace(code); code == "" || strings.Contains(l.subject, code) || l.settings != "" {
			t.Fatalf("%+v", l)
		}
		w.silent(code, "chan@example.hk")
		if err := w.ConfirmMail(ctx, "00000x", ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("a wrong code: %v", err)
		}
		w.tells(a, who.Production, Message{Key: "recovered", Link: "/me"})
		w.settles(who.Production)
		if n := len(w.post.letters()); n != 1 {
			t.Errorf("an unconfirmed address got a notice: %d letters", n)
		}
		if err := w.ConfirmMail(ctx, code[:3]+" "+code[3:], ""); err != nil {
			t.Fatal(err)
		}
		p, err := w.Own(ctx)
		if v := p[Email]; err != nil || v.Source != ByMessage || v.Verified.IsZero() {
			t.Errorf("%+v %v", v, err)
		}
		if err := w.ConfirmMail(ctx, code, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("a code works twice: %v", err)
		}
		w.tells(a, who.Production, Message{Key: "recovered", Link: "/me"})
		w.settles(who.Production)
		if n := len(w.post.letters()); n != 2 {
			t.Errorf("%d letters after confirming", n)
		}
		if err := w.Change(ctx, Email, "other@example.hk", ""); err != nil {
			t.Fatal(err)
		}
		if m, err := w.MailState(ctx); err != nil || m.Confirmed || !m.Waiting {
			t.Errorf("another address is confirmed: %+v %v", m, err)
		}
		for range mailCodeTries {
			if err := w.ConfirmMail(ctx, "xxxxxx", ""); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "fault.code") {
				t.Error(err)
			}
		}
		w.settles(who.Production)
		last := w.post.letters()
		code = strings.TrimSpace(regexp.MustCompile(`(?m)^\d{6}\r?$`).FindString(readLetter(t, last[len(last)-1]).body))
		if err := w.ConfirmMail(ctx, code, ""); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "code-over") {
			t.Errorf("the right code after five wrong ones: %v", err)
		}
		var limited error
		for range 10 {
			if limited = w.SendCode(ctx); limited != nil {
				break
			}
		}
		if !fault.Is(limited, fault.TooMany) {
			t.Errorf("a mailbox can be filled: %v", limited)
		}
	})
}

func TestRecoveryIsStoppedFromTheMail(t *testing.T) {
	w := newBorough(t, dbAddress(t))
	a := w.person(who.Production, lang.EN, "chan@example.hk")
	begin := func() {
		t.Helper()
		err := w.DB.Write(who.AsSystem(t.Context(), who.Production), func(tx *db.Tx) error {
			_, _, err := w.beginRecovery(tx, a.ID, "code", "Firefox, Windows")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.settles(who.Production)
	}
	begin()
	l := readLetter(t, w.post.letters()[0])
	link := regexp.MustCompile(`/en/recover/stop/\S+`).FindString(l.body)
	if link == "" {
		t.Fatalf("no link in %q", l.body)
	}
	if list, _, err := w.Inbox(w.as(a, who.Production), 10, 0); err != nil || len(list) != 1 || list[0].Stop != "" {
		t.Errorf("the inbox shows the token: %+v %v", list, err)
	}
	state := func() (out []Recovery) {
		t.Helper()
		out, err := w.Recoveries(w.as(a, who.Production))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if r, body := w.do("GET", link, "", nil); r.StatusCode != http.StatusOK || len(state()) != 1 || !strings.Contains(body, "Stop the recovery") {
		t.Fatalf("%d, and %d wait: looking must not stop", r.StatusCode, len(state()))
	}
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
	if r, body := w.do("POST", link, "", form); r.StatusCode != http.StatusOK || len(state()) != 0 {
		t.Fatalf("%d, and %d wait: %s", r.StatusCode, len(state()), body)
	}
	begin()
	if r, _ := w.do("POST", link, "", form); r.StatusCode != http.StatusNotFound || len(state()) != 1 {
		t.Errorf("%d: a used link stopped another recovery", r.StatusCode)
	}
	if r, _ := w.do("GET", "/en/recover/stop/abc", "", nil); r.StatusCode != http.StatusNotFound {
		t.Errorf("an invented link: %d", r.StatusCode)
	}
	b, err := w.Account(w.as(a, who.Production), a.ID)
	if err != nil || b.State != Open {
		t.Errorf("stopping changed the account: %+v %v", b, err)
	}
	w.silent(strings.TrimPrefix(link, "/en/recover/stop/"))
}
