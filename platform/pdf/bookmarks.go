package pdf

import (
	"fmt"
	"strings"

	"github.com/signintech/gopdf"
)

// bookmarks adds those of the page that is being written; nest makes a tree of
// them in the end.
func (d *Document) bookmarks(page int) {
	for i := range d.marks {
		if m := &d.marks[i]; m.page == page {
			d.ink.SetXY(margin, m.y)
			m.node = &gopdf.OutlineNode{Obj: d.ink.AddOutlineWithPosition(basic(m.title))}
		}
	}
}

func (d *Document) nest() {
	var roots gopdf.OutlineNodes
	var path []bookmark
	for _, m := range d.marks {
		for len(path) > 0 && path[len(path)-1].level >= m.level {
			path = path[:len(path)-1]
		}
		if len(path) == 0 {
			roots = append(roots, m.node)
		} else {
			above := path[len(path)-1].node
			above.Children = append(above.Children, m.node)
		}
		path = append(path, m)
	}
	roots.Parse()
}

// basic keeps what the library can write into titles: characters of the basic
// plane. The others are named.
func basic(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r > 0xFFFF {
			fmt.Fprintf(&b, "[U+%04X]", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
