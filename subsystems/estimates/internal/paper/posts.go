package paper

import "strings"

// Rows of posts.
const (
	postsDirectorate    = "directorate"
	postsNonDirectorate = "non-directorate"
	postsTotal          = "total"
)

// posts sorts a number of posts: so many at a date, or so many more or fewer.
func (w *walk) posts(l line, sub subject, year fiscal, m *mention) {
	f := Fact{Kind: KindPosts, Row: postsRow(m.after), Code: sub.code, Group: sub.group}
	if f.Row == "" {
		f.Row = w.postsSubject
	}
	if f.Row == "" {
		f.Row = postsTotal
	}
	if sub.group == "programme" && sub.code != "" {
		f.Row = sub.row
	} else {
		f.Code, f.Group = "", ""
	}
	if y := lastFiscal(m.before); y != 0 {
		year = y
	}
	b := tailOf(m.before, 30)
	switch {
	case strings.Contains(b, "減幅") || strings.Contains(b, "減少") || strings.Contains(b, "刪減") || strings.Contains(b, "刪除"):
		m.num = m.num.Neg()
		f.Column = year.String() + " change"
	case strings.Contains(b, "增幅") || strings.Contains(b, "增加") || strings.Contains(b, "開設"):
		f.Column = year.String() + " change"
	}
	if f.Column != "" && w.net && !strings.Contains(b, "淨") {
		f.Column = "" // part of the net change
	}
	if f.Column != "" || w.net && m.num.Sign() < 0 {
		w.mention(l.lineAt(m.at), f, m)
		return
	}
	for rest := m.before; ; {
		date, end := chineseDate(rest)
		if end < 0 {
			break
		}
		f.Column = "at " + date
		w.mention(l.lineAt(m.at), f, m)
		rest = rest[end:]
	}
	if f.Column == "" {
		w.mention(l.lineAt(m.at), f, m)
	}
}

func postsRow(after string) string {
	switch {
	case strings.HasPrefix(after, "首長級"):
		return postsDirectorate
	case strings.HasPrefix(after, "非首長級"):
		return postsNonDirectorate
	case strings.HasPrefix(after, "職位"):
		return postsTotal
	}
	return ""
}

// tailOf gives about the last n characters of a folded text.
func tailOf(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		r = r[len(r)-n:]
	}
	return string(r)
}

// lastFiscal is the last financial year that a text names in words.
func lastFiscal(key string) fiscal {
	var last fiscal
	for {
		y, fits, end := chineseFiscal(key)
		if end < 0 {
			return last
		}
		if fits {
			last = y
		}
		key = key[end:]
	}
}
