package votes

import (
	"context"

	"praya/kernel/lang"
)

// Head is what this folder must know of a head.
type Head struct {
	Department string // the directory's code of the department that answers for it
	Name       lang.Text
}

// Heads tells of heads. A fault of kind NotFound is a head that nobody knows.
type Heads interface {
	Head(ctx context.Context, head string) (Head, error)
}

// Officers labels an officer for colleagues, by the id that the directory gave: the post held,
// say. It may be absent; then the id is shown.
type Officers interface {
	Label(ctx context.Context, officer string, l lang.Lang) string
}
