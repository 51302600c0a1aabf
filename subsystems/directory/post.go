package directory

import "praya/kernel/lang"

// PostID names a post.
type PostID string

// Post is one place for an officer in a department. Version is 0 for a new one.
type Post struct {
	ID         PostID    `json:"id"`
	Department string    `json:"department"`
	Title      lang.Text `json:"title"`
	Rank       string    `json:"rank,omitempty" doc:"As the grade writes it"`
	Listed     bool      `json:"-"` // the public sees its title
	Period
	Version int64 `json:"-"`
}

// check finds what is wrong with a post by itself, and in its department.
func (p Post) check(in Department) error {
	var w wrongs
	w.allThree(p.Title, "")
	w.text(p.Title, "", longestName)
	w.need(line(p.Rank, longestLine), "rank", "line")
	if w.need(!p.From.IsZero(), "from", "day") && w.need(p.Ordered(), "to", "order") {
		switch {
		case p.From.Before(in.From):
			w.add("from", "before-department")
		case !p.Within(in.Period):
			w.add("to", "after-department")
		}
	}
	return w.err()
}

// keeps finds an appointment that a post's new period would leave outside.
func (p Post) keeps(appointments []Appointment) error {
	for _, a := range appointments {
		switch {
		case a.From.Before(p.From):
			return wrong("from", "holders")
		case !a.Within(p.Period):
			return wrong("to", "holders")
		}
	}
	return nil
}
