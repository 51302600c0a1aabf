package web

import "net/http"

// showDisplay offers light and dark without scripts.
func showDisplay(v *Visit) error {
	return v.Render(Page{Title: v.T("web.display.title"), Crumbs: []Crumb{{Text: v.T("web.shell.front"), Path: "/"}}}, displayForm(v.View))
}

func chooseDisplay(v *Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	switch theme := form.Get("theme"); theme {
	case "light", "dark":
		v.keep(themeCookie, theme)
	default:
		http.SetCookie(v.W, &http.Cookie{Name: themeCookie, Path: "/", MaxAge: -1})
	}
	return v.Redirect("/display")
}
