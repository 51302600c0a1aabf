package web

import (
	"praya/kernel/who"
)

func (v *View) sandbox() bool { return v.realm == who.Sandbox }

// inSandbox: the sandbox of a site that is itself in production stands under a path.
func (v *View) inSandbox() bool { return v.sandbox() && v.site.config.Realm != who.Sandbox }

// signInPath is where the header leads those who are not signed in; nowhere without people.
func (v *View) signInPath() string {
	if v.listener.name == "operator" || v.site.parts.People == nil || v.signedIn() {
		return ""
	}
	return v.site.parts.People.SignIn()
}

// introduce finds what the header calls the visitor.
func (v *Visit) introduce() (err error) {
	if v.session != nil {
		v.label, v.own, err = v.site.parts.People.Label(v)
	}
	return err
}

func (v *View) owner() string { return v.site.config.Owner.In(v.Lang()) }

func (v *View) telephone() string { return v.site.config.Telephone }

// helpPath is where the footer leads who needs help; the operator's pages have no such place.
func (v *View) helpPath() string {
	if v.listener.name == "operator" {
		return ""
	}
	return v.site.parts.Help
}

func (v *View) signedIn() bool {
	return v.actor.Kind == who.Operator || v.actor.Kind == who.Person || v.actor.Kind == who.Officer
}

// searchPath is where the header's search box leads: citizens search, operators don't.
func (v *View) searchPath() string {
	if v.listener.name == "operator" {
		return ""
	}
	return v.site.config.Search
}

// searched keeps what was searched for in the box of the page that shows the hits.
func (v *View) searched() string {
	if v.Path != v.site.config.Search {
		return ""
	}
	return v.Query.Get("q")
}

// windowTitle begins with "Error:" when a form came back, so that a reader of the
// title alone knows (GOV.UK pattern), and ends with whose site it is.
func (v *View) windowTitle(p Page) string {
	title := p.Title
	if p.Failed {
		title = v.T("web.form.failed", "title", title)
	}
	if title == "" || title == v.owner() {
		return v.owner()
	}
	return v.T("web.shell.title", "page", title, "owner", v.owner())
}

func (v *View) scheme() string {
	if v.theme != "" {
		return v.theme
	}
	return "light dark"
}

// permanent is the address that print shows.
func (v *View) permanent() string { return v.origin + v.Link(v.Path) + query(v.Query) }
