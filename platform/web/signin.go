package web

import (
	"net/http"

	"praya/kernel/fault"
	"praya/kernel/who"
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
	operator := Session{
		Actor: who.Actor{Kind: who.Operator, ID: operatorID}, Proven: v.now, Notices: []Notice{{Text: v.T("web.signin.done")}},
	}
	if err := v.begin(operator); err != nil {
		return err
	}
	return v.Redirect(form.Get("to"))
}

func signOut(v *Visit) error {
	if err := v.SignOut(); err != nil {
		return err
	}
	return v.Redirect("/sign-in")
}
