package cases

import (
	"strings"
	"testing"

	"praya/platform/db"
)

// TestRoles: who sees what. Each act is tried by everybody.
func TestRoles(t *testing.T) {
	f := newFront(t)
	n := lamp()
	n.Account = "somebody"
	c, _ := f.open(n)
	r := f.refer(c.ID, "HYD")
	all := map[string]string{"public": "", "person": "wong", "owner": "somebody", "agent": agent, "supervisor": supervisor, "head": head, "director": director, "highways": highways, "food": food, "replier": replier}
	centre := []string{"agent", "supervisor", "head", "director"}
	for path, may := range map[string][]string{
		"/contact/desk":                                  centre,
		"/contact/desk/new":                              centre,
		"/contact/desk/file.csv":                         centre,
		"/contact/desk/cases/" + string(c.ID):            centre,
		"/contact/desk/cases/" + string(c.ID) + "/refer": centre,
		"/contact/desk/figures":                          centre,
		"/contact/desk/subjects":                         {"supervisor", "head"},
		"/contact/desk/promises/HYD":                     {"supervisor", "head"},
		"/contact/desk/keys":                             {"supervisor", "head"},
		"/contact/referrals":                             {"highways", "food", "replier"},
		"/contact/referrals/" + string(r.ID):             {"highways", "replier"},
		"/contact/referrals/" + string(r.ID) + "/reply":  {"highways", "replier"},
		"/contact/referrals/" + string(r.ID) + "/refuse": {"highways", "replier"},
		"/me/cases":                 {"person", "owner"},
		"/me/cases/" + string(c.ID): {"owner"},
		"/contact":                  {"public", "person", "owner", "agent", "supervisor", "head", "director", "highways", "food", "replier"},
	} {
		for name, account := range all {
			b := f.browser(account)
			b.send("GET", "/en"+path, "", nil)
			allowed := false
			for _, m := range may {
				allowed = allowed || m == name
			}
			if (b.status == 200) != allowed {
				t.Errorf("%s gets %d of %s", name, b.status, path)
			}
			if !allowed && strings.Contains(b.page, "lamp") {
				t.Errorf("%s reads of the case at %s", name, path)
			}
		}
	}
}

// TestAnonymousStaysAnonymous: all that a department's pages show of an anonymous case, and files.
func TestAnonymousStaysAnonymous(t *testing.T) {
	f := newFront(t)
	ref, err := f.Receive(f.system, "CHAN Tai Man's home.jpg", photo(300, 200))
	f.ok(err)
	paper, err := f.Receive(f.system, "letter of CHAN.pdf", []byte("%PDF-1.4 CHAN Invented Tai Man %%EOF"))
	f.ok(err)
	n := lamp()
	n.Anonymous, n.Account, n.Call, n.Files = true, "account-of-chan", "call-of-chan", []FileRef{ref, paper}
	n.Text = "I am CHAN Invented Tai Man (A123456(7)), ９１２３ ４５６７, chan@example.com. The lamp is dark since 2026-03-01."
	n.Where.Address = "Home of CHAN Invented Tai Man"
	c, _ := f.open(n)
	r := f.refer(c.ID, "HYD")
	f.write(func(tx *db.Tx) error {
		return f.Add(tx, c.ID, Message{From: ByPerson, Channel: "mail", Text: "Yours, Tai Man, chan@example.com", By: Person})
	})
	f.refuse("anonymous", func(tx *db.Tx) error { return f.Share(tx, r.ID, true, "agent") })
	h := f.browser(highways)
	theirs := "/en/contact/referrals/" + string(r.ID)
	dump := ""
	for _, p := range []string{"/en/contact/referrals", theirs, theirs + "/accept", theirs + "/interim", theirs + "/reply", theirs + "/refuse", theirs + "/files/" + ref.ID} {
		h.get(200, p)
		dump += h.page
		for _, x := range h.header {
			dump += strings.Join(x, " ")
		}
	}
	if !strings.Contains(dump, "The lamp is dark since 2026-03-01") {
		t.Error("nothing was shown")
	}
	for _, secret := range []string{"CHAN", "Tai Man", "9123", "９１２３", "chan@", "A123456", "account-of", "call-of", "home.jpg", "letter"} {
		if strings.Contains(dump, secret) {
			t.Errorf("the department reads %q", secret)
		}
	}
	h.get(404, theirs+"/files/"+paper.ID)
	h.get(409, theirs+"/see-contact")
}

// TestSharedContactIsRecorded: only where it was shared, and each look stands in the trail.
func TestSharedContactIsRecorded(t *testing.T) {
	f := newFront(t)
	c, _ := f.open(lamp())
	r := f.refer(c.ID, "HYD")
	h, a := f.browser(highways), f.browser(agent)
	theirs := "/en/contact/referrals/" + string(r.ID)
	h.get(409, theirs+"/see-contact")
	a.post(303, "/en/contact/desk/cases/"+string(c.ID)+"/referrals/"+string(r.ID)+"/share")
	h.get(200, theirs)
	h.hasNot("CHAN", "91234567")
	before := f.looks()
	h.post(200, theirs+"/see-contact")
	h.has("CHAN Invented Tai Man", "91234567")
	if f.looks() != before+1 {
		t.Error("the look was not recorded")
	}
	if strings.Contains(f.dump(), "Tai Man") {
		t.Error("it was kept on the way")
	}
	f.browser(food).get(404, theirs)
}

func (f *front) looks() int { return strings.Count(f.dump(), "cases.contact|") }

// TestOthersCantAct: with a form of their own, sent to another's referral or case.
func TestOthersCantAct(t *testing.T) {
	f := newFront(t)
	c, _ := f.open(lamp())
	theirs, own := f.refer(c.ID, "HYD"), f.refer(c.ID, "FEHD")
	b := f.browser(food)
	b.get(200, "/en/contact/referrals/"+string(own.ID)+"/refuse")
	form := b.hidden()
	form.Set("text", "Done.")
	form.Set("reason", "Not theirs.")
	for _, act := range []string{"accept", "interim", "reply", "refuse", "see-contact"} {
		b.send("POST", "/en/contact/referrals/"+string(theirs.ID)+"/"+act, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		b.want(404, act)
	}
	form.Set("department", "DSD")
	form.Set("outcome", "declined")
	for _, path := range []string{"/refer", "/close", "/answer", "/contact", "/referrals/" + string(theirs.ID) + "/withdraw", "/referrals/" + string(own.ID) + "/share"} {
		b.send("POST", "/en/contact/desk/cases/"+string(c.ID)+path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		b.want(403, path)
	}
	b.get(404, "/en/contact/referrals/"+string(theirs.ID)+"/files/x")
	if got := f.openAt(c.ID, "HYD"); got.State != Sent {
		t.Errorf("%v", got.State)
	}
	other := f.browser("wong")
	other.get(404, "/en/me/cases/"+string(c.ID))
	a := f.browser(agent)
	a.get(200, "/en/contact/desk/cases/"+string(c.ID)+"/note")
	form = a.hidden()
	form.Set("text", "Accepted for them.")
	a.send("POST", "/en/contact/referrals/"+string(theirs.ID)+"/reply", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	a.want(403, "the centre replies for a department")
}

// TestFourEyesAtTheDesk: an officer drafts, and the replier sends.
func TestFourEyesAtTheDesk(t *testing.T) {
	f := newFront(t)
	f.write(func(tx *db.Tx) error {
		return f.PutSettings(tx, Settings{Department: "HYD", Interim: 10, Reply: 21, Remind: 2, FourEyes: true})
	})
	c, _ := f.open(lamp())
	r := f.refer(c.ID, "HYD")
	theirs := "/en/contact/referrals/" + string(r.ID)
	h, second := f.browser(highways), f.browser(replier)
	h.post(303, theirs+"/reply", "text", "It was mended.")
	h.post(403, theirs+"/reply", "text", "It was mended.")
	second.get(200, theirs+"/reply")
	second.has("It was mended.", "What one drafts, another sends")
	second.post(303, theirs+"/reply", "text", "It was mended.")
	if got := f.get(c.ID); got.State != Replied {
		t.Errorf("%v", got.State)
	}
}
