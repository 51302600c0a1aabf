package forms

import (
	"slices"
	"strings"
)

// Upload is a file that came with a page, kept already: the caller stored its bytes.
type Upload struct {
	Pointer string // of the field that asked for it: see Page.FileAt
	Name    string
	Type    string // media type by content: see SniffType
	Address string // where the bytes stand
	Bytes   int64
}

// answer is how a file stands among the answers.
func (u Upload) answer() map[string]any {
	return map[string]any{"file": u.Address, "name": fileName(u.Name), "bytes": float64(u.Bytes), "type": u.Type}
}

// fileName is a name without folders and control characters, of a length that systems take.
func fileName(s string) string {
	s = clean(s[strings.LastIndexAny(s, `/\`)+1:])
	return limited(s, 150)
}

// UploadOf reads a file's answer.
func UploadOf(v any) (Upload, bool) {
	m, _ := v.(map[string]any)
	address, _ := m["file"].(string)
	name, _ := m["name"].(string)
	media, _ := m["type"].(string)
	size, ok := m["bytes"].(float64)
	return Upload{Name: name, Type: media, Address: address, Bytes: int64(size)}, ok && address != ""
}

// Uploads lists the files among answers, so that their bytes are kept as long as the answers.
func (f *Form) Uploads(a Answers) []Upload {
	var out []Upload
	for _, p := range f.Pages {
		for _, q := range p.all(a) {
			if q.As == File {
				for _, v := range filesAt(a, q) {
					if u, ok := UploadOf(v); ok {
						u.Pointer = q.at
						out = append(out, u)
					}
				}
			}
		}
	}
	return out
}

// filesAt is a field's files, whether it takes one or several.
func filesAt(a Answers, q asked) []any {
	v, ok := a.Get(q.at)
	if list, is := v.([]any); is {
		return list
	}
	if !ok {
		return nil
	}
	return []any{v}
}

// files takes what was uploaded, beside what was uploaded before and not taken away.
func (t *taking) files(q asked) {
	drop := t.posted[dropName+q.name()]
	var kept []any
	for _, v := range filesAt(t.answers, q) {
		if u, ok := UploadOf(v); ok && !slices.Contains(drop, u.Address) {
			kept = append(kept, v)
		}
	}
	for _, u := range t.uploads {
		if u.Pointer != q.at {
			continue
		}
		key, args := q.refuses(u)
		if key != "" {
			t.wrong = append(t.wrong, problem(q.at, key, args...))
			continue
		}
		if !q.many {
			kept = nil
		}
		kept = append(kept, u.answer())
	}
	if len(kept) > q.MostFiles {
		t.wrong = append(t.wrong, problem(q.at, "forms.wrong.files", "most", number(int64(q.MostFiles))))
		kept = kept[:q.MostFiles]
	}
	switch {
	case len(kept) == 0:
		t.answers.remove(q.at)
	case q.many:
		t.answers.set(q.at, kept)
	default:
		t.answers.set(q.at, kept[0])
	}
}

// refuses says why a file is not taken.
func (x *Field) refuses(u Upload) (key string, args []string) {
	switch {
	case u.Bytes > x.MaxBytes:
		return "forms.wrong.file-large", []string{"most", number(x.MaxBytes >> 10)}
	case u.Bytes <= 0:
		return "forms.wrong.file-empty", nil
	case !slices.Contains(x.Types, u.Type):
		return "forms.wrong.file-type", nil
	}
	return "", nil
}

// misfitFiles says what is wrong with files that did not come by our pages.
func misfitFiles(x *Field, v any) string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) > x.MostFiles || ok != x.many {
		return "forms.wrong.value"
	}
	for _, y := range list {
		u, ok := UploadOf(y)
		if !ok {
			return "forms.wrong.value"
		}
		if key, _ := x.refuses(u); key != "" {
			return key
		}
	}
	return ""
}
