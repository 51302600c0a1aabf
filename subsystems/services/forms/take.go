package forms

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"praya/kernel/when"
	"praya/platform/web"
)

// The names of a repeated page's own buttons and of its count of items.
const (
	actName   = "forms-act"
	countName = "forms-count"
	wrongName = "forms-wrong."
	dropName  = "forms-drop."
	actAdd    = "add"
	actRemove = "remove-"
)

// Stays reports whether a button of the page itself was pressed, such as Add another: what was
// taken is kept, and the same page is shown again.
func (p *Page) Stays(posted url.Values) bool {
	return p.Repeat != nil && p.item == 0 && posted.Get(actName) != ""
}

// Take reads one page's answers from a posted form, and gives all answers with them. What is
// locked stays as it is. When something is wrong the answers that are right are there too, and
// what was typed is shown again from what was posted.
func (f *Form) Take(p *Page, posted url.Values, uploads []Upload, a Answers, locked Origins, today when.Day) (Answers, Problems) {
	t := taking{page: p, posted: posted, uploads: uploads, locked: locked, answers: a.clone()}
	if p.Repeat != nil {
		t.resize(a)
	}
	for _, q := range p.asks(t.answers) {
		t.field(q)
	}
	if p.Repeat != nil && p.item == 0 {
		t.buttons()
	}
	out, err := f.closed(p, t.answers, today)
	if err != nil {
		return a, Problems{problem(p.first(), "forms.wrong.rule")}
	}
	return out, t.problems(f, out, today)
}

// taking is a page that is being read.
type taking struct {
	page    *Page
	posted  url.Values
	uploads []Upload
	locked  Origins
	answers Answers
	wrong   Problems
}

// resize gives the list as many items as the page had.
func (t *taking) resize(a Answers) {
	r := t.page.Repeat
	n, err := strconv.Atoi(t.posted.Get(countName))
	if err != nil || n < 0 {
		n = t.page.items(a)
	}
	if r.Each { // the list's page changes how many there are by its buttons only
		n = max(t.page.items(a), r.Least, t.page.item)
	}
	n = min(n, r.Most)
	list, _ := t.answers.list(r.Pointer)
	list = slices.Clone(list[:min(n, len(list))])
	for len(list) < n {
		list = append(list, map[string]any{})
	}
	if list == nil {
		list = []any{}
	}
	t.answers.set(r.Pointer, list)
}

func (t *taking) field(q asked) {
	if q.As == Heading || q.compute != nil {
		return
	}
	if t.locked.holds(q) {
		t.answers.remark(q.at, limited(cleanLines(t.posted.Get(wrongName+q.name())), 2000))
		return
	}
	if q.As == File {
		t.files(q)
		return
	}
	v, key := read(q, t.posted)
	if key != "" {
		t.wrong = append(t.wrong, problem(q.at, key, arguments(q, key)...))
	}
	if v == nil || key != "" {
		t.answers.remove(q.at)
		return
	}
	t.answers.set(q.at, plain(v))
}

func arguments(q asked, key string) []string {
	if key == "forms.wrong.too-long" {
		return []string{"most", strconv.Itoa(q.most)}
	}
	return nil
}

func limited(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// read takes one answer; nil when there is none.
func read(q asked, posted url.Values) (any, string) {
	name := q.name()
	said := posted.Get(name)
	switch q.As {
	case Tick:
		if said == "yes" {
			return true, ""
		}
		return nil, ""
	case YesNo:
		if said != "yes" && said != "no" {
			return nil, ""
		}
		return said == "yes", ""
	case Many:
		return readMany(q, posted[name])
	case One, Select:
		if _, ok := q.choice(said); !ok {
			return nil, ""
		}
		return said, ""
	case Place:
		a, key := readAddress(posted, name)
		if a.empty() {
			return nil, ""
		}
		return a, key
	case Day:
		return readDay(posted, name)
	}
	if clean(said) == "" {
		return nil, ""
	}
	if q.As == Number || q.As == Integer || q.As == Money {
		return readFigure(q.Field, said)
	}
	s, key := readText(q.Field, said)
	if s == "" {
		return nil, key
	}
	return s, key
}

func readMany(q asked, said []string) (any, string) {
	var out []any
	for _, c := range q.Choices {
		if slices.Contains(said, c.Value) {
			out = append(out, c.Value)
		}
	}
	if len(out) == 0 {
		return nil, ""
	}
	return out, ""
}

func readDay(posted url.Values, name string) (any, string) {
	input := web.DateOf(posted, web.Field{Name: name})
	if strings.TrimSpace(input.Year+input.Month+input.Date) == "" {
		return nil, ""
	}
	d, err := input.Day()
	if err != nil {
		return nil, "forms.wrong.format-date"
	}
	return d.String(), ""
}

// buttons does what Add and Remove ask, and otherwise drops items in which nothing was answered.
func (t *taking) buttons() {
	r, act := t.page.Repeat, t.posted.Get(actName)
	n := t.page.items(t.answers)
	if act == actAdd {
		if n < r.Most {
			t.answers.set(r.Pointer+"/"+strconv.Itoa(n), map[string]any{})
		}
		return
	}
	if i, err := strconv.Atoi(strings.TrimPrefix(act, actRemove)); act != "" && err == nil {
		t.drop(i)
		return
	}
	for i := n - 1; i >= 0 && !r.Each && t.page.items(t.answers) > r.Least; i-- {
		item, _ := t.answers.item(r.Pointer, i).(map[string]any)
		if _, wrong := t.wrong.At(r.Pointer + "/" + strconv.Itoa(i)); len(item) == 0 && !wrong {
			t.drop(i)
		}
	}
}

// drop takes an item away; what was wrong with later ones moves up with them.
func (t *taking) drop(n int) {
	r := t.page.Repeat
	t.answers.removeItem(r.Pointer, n)
	var kept Problems
	for _, x := range t.wrong {
		rest, _ := strings.CutPrefix(x.Pointer, r.Pointer+"/")
		item, below, _ := strings.Cut(rest, "/")
		i, err := strconv.Atoi(item)
		if err != nil || i == n {
			continue
		}
		if i > n {
			x.Pointer = r.Pointer + "/" + strconv.Itoa(i-1) + "/" + below
		}
		kept = append(kept, x)
	}
	t.wrong = kept
}

// problems are those of reading, then those of the page's rules. While items are added and
// removed, what is not answered yet is no problem.
func (t *taking) problems(f *Form, a Answers, today when.Day) Problems {
	if t.page.Stays(t.posted) {
		return t.named(t.wrong)
	}
	out := t.wrong
	for _, x := range f.scene(a, today).page(t.page, f.found(a)) {
		if _, told := out.At(x.Pointer); !told {
			out = append(out, x)
		}
	}
	return t.named(out)
}

func (t *taking) named(in Problems) Problems {
	for i := range in {
		in[i].Page = t.page.ID
	}
	return in
}

// closed is the answers without those of the page's fields whose conditions no longer hold.
func (f *Form) closed(p *Page, a Answers, today when.Day) (Answers, error) {
	for {
		var err error
		if a, err = f.Compute(a, today); err != nil {
			return nil, err
		}
		s, gone := f.scene(a, today), false
		for _, q := range p.all(a) {
			open, err := s.asks(p, q)
			if err != nil {
				return nil, err
			}
			if _, there := a.Get(q.at); there && !open && q.As != Heading && q.compute == nil {
				a = a.clone()
				a.remove(q.at)
				gone = true
			}
		}
		if !gone {
			return a, nil
		}
	}
}
