package forms

import (
	"fmt"
	"strings"

	"praya/kernel/when"
)

// scene is what the rules of a form see.
type scene struct {
	form  *Form
	given Answers
	vars  map[string]any
}

func (f *Form) scene(a Answers, today when.Day) scene {
	return scene{f, a, map[string]any{"answers": whole(a.Plain(), f.shape, f.shape), "today": today.String()}}
}

// of is the scene of an item of a repeated page.
func (s scene) of(p *Page, n int) map[string]any {
	if p.Repeat == nil || n < 0 {
		return s.vars
	}
	answers, _ := s.vars["answers"].(map[string]any)
	item := Answers(answers).item(p.Repeat.Pointer, n)
	if item == nil {
		item = map[string]any{}
	}
	return map[string]any{"answers": s.vars["answers"], "today": s.vars["today"], "item": item}
}

func (s scene) sees(p *Page) (bool, error) {
	if p.holds == nil {
		return true, nil
	}
	ok, err := p.holds.Holds(s.vars)
	if err != nil {
		err = fmt.Errorf("forms: %s: page %s: %w", s.form.ID, p.ID, err)
	}
	return ok, err
}

// asks reports whether a field's condition holds.
func (s scene) asks(p *Page, q asked) (bool, error) {
	if q.holds == nil {
		return true, nil
	}
	ok, err := q.holds.Holds(s.of(p, q.item))
	if err != nil {
		err = fmt.Errorf("forms: %s: %s: %w", s.form.ID, q.at, err)
	}
	return ok, err
}

// open is the fields that a page asks for and whose conditions hold.
func (s scene) open(p *Page) ([]asked, error) {
	var out []asked
	for _, q := range p.asks(s.given) {
		ok, err := s.asks(p, q)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, q)
		}
	}
	return out, nil
}

// Visible is the pages whose conditions hold, in order.
func (f *Form) Visible(a Answers, today when.Day) ([]*Page, error) {
	a, err := f.Compute(a, today)
	if err != nil {
		return nil, err
	}
	s := f.scene(a, today)
	var out []*Page
	for _, p := range f.Pages {
		ok, err := s.sees(p)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, p.opened(a)...)
		}
	}
	return out, nil
}

// Next is the page that follows one, by its id; the first for an empty id. False: there is none.
func (f *Form) Next(a Answers, today when.Day, after string) (*Page, bool) {
	return f.beside(a, today, after, 1)
}

// Before is the page that goes before one: where Back leads.
func (f *Form) Before(a Answers, today when.Day, before string) (*Page, bool) {
	return f.beside(a, today, before, -1)
}

func (f *Form) beside(a Answers, today when.Day, id string, step int) (*Page, bool) {
	visible, err := f.Visible(a, today)
	if err != nil {
		return nil, false
	}
	open := map[string]*Page{}
	for _, p := range visible {
		open[p.ID] = p
	}
	var ids []string // of every page, open or not: one may close by what was answered on it
	from := -1
	for _, p := range f.Pages {
		for _, q := range p.opened(a) {
			if q.ID == id {
				from = len(ids)
			}
			ids = append(ids, q.ID)
		}
	}
	if from < 0 && id != "" {
		return nil, false
	}
	for i := from + step; i >= 0 && i < len(ids); i += step {
		if p := open[ids[i]]; p != nil {
			return p, true
		}
	}
	return nil, false
}

// Resume is the first page that something is missing or wrong on; false when all are answered.
func (f *Form) Resume(a Answers, today when.Day) (*Page, bool) {
	for _, x := range f.Check(a, today) {
		if x.Page != "" {
			return f.Page(x.Page), true
		}
	}
	return nil, false
}

// Compute is the answers with the computed values anew, in the order in which they stand. What
// lacks an answer to be computed has no value. An expression that can't work is an error.
func (f *Form) Compute(a Answers, today when.Day) (Answers, error) {
	if !f.computes() {
		return a, nil
	}
	out := a.clone()
	f.computed(out, func(_ *Page, q asked) { out.remove(q.at) })
	var failed error
	see := f.scene(out, today)
	f.computed(out, func(p *Page, q asked) {
		v, err := q.compute.Value(see.of(p, q.item))
		switch {
		case err == nil && v != nil:
			out.set(q.at, plain(v))
			see.add(q, plain(v), out)
		case err != nil && !unanswered(err) && failed == nil:
			failed = fmt.Errorf("forms: %s: %s: %w", f.ID, q.at, err)
		}
	})
	return out, failed
}

// add lets later rules see a computed value, without looking at all answers again.
func (s scene) add(q asked, v any, a Answers) {
	seen, _ := s.vars["answers"].(map[string]any)
	switch x := v.(type) {
	case float64:
		kind := "number"
		if q.whole {
			kind = "integer"
		}
		Answers(seen).set(q.at, whole(x, map[string]any{"type": kind}, s.form.shape))
	case string, bool:
		Answers(seen).set(q.at, v)
	default:
		s.vars["answers"] = whole(a.Plain(), s.form.shape, s.form.shape)
	}
}

func (f *Form) computes() bool {
	for _, p := range f.Pages {
		for _, x := range p.Fields {
			if x.compute != nil {
				return true
			}
		}
	}
	return false
}

func (f *Form) computed(a Answers, do func(*Page, asked)) {
	for _, p := range f.Pages {
		for _, q := range p.all(a) {
			if q.compute != nil {
				do(p, q)
			}
		}
	}
}

// unanswered tells a value that is not there yet from an expression that cannot work, as
// rule.Holds does.
func unanswered(err error) bool {
	text := err.Error()
	return strings.Contains(text, "no such key") || strings.Contains(text, "no such attribute") || strings.Contains(text, "index out of bounds")
}

// Prune is the answers that open pages ask for, and nothing else: what somebody answered before
// changing their mind is not sent on. Answers whose rules can't be evaluated come back as they are.
func (f *Form) Prune(a Answers, today when.Day) Answers {
	out, err := f.prune(a, today)
	if err != nil {
		return a
	}
	return out
}

// prune repeats until nothing goes: an answer that goes may close another page. It ends, since
// answers only become fewer, and computed values are made of them alone.
func (f *Form) prune(a Answers, today when.Day) (Answers, error) {
	a, err := f.Compute(a, today)
	if err != nil {
		return nil, err
	}
	for {
		out, fewer, err := f.pruneOnce(a, today)
		if err != nil || !fewer {
			return out, err
		}
		if a, err = f.Compute(out, today); err != nil {
			return nil, err
		}
	}
}

func (f *Form) pruneOnce(a Answers, today when.Day) (Answers, bool, error) {
	s, out := f.scene(a, today), Answers{}
	asked, kept := 0, 0
	for _, p := range f.Pages {
		seen, err := s.sees(p)
		if err != nil {
			return nil, false, err
		}
		if p.Repeat != nil {
			if _, ok := a.list(p.Repeat.Pointer); ok && seen {
				out.set(p.Repeat.Pointer, emptyItems(p.items(a)))
			} else if ok {
				asked++
			}
		}
		for _, q := range p.all(a) {
			v, ok := a.Get(q.at)
			if !ok || q.As == Heading {
				continue
			}
			if q.compute == nil {
				asked++
			}
			open, err := s.asks(p, q)
			if err != nil {
				return nil, false, err
			}
			if seen && open {
				out.set(q.at, copied(v))
				if q.compute == nil {
					kept++
				}
			}
		}
	}
	if said := a.Remarks(); len(said) > 0 {
		for at, text := range said {
			if _, ok := out.Get(at); ok {
				out.remark(at, text)
			}
		}
	}
	return out, kept < asked, nil
}

func emptyItems(n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = map[string]any{}
	}
	return out
}

func holdsAll(checks []check, vars map[string]any) (check, bool, error) {
	for _, c := range checks {
		ok, err := c.must.Holds(vars)
		if err != nil || !ok {
			return c, false, err
		}
	}
	return check{}, true, nil
}
