package exchange

import (
	"context"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/observe"
	"praya/platform/web"
	"praya/platform/web/browsertest"
	"praya/platform/words"
)

//nolint:gochecknoglobals // one browser for the whole package
var chrome browsertest.Browser

func TestMain(m *testing.M) { os.Exit(chrome.Run(m)) }

// front is who may sign in: people by their account, officers by what they serve as.
type front struct{ duties map[string]who.Duty }

func (front) SignIn() string { return "/enter/Person/chan" }

func (f front) Duty(_ context.Context, account string) (who.Duty, error) {
	return f.duties[account], nil
}

func (front) Label(v *web.Visit) (string, string, error) { return v.Actor().ID, "/me", nil }

// office is both doors of a site with the gateway behind it.
type office struct {
	*world
	tree             *tree
	public, operator string
	token            string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	w, l := newProofWorld(t)
	o := &office{world: w, tree: l}
	policy, err := access.New(Policy())
	w.must(err)
	book, err := words.New(web.Words(), Words())
	w.must(err)
	file := filepath.Join(t.TempDir(), "token")
	site, err := web.New(web.Config{Listen: "localhost:0", Operator: "localhost:0", TokenFile: file, Owner: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"}}, web.Parts{
		Words: book, Policy: policy, Log: slog.New(slog.DiscardHandler), Clock: w.clock.now, DB: w.s.DB, Metrics: observe.NewMetrics(), Health: observe.NewHealth(),
		People: front{map[string]who.Duty{
			"immd-1": {Officer: "immd-1", Department: "IMMD", Roles: StewardRole}, "immd-2": {Officer: "immd-2", Department: "IMMD", Roles: StewardRole},
			"td-1": {Officer: "td-1", Department: "TD", Roles: DeveloperRole + " " + StewardRole}, "dh-1": {Officer: "dh-1", Department: "DH", Roles: DeveloperRole},
		}},
	})
	w.must(err)
	w.s.Mount(site)
	site.Page("GET /enter/{kind}/{account}", func(v *web.Visit) error {
		if err := v.SignIn(who.Actor{Kind: who.Kind(v.PathValue("kind")), ID: v.PathValue("account"), Level: "plus"}, "hwk"); err != nil {
			return err
		}
		return v.Redirect("/exchange")
	})
	o.serve(site)
	token, err := os.ReadFile(file)
	w.must(err)
	o.token = strings.TrimSpace(string(token))
	return o
}

// serve opens both doors, until the test ends.
func (o *office) serve(site *web.Site) {
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan bool), make(chan error, 1)
	go func() {
		done <- site.Serve(ctx, func(public, operator string) {
			o.public, o.operator = public, operator
			close(ready)
		})
	}()
	o.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			o.t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-done:
		o.t.Fatal(err)
	}
}

// visitor is somebody at a browser.
type visitor struct {
	*browsertest.Tab
	*office
	base string
}

// enter signs somebody in.
func (o *office) enter(t *testing.T, kind who.Kind, account string) visitor {
	t.Helper()
	v := visitor{chrome.Tab(t), o, o.public}
	v.Look(browsertest.Look{Width: 360})
	v.Expect("status of 422")
	v.Open(v.base + "/en/enter/" + string(kind) + "/" + account)
	return v
}

// sees checks what the page says, and looks at it as everybody might.
func (v visitor) sees(texts ...string) {
	v.t.Helper()
	page := v.Text()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			v.t.Fatalf("%s does not say %q:\n%s", v.Address(), text, page)
		}
	}
	v.Accessible()
	v.FitsAcross()
}

// keeps checks that a form came back with what was typed.
func (v visitor) keeps(name, value string) {
	v.t.Helper()
	var got string
	v.Eval(`document.querySelector("[name=`+name+`]").value`, &got)
	if got != value {
		v.t.Errorf("%s has %q, want %q", name, got, value)
	}
}

// looks opens a page in every language on a phone, and once on a desk.
func (v visitor) looks(path, name string) {
	v.t.Helper()
	languages := []string{"tc", "sc", "en"}
	if strings.HasPrefix(name, "desk") || strings.HasPrefix(name, "part") {
		languages = []string{"tc", "en"} // dense and alike: Simplified is seen on people's pages
	}
	for _, l := range languages {
		v.Look(browsertest.Look{Width: 360})
		v.Open(v.base + "/" + l + path)
		v.sees()
		v.Screenshot(name + "-" + l)
	}
	v.Look(browsertest.Look{Width: 1280, Dark: true})
	v.Open(v.base + "/tc" + path)
	v.sees()
	v.Screenshot(name + "-wide-dark")
	v.Look(browsertest.Look{Width: 360})
	v.Open(v.base + "/en" + path)
}

// lived is an account with a life: accesses of every kind, a late deletion, a report.
func (o *office) lived() (standing, gone Consent, answered AccessID) {
	t := o.t
	t.Helper()
	standing = o.give("chan", o.standing("name", "address"))
	r := o.get(standing.ID)
	receipt, err := ParseReceipt(r.Header.Get(headReceipt))
	o.must(err)
	gone = o.give("chan", o.standing("name", "address"))
	o.get(gone.ID)
	o.must(o.s.Withdraw(o.ctx, "chan", gone.ID))
	o.get(gone.ID)
	law := o.right(Right{
		Service: "immd.address", Consumer: "transport", Fields: []string{"name", "address"}, Purpose: "law-enforcement", Why: "to serve a summons",
		Basis: ByLaw, Law: lang.Text{TC: "《示範條例》第60條", EN: "Sample Ordinance, section 60", SC: "《示范条例》第60条"},
	})
	q := o.request("GET", "", "/addresses", nil)
	q.Header.Set(headBasis, "right "+string(law))
	q.Header.Set(headSubject, "document-number A1234563")
	o.send(q)
	return standing, gone, receipt.ID
}

// TestPersonsPages: a person sees every access, changes and withdraws, reports a misuse, and
// checks an access in the browser.
func TestPersonsPages(t *testing.T) {
	o := newOffice(t)
	empty := o.enter(t, who.Person, "lee")
	empty.looks(ownPath, "own-empty")
	empty.looks(ownPath+"/accesses", "accesses-empty")
	empty.looks(ownPath+"/reports", "reports-empty")

	standing, gone, access := o.lived()
	o.clock.by(40 * 24 * time.Hour / 60) // 16 hours: still the same consent
	v := o.enter(t, who.Person, "chan")
	v.looks(ownPath, "own")
	v.sees("Transport", "Name and Address", "30 days", "1 time", "Not here yet", "Withdrawn")
	v.looks(ownPath+"/accesses", "accesses")
	v.sees("Nothing went: The person has withdrawn the consent", "By law", "Transport received these data from Immigration: Name and Address")
	v.looks(consentPath(standing.ID), "consent")
	v.sees("You agreed", "In force")
	v.looks(consentPath(gone.ID), "consent-gone")
	v.sees("You withdrew", "Not here yet")
	v.looks(accessPath(access), "access")
	v.Expect("status of 404") // the log itself is not behind this site: app looks at that
	v.Do(chromedp.Click("form[data-exchange] button"), chromedp.WaitReady(`[data-result][data-done="1"]`))
	v.sees("Transport received these data", "The receiver signed this request", "The ledger holds exactly this", "It stands in the ledger", "What could be checked holds")
	v.Screenshot("checked-en")

	v.looks(consentPath(standing.ID)+"/change", "change")
	v.Eval(`document.querySelectorAll("[name=fields]").forEach((x) => { x.checked = false }), true`, new(bool))
	v.Press("Change my consent")
	v.sees("Choose at least one field")
	v.Open(v.base + "/en" + consentPath(standing.ID) + "/change")
	v.Eval(`document.querySelector("[name=fields][value=address]").checked = false, true`, new(bool))
	v.Press("Change my consent")
	v.sees("Changed. Transport is being told", "You changed it")
	v.looks(consentPath(standing.ID)+"/report", "report")
	v.Press("Send report")
	v.sees("Say what happened")
	v.Fill("text", "I never asked for a licence.")
	v.Press("Send report")
	v.sees("Your report has gone to Transport", "Waits for an answer")

	v.Open(v.base + "/en" + ownPath)
	v.Press("Withdraw what Transport may get")
	v.sees("Withdrawn: nothing goes from", "Transport is being told", "Not here yet")
	v.Screenshot("withdrawn-en")
	if r := o.get(standing.ID); r.code != WithdrawnConsent {
		t.Errorf("the next call gets %d %s", r.StatusCode, r.body)
	}
	v.Walk(60)

	other := o.enter(t, who.Person, "lee")
	other.Expect("status of 404")
	for _, path := range []string{consentPath(gone.ID), accessPath(access), accessPath(access) + "/bundle", consentPath(gone.ID) + "/change", accessPath(access) + "/report"} {
		other.Open(other.base + "/en" + path)
		if text := other.Text(); strings.Contains(text, "Transport") || strings.Contains(text, "Immigration") {
			t.Errorf("another person reads %s:\n%s", path, text)
		}
	}
}

// TestDeskPages: officers add and end keys, describe services, ask for rights and decide with four
// eyes, and answer a report; the person reads the answer.
func TestDeskPages(t *testing.T) {
	o := newOffice(t)
	_, _, access := o.lived()
	_, err := o.s.ReportMisuse(o.ctx, "chan", "", access, "I never asked for a licence.")
	o.must(err)
	td := o.enter(t, who.Officer, "td-1")
	td.looks(deskPath, "desk")
	td.sees("1 report of misuse waits", "The person has withdrawn the consent")
	td.looks(deskPath+"/deletions", "desk-deletions")
	td.looks(deskPath+"/reports", "desk-reports")
	td.sees("I never asked for a licence.")
	td.Open(td.base + "/en" + deskPath + "/rights")
	td.Press("Addresses")
	td.looks(deskPath+"/rights/ask?party=transport&service=immd.address", "desk-ask")
	td.Eval(`document.querySelector("[name=fields][value=name]").checked = true, document.querySelector("[name=basis][value=law]").checked = true`, new(bool))
	td.Fill("purpose", "law-enforcement", "why", "to serve a summons")
	td.Press("Ask for the right")
	td.sees("Name the ordinance and section")
	td.keeps("why", "to serve a summons")
	td.Fill("lawtc", "《示範條例》第61條", "lawen", "Sample Ordinance, section 61")
	td.Press("Ask for the right")
	td.sees("Asked. The provider's data steward decides", "Asked for")

	immd := o.enter(t, who.Officer, "immd-1")
	immd.looks(deskPath+"/rights", "desk-rights")
	o.decide(immd, "One officer agreed")
	immd.Press("Addresses")
	immd.Eval(`document.querySelector("[name=decision][value=agree]").checked = true`, new(bool))
	immd.Fill("reason", "Again.")
	immd.Press("Decide")
	immd.sees("Somebody else has to decide this", "They have shown us their program.")
	o.decide(o.enter(t, who.Officer, "immd-2"), "Your decision is recorded")

	o.keys(immd)
	o.services(immd)
	o.answers(td)
	chan1 := o.enter(t, who.Person, "chan")
	chan1.looks(ownPath+"/reports", "reports")
	chan1.sees("We have looked into it.", "Answered")
	if len(o.people.told) != 1 || !strings.HasPrefix(o.people.told[0], "chan exchange.report.") {
		t.Errorf("told: %v", o.people.told)
	}

	none := o.enter(t, who.Officer, "dh-1")
	none.looks(deskPath, "desk-none")
	none.sees("does not take part in the exchange yet")
	none.Expect("status of 403")
	none.Open(none.base + "/en" + deskPath + "?party=immd")
	if strings.Contains(none.Text(), "Keys") {
		t.Error("another department's officer sees the desk")
	}
}

func (o *office) decide(v visitor, want string) {
	o.t.Helper()
	v.Open(v.base + "/en" + deskPath + "/rights?party=immd")
	v.Press("Addresses")
	v.sees("two officers must agree", "to serve a summons")
	v.Screenshot("desk-decide")
	v.Press("Decide")
	v.sees("Choose whether you agree")
	v.Eval(`document.querySelector("[name=decision][value=agree]").checked = true`, new(bool))
	v.Press("Decide")
	v.sees("has not called this service in the test environment yet")
	v.Fill("reason", "They have shown us their program.")
	v.Press("Decide")
	v.sees(want)
}

func (o *office) keys(v visitor) {
	o.t.Helper()
	v.looks(deskPath+"/keys?party=immd", "desk-keys")
	v.looks(deskPath+"/keys/add?party=immd", "desk-key-add")
	_, public := newKey(o.t)
	v.Fill("id", "immd/2", "pem", "no key")
	v.Press("Add key")
	v.sees("Give an Ed25519 or P-256 public key in PEM")
	v.Fill("id", "immd/2", "pem", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})))
	v.Press("Add key")
	v.sees("The key is registered", "immd/2")
	v.Press("immd/2")
	v.sees("End immd/2")
	v.Eval(`document.querySelector("[name=how][value=now]").checked = true`, new(bool))
	v.Press("End key")
	v.sees("Done.", "Revoked")
}

func (o *office) services(v visitor) {
	o.t.Helper()
	v.looks(deskPath+"/services?party=immd", "desk-services")
	v.looks(deskPath+"/services/new?party=immd", "desk-service-new")
	v.Fill("code", "immd.photo", "titletc", "相片", "titleen", "Photographs", "base", "https://photos.example/v1", "fields", "photo | 相片", "openapi", "{")
	v.Press("Save")
	v.sees("Describe 1 to 60 fields")
	v.keeps("fields", "photo | 相片")
	v.Fill("fields", "photo | 相片 | Photograph | 相片 | sensitive")
	v.Press("Save")
	v.sees("OpenAPI 3.1")
	v.keeps("openapi", "{")
	v.Fill("openapi", strings.ReplaceAll(openAPI, `"phone"`, `"photo"`))
	v.Press("Save")
	v.sees("Saved.", "immd.photo", "Draft")
	v.Press("immd.photo")
	v.Eval(`document.querySelector("[name=state][value=open]").checked = true`, new(bool))
	v.Press("Save")
	v.sees("Saved.")
	if d := o.service("immd.photo"); d.State != Open || d.Fields[0].Class != Sensitive || d.Title.TC != "相片" || d.Patience != 5*time.Second {
		o.t.Errorf("%+v", d)
	}
}

func (o *office) service(code string) DataService {
	o.t.Helper()
	reg, err := o.s.fresh(o.ctx)
	o.must(err)
	if reg.services[code] == nil {
		o.t.Fatalf("there is no %s", code)
	}
	return reg.services[code].DataService
}

func (o *office) answers(v visitor) {
	o.t.Helper()
	v.Open(v.base + "/en" + deskPath + "/reports?party=transport")
	v.Eval(`document.querySelector("td a, th a").click(), true`, new(bool))
	time.Sleep(300 * time.Millisecond)
	v.sees("I never asked for a licence.")
	v.Screenshot("desk-answer")
	v.Press("Send answer")
	v.sees("Say what happened")
	v.Fill("answer", "We have looked into it.")
	v.Press("Send answer")
	v.sees("The answer has gone to the person", "We have looked into it.")
}

// TestPublicPages: everybody sees who exchanges what, and why; and can check a proof.
func TestPublicPages(t *testing.T) {
	o := newOffice(t)
	o.lived()
	v := visitor{chrome.Tab(t), o, o.public}
	v.looks(publicPath, "public")
	v.sees("Addresses", "Transport", "Sample Ordinance, section 60", "With the person's consent")
	v.looks(publicPath+"/services/immd.address", "service")
	v.sees("Telephone", "Sensitive")
	v.looks(publicPath+"/check", "check")
	v.Walk(60)
	v.Expect("status of 404")
	v.Open(v.base + "/en" + publicPath + "/services/immd.none")
	v.Open(v.base + "/en" + ownPath)
	if !strings.Contains(v.Address(), "/enter/") && strings.Contains(v.Text(), "Withdraw") {
		t.Errorf("the public reads %s", v.Address())
	}
}

// TestOperatorsPages: whoever runs the program admits a company and suspends it; its calls stop.
func TestOperatorsPages(t *testing.T) {
	o := newOffice(t)
	v := visitor{chrome.Tab(t), o, o.operator}
	v.Look(browsertest.Look{Width: 360})
	v.Expect("status of 422")
	v.Open(v.base + "/en" + partiesPath)
	v.Fill("token", o.token)
	v.Press("Sign in")
	v.looks(partiesPath, "parties")
	v.Press("Admit a party")
	v.looks(partiesPath+"/new", "party-new")
	v.Fill("party-code", "Bank One", "nametc", "示範銀行", "nameen", "Sample Bank", "clients", "td-licence")
	v.Press("Save")
	v.sees("Use lower-case letters")
	v.keeps("nameen", "Sample Bank")
	v.Fill("party-code", "bank-one")
	v.Press("Save")
	v.sees("Another party has this client already")
	v.Fill("clients", "bank-client")
	v.Press("Save")
	v.sees("Saved.", "Sample Bank", "A company")
	v.Open(v.base + "/en" + deskPath + "/keys?party=bank-one")
	v.sees("There is no key.", "Exchange desk: Sample Bank")

	c := o.give("chan", o.standing("name"))
	v.Open(v.base + "/en" + partiesPath + "/edit?party=transport")
	v.Eval(`document.querySelector("[name=suspended]").checked = true`, new(bool))
	v.Press("Save")
	v.sees("Suspended")
	if r := o.get(c.ID); r.code != Barred {
		t.Errorf("%d %s", r.StatusCode, r.body)
	}
}
