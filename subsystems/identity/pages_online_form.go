package identity

import (
	"errors"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/web"
	"praya/subsystems/identity/internal/oidc"
)

func inSandbox(v *web.Visit) bool { return who.From(v.Context()).Realm == who.Sandbox }

func versionText(n int64) string { return strconv.FormatInt(n, 10) }

// versionOf is the version that a form was made of; what is no number fits no row.
func versionOf(form url.Values) int64 {
	n, err := strconv.ParseInt(form.Get("version"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// reading reads a step's form, and collects what is wrong with it.
type reading struct {
	*web.View
	form url.Values
	errs []web.FieldError
}

func (a *reading) bad(name, key string) {
	a.errs = append(a.errs, web.FieldError{Name: name, Text: a.T("identity.online.fault." + key)})
}

func (a *reading) line(name string, longest int, needed bool) string {
	s := strings.TrimSpace(a.form.Get(name))
	switch {
	case len([]rune(s)) > longest || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' }):
		a.bad(name, "long")
	case needed && s == "":
		a.bad(name, "empty")
	}
	return s
}

func (a *reading) three(prefix string) lang.Text {
	return lang.Text{
		TC: a.line(prefix+"-tc", longestOnline, true), EN: a.line(prefix+"-en", longestOnline, true), SC: a.line(prefix+"-sc", longestOnline, true),
	}
}

// lines reads addresses, one on each line.
func (a *reading) lines(name string) (out []string) {
	for line := range strings.Lines(a.form.Get(name)) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	if len(out) > mostAddresses {
		a.bad(name, "addresses")
	}
	for _, line := range out {
		a.address(name, line)
	}
	return out
}

// address refuses what is no address at all; the protocol's own rules are asked at submission.
func (a *reading) address(name, text string) string {
	u, err := url.Parse(text)
	if text != "" && (err != nil || !u.IsAbs() || len(text) > 2000) {
		a.bad(name, "address")
	}
	return text
}

func (a *reading) some(name string, known []string) (out []string) {
	for _, k := range known {
		if slices.Contains(a.form[name], k) {
			out = append(out, k)
		}
	}
	return out
}

// step reads one step of the task list, and gives what it changes.
func (a *reading) step(step string) func(*Online) {
	switch step {
	case "about":
		return a.about()
	case "protocol":
		return a.protocol()
	case "keys":
		return a.keys()
	}
	return a.field()
}

func (a *reading) about() func(*Online) {
	name, purpose, company := a.three("name"), a.three("purpose"), a.line("company", longestOnline, false)
	contact := a.line("contact", longestEmail, true)
	if m, err := mail.ParseAddress(contact); contact != "" && (err != nil || m.Address != contact) {
		a.bad("contact", "contact")
	}
	return func(o *Online) {
		o.Asked.Name, o.Asked.Purpose, o.Contact = name, purpose, contact
		if o.Department == "" {
			o.Asked.Company = company
		}
	}
}

func (a *reading) protocol() func(*Online) {
	kind := oidc.Kind(a.form.Get("kind"))
	if !slices.Contains(onlineKinds(), kind) {
		a.bad("kind", "kind")
	}
	why := a.line("plain-reason", longestWhy, false)
	if kind == oidc.Plain && len([]rune(why)) < plainMust {
		a.bad("plain-reason", "plain-reason")
	}
	grants, scopes := a.some("grants", grantTypes()), a.some("scopes", scopeNames())
	if len(grants) == 0 {
		a.bad("grants", "grants")
	}
	redirects, after := a.lines("redirects"), a.lines("post-logout")
	if slices.Contains(grants, grantCode) && len(redirects) == 0 {
		a.bad("redirects", "redirects")
	}
	logout, ping := a.address("logout", a.line("logout", 2000, false)), a.address("ping", a.line("ping", 2000, false))
	serves, mode := a.line("serves", 100, false), "poll"
	if ping != "" {
		mode = "ping"
	}
	return func(o *Online) {
		p := &o.Asked
		p.Kind, p.PlainReason, p.Grants, p.Scopes, p.Serves = kind, why, grants, scopes, serves
		p.Redirects, p.PostLogout, p.BackchannelLogout, p.CIBAMode, p.CIBAEndpoint = redirects, after, logout, mode, ping
		if kind != oidc.Plain {
			p.PlainReason = ""
		}
	}
}

func (a *reading) keys() func(*Online) {
	keys, err := readKeys(a.form.Get("jwks"))
	var f *fault.Fault
	if errors.As(err, &f) {
		a.errs = append(a.errs, web.FieldError{Name: "jwks", Text: a.T(f.Key)})
	}
	uri := a.address("jwks-uri", a.line("jwks-uri", 2000, false))
	if len(keys) > 0 && uri != "" {
		a.bad("jwks-uri", "keys-twice") // RFC 7591, 2
	}
	return func(o *Online) { o.Asked.JWKS, o.Asked.JWKSURI = keys, uri }
}

// field takes a field in, or out.
func (a *reading) field() func(*Online) {
	if drop := Field(a.form.Get("drop")); drop != "" {
		return func(o *Online) { o.Asked.dropField(drop) }
	}
	w := FieldWanted{Field: Field(a.form.Get("field")), Reason: a.three("reason")}
	if !w.Field.Known() {
		a.bad("field", "field")
	}
	months, err := strconv.Atoi(web.HalfWidth(a.form.Get("months")))
	if err != nil || months < 0 || months > mostMonths {
		a.bad("months", "months")
	}
	w.Months = months
	return func(o *Online) { o.Asked.putField(w) }
}

func putThree(in url.Values, prefix string, t lang.Text) {
	in.Set(prefix+"-tc", t.TC)
	in.Set(prefix+"-en", t.EN)
	in.Set(prefix+"-sc", t.SC)
}

// answers are the particulars as the steps' forms show them.
func (o Online) answers() url.Values {
	p := o.Asked
	out := url.Values{
		"company": {p.Company}, "contact": {o.Contact}, "kind": {string(p.Kind)}, "plain-reason": {p.PlainReason}, "grants": p.Grants,
		"scopes": p.Scopes, "serves": {p.Serves}, "redirects": {strings.Join(p.Redirects, "\n")}, "post-logout": {strings.Join(p.PostLogout, "\n")},
		"logout": {p.BackchannelLogout}, "ping": {p.CIBAEndpoint}, "jwks": {string(p.JWKS)}, "jwks-uri": {p.JWKSURI}, "months": {"0"},
	}
	putThree(out, "name", p.Name)
	putThree(out, "purpose", p.Purpose)
	return out
}

// onlineField is a question of a step.
func onlineField(v *web.View, name string, form url.Values, errs []web.FieldError) web.Field {
	f := web.Field{Name: name, Label: v.T("identity.online.field." + name), Value: form.Get(name), Error: errorAt(errs, name)}
	if hint := "identity.online.hint." + name; v.Has(hint) {
		f.Hint = v.T(hint)
	}
	switch {
	case strings.HasSuffix(name, "-tc"):
		f.Lang = lang.TC
	case strings.HasSuffix(name, "-en"):
		f.Lang = lang.EN
	case strings.HasSuffix(name, "-sc"):
		f.Lang = lang.SC
	}
	return f
}

func optional(f web.Field) web.Field {
	f.Optional = true
	return f
}

func onlineChoices(v *web.View, under string, known, chosen []string) (out []web.Choice) {
	for _, k := range known {
		key := "identity.online." + under + "." + strings.ReplaceAll(strings.TrimPrefix(k, "urn:openid:params:grant-type:"), "_", "-")
		out = append(out, web.Choice{Value: k, Label: v.T(key), Hint: v.T(key + "-hint"), Chosen: slices.Contains(chosen, k)})
	}
	return out
}

func kindNames() (out []string) {
	for _, k := range onlineKinds() {
		out = append(out, string(k))
	}
	return out
}

func fieldChoices(v *web.View, chosen string) []web.Choice {
	out := []web.Choice{{Value: "", Label: v.T("identity.choice.none"), Chosen: chosen == ""}}
	for _, f := range Fields() {
		out = append(out, web.Choice{Value: string(f), Label: v.T("identity.field." + string(f)), Chosen: string(f) == chosen})
	}
	return out
}

func keptText(v *web.View, months int) string {
	if months == 0 {
		return v.T("identity.online.kept-form")
	}
	return v.T("identity.online.kept-months", "months", months)
}
