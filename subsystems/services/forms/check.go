package forms

import (
	"sort"
	"strconv"

	"praya/kernel/when"
)

// Check is everything that is missing or wrong in an application, in the order of the pages.
// What pages that are not open ask for doesn't count: see Prune.
func (f *Form) Check(a Answers, today when.Day) Problems {
	a, err := f.prune(a, today)
	if err != nil {
		return Problems{problem("", "forms.wrong.rule")}
	}
	bySchema := f.found(a)
	if a, err = f.Compute(a, today); err != nil { // pages that are not open compute, too
		return Problems{problem("", "forms.wrong.rule")}
	}
	s := f.scene(a, today)
	var out Problems
	for _, p := range f.Pages {
		if seen, err := s.sees(p); err != nil || !seen {
			continue
		}
		for _, q := range p.opened(a) {
			out = append(out, s.page(q, bySchema)...)
		}
	}
	for _, x := range bySchema {
		if _, told := out.At(x.Pointer); !told && !f.hides(x.Pointer) {
			out = append(out, x)
		}
	}
	return out
}

// hides reports whether a pointer is that of an object on the way to a field with a problem of
// its own: the schema then names the object that is missing, and the page the field.
func (f *Form) hides(pointer string) bool {
	for _, p := range f.Pages {
		for _, x := range p.Fields {
			if x.Pointer != "" && within(p.full(x.Pointer), pointer) {
				return true
			}
		}
	}
	return false
}

// page is what is wrong on one page: what is missing, what the schema finds, then the page's
// own checks.
func (s scene) page(p *Page, bySchema Problems) Problems {
	open, err := s.open(p)
	if err != nil {
		return Problems{problem("", "forms.wrong.rule")}
	}
	out := s.list(p)
	for _, q := range open {
		if x, wrong := s.field(p, q, bySchema); wrong {
			out = append(out, x)
		}
	}
	if len(out) == 0 && s.closes(p) {
		c, ok, err := holdsAll(p.checks, s.vars)
		if err != nil {
			out = append(out, problem(p.first(), "forms.wrong.rule"))
		} else if !ok {
			x := problem(p.first(), "forms.wrong.check")
			x.Text = c.say
			out = append(out, x)
		}
	}
	for i := range out {
		out[i].Page = p.ID
	}
	sort.SliceStable(out, func(i, j int) bool { return place(open, out[i]) < place(open, out[j]) })
	return out
}

// closes reports whether a page's own checks are asked here: where items have pages, on the last.
func (s scene) closes(p *Page) bool {
	return p.Repeat == nil || !p.Repeat.Each || p.item == p.items(s.given)
}

func place(open []asked, x Problem) int {
	for i, q := range open {
		if within(x.Pointer, q.at) {
			return i
		}
	}
	return -1
}

// first is the pointer of the page's first question, to which its own problems lead.
func (p *Page) first() string {
	if p.Repeat != nil && p.item == 0 {
		return p.Repeat.Pointer
	}
	for _, q := range p.asks(nil) {
		if q.Pointer != "" && q.compute == nil {
			return q.at
		}
	}
	return ""
}

// list is what is wrong with how many items a repeated page has.
func (s scene) list(p *Page) Problems {
	if p.Repeat == nil || p.item > 0 {
		return nil
	}
	switch n := p.items(s.given); {
	case n < p.Repeat.Least:
		return Problems{problem(p.Repeat.Pointer, "forms.wrong.few", "least", strconv.Itoa(p.Repeat.Least))}
	case n > p.Repeat.Most:
		return Problems{problem(p.Repeat.Pointer, "forms.wrong.many", "most", strconv.Itoa(p.Repeat.Most))}
	}
	return nil
}

// field is the first thing that is wrong with an answer.
func (s scene) field(p *Page, q asked, bySchema Problems) (Problem, bool) {
	if q.As == Heading {
		return Problem{}, false
	}
	v, ok := s.given.Get(q.at)
	if !ok || v == "" || q.As == Tick && v != true || isEmptyList(v) {
		if q.Optional {
			return Problem{}, false
		}
		x := problem(q.at, "forms.wrong.missing-"+string(q.As))
		x.Text = q.missing
		return x, true
	}
	if x, wrong := bySchema.At(q.at); wrong {
		x.Pointer = q.at
		if q.As == Money && (x.Key == "forms.wrong.least" || x.Key == "forms.wrong.most" || x.Key == "forms.wrong.above" || x.Key == "forms.wrong.below") {
			x.Key += "-money"
		}
		return x, true
	}
	if key := misfit(q.Field, v); key != "" {
		return problem(q.at, key), true
	}
	c, ok, err := holdsAll(q.checks, s.of(p, q.item))
	if err != nil {
		return problem(q.at, "forms.wrong.rule"), true
	}
	if !ok {
		x := problem(q.at, "forms.wrong.check")
		x.Text = c.say
		return x, true
	}
	return Problem{}, false
}

func isEmptyList(v any) bool {
	list, ok := v.([]any)
	return ok && len(list) == 0
}

// misfit says what is wrong with an answer that the schema takes but its widget would not have
// given: answers may come from elsewhere than our pages. It gives a key, or nothing.
func misfit(x *Field, v any) string {
	switch x.As {
	case Place:
		a, ok := AddressOf(v)
		if !ok || !a.complete() {
			return "forms.wrong.address"
		}
	case File:
		return misfitFiles(x, v)
	case HKID, Phone, Email, Day, Text, Lines, ChineseName, EnglishName:
		s, ok := v.(string)
		if !ok {
			return "forms.wrong.value"
		}
		again, key := readText(x, s)
		if key != "" {
			return key
		}
		if again != s {
			return "forms.wrong.value"
		}
	}
	return ""
}
