package oidc

// EssentialACRs are the authentication contexts of which a request insists on one.
func (r Request) EssentialACRs() []string {
	want := r.Claims.IDToken["acr"]
	if want == nil || !want.Essential {
		return nil
	}
	return want.texts()
}
