package web

import (
	"github.com/a-h/templ"

	"praya/kernel/lang"
	"praya/platform/access"
)

// Resource is what policy is asked about.
type Resource = access.Resource

// Page is what the shell needs to know about a page besides its body.
type Page struct {
	Title  string    // the h1, and the first part of the window's title
	Lang   lang.Lang // of the title, when it isn't the reader's: a name as printed
	Lead   string    // one sentence under the title; may be empty
	Crumbs []Crumb
	Back   string // path; forms have it instead of crumbs

	Wide    bool   // desks and wide tables use the full width
	Failed  bool   // the form below has errors; the window's title says so
	Secret  bool   // not for search engines
	Own     bool   // the body has its own h1
	Version string // printed beneath: the version of what the page shows
	Form    string // id of a form that a change of language must save first

	Description string          // for search engines and previews
	Head        templ.Component // after the title: tags, a summary line; may be nil
}

// Crumb is one step of the way to a page.
type Crumb struct {
	Text string
	Path string
	Lang lang.Lang // when the text is not in the reader's language
}

// Notice tells, after a redirect, what was done or what failed.
type Notice struct {
	Failed bool   `json:"failed,omitempty"`
	Text   string `json:"text"`
}
