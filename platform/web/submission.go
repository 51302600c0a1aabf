package web

import (
	"net/url"

	"praya/kernel/fault"
	"praya/platform/db"
)

// onceField is the hidden field that makes a submission count once.
const onceField = "_once"

// Once is the hidden field of a form that must not be submitted twice: it goes into
// Form.Hidden, and SubmitOnce reads it.
func (v *View) Once() [2]string { return [2]string{onceField, randomToken()} }

// SubmitOnce runs act for the first submission of a form. A second one, by a double
// click or a reload, gets a Conflict and changes nothing. When act fails, the same
// form may be sent again.
func (v *Visit) SubmitOnce(form url.Values, act func() error) error {
	token, store := form.Get(onceField), v.site.parts.DB
	if store == nil {
		return act()
	}
	if len(token) < 43 {
		return fault.New(fault.Invalid, "web.fault.invalid.text")
	}
	err := store.Write(v.Context(), func(tx *db.Tx) error { return claimSubmission(tx, token) })
	if err != nil {
		return err
	}
	if err := act(); err != nil {
		release := store.Write(v.Context(), func(tx *db.Tx) error { return releaseSubmission(tx, token) })
		if release != nil {
			v.note(release)
		}
		return err
	}
	return nil
}
