package identity

import (
	"net/url"

	"praya/platform/web"
)

func errorAt(errs []web.FieldError, name string) string {
	for _, e := range errs {
		if e.Name == name {
			return e.Text
		}
	}
	return ""
}

// question asks for a field of the profile.
func question(v *web.View, f Field, form url.Values, errs []web.FieldError) web.Field {
	q := web.Field{Name: string(f), Label: v.T("identity.field." + string(f)), Value: form.Get(string(f)), Error: errorAt(errs, string(f))}
	switch {
	case f == Email:
		q.Kind, q.Autocomplete = "email", "email"
	case f.IsPhone():
		q.Kind, q.Autocomplete, q.Width = "tel", "tel", "medium"
	}
	return q
}

func choices(v *web.View, f Field, chosen string) []web.Choice {
	out := []web.Choice{{Value: "", Label: v.T("identity.choice.none"), Chosen: chosen == ""}}
	for _, c := range f.Choices() {
		out = append(out, web.Choice{Value: c, Label: v.T("identity.choice." + string(f) + "." + c), Chosen: c == chosen})
	}
	return out
}

func sexChoices(v *web.View, chosen string) []web.Choice { return choices(v, Sex, chosen)[1:] }

func scripts(v *web.View) []web.Choice {
	out := []web.Choice{{Value: "", Label: v.T("identity.register.scripted-pass"), Chosen: true}}
	for _, r := range Refusals() {
		out = append(out, web.Choice{Value: r, Label: v.T("identity.verdict." + r)})
	}
	return out
}

func photoField(v *web.View, name string, errs []web.FieldError) web.FileInput {
	return web.FileInput{
		Field:  web.Field{Name: name, Label: v.T("identity.register." + name), Hint: v.T("identity.register.photo-hint"), Error: errorAt(errs, name)},
		Accept: "image/jpeg,image/png",
	}
}

func addressKinds(v *web.View, chosen string) []web.Choice {
	var out []web.Choice
	for _, k := range []string{"premises", "lines", "box"} {
		out = append(out, web.Choice{Value: k, Label: v.T("identity.address." + k), Chosen: k == firstOf(chosen, "premises")})
	}
	return out
}

// premisesFields go from large to small in Chinese, and from small to large in English.
func premisesFields(v *web.View) []string {
	if v.Lang() == "en" {
		return []string{"room", "floor", "block", "building", "estate", "number", "street"}
	}
	return []string{"street", "number", "estate", "building", "block", "floor", "room"}
}

// addressField is a line of an address; the first one carries the error of them all.
func addressField(v *web.View, name string, form url.Values, first bool, f Field, errs []web.FieldError) web.Field {
	q := web.Field{Name: name, Label: v.T("identity.address." + name), Value: form.Get(name), Optional: true}
	switch name {
	case "room", "floor", "block", "number":
		q.Width = "short"
	}
	if first {
		q.Error = errorAt(errs, string(f))
	}
	return q
}

func districtChoices(v *web.View, chosen string) []web.Choice {
	out := []web.Choice{{Value: "", Label: v.T("identity.choice.none"), Chosen: chosen == ""}}
	for _, d := range Districts() {
		out = append(out, web.Choice{Value: d, Label: v.T("identity.district." + d), Chosen: d == chosen})
	}
	return out
}
