package web

import (
	"net/http"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
)

func signInField(v *View, wrong bool) Field {
	f := Field{Name: "token", Label: v.T("web.signin.label"), Hint: v.T("web.signin.hint"), Kind: "password", Autocomplete: "current-password"}
	if wrong {
		f.Error = v.T("web.signin.wrong")
	}
	return f
}

func showSignIn(v *Visit) error {
	return v.Render(Page{Title: v.T("web.signin.title"), Secret: true}, signInForm(v.View, v.Query.Get("to"), false))
}

// signIn exchanges the operator's token for a session.
func signIn(v *Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	if v.site.parts.DB == nil {
		return fault.New(fault.Unavailable, "web.fault.unavailable.text")
	}
	if !v.site.isToken(form.Get("token")) {
		p := Page{Title: v.T("web.signin.title"), Secret: true, Failed: true}
		return v.RenderStatus(http.StatusUnprocessableEntity, p, signInForm(v.View, form.Get("to"), true))
	}
	if err := v.begin(Session{Actor: who.Actor{Kind: who.Operator, ID: operatorID}, Notices: []Notice{{Text: v.T("web.signin.done")}}}); err != nil {
		return err
	}
	return v.Redirect(form.Get("to"))
}

func signOut(v *Visit) error {
	if token := v.sessionToken(); token != "" && v.site.parts.DB != nil {
		if err := v.site.parts.DB.Write(v.Context(), func(tx *db.Tx) error { return endSession(tx, token) }); err != nil {
			return err
		}
	}
	v.setSession("")
	return v.Redirect("/sign-in")
}
