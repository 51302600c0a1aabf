package directory

import (
	"cmp"
	"slices"
	"strings"

	"praya/kernel/when"
	"praya/kernel/who"
)

// serving is all that an account's duty is made of, as one statement reads it.
type serving struct {
	officer      OfficerID
	appointments []Appointment
	grants       []Grant
}

// duties gives an officer's duties on a day: acting before substantive, the latest first.
// A role belongs to a duty when it was granted in the duty's department.
func (s serving) duties(day when.Day) []who.Duty {
	held := slices.DeleteFunc(slices.Clone(s.appointments), func(a Appointment) bool { return !a.On(day) })
	slices.SortFunc(held, func(a, b Appointment) int {
		if a.Acting != b.Acting {
			if a.Acting {
				return -1
			}
			return 1
		}
		return cmp.Or(b.From.Sub(a.From), cmp.Compare(b.ID, a.ID))
	})
	out := make([]who.Duty, len(held))
	for i, a := range held {
		out[i] = who.Duty{
			Officer: string(s.officer), Department: a.Department, Post: string(a.Post), Acting: a.Acting,
			Roles: s.roles(a.Department, day),
		}
	}
	return out
}

func (s serving) roles(department string, day when.Day) string {
	var names []string
	for _, g := range s.grants {
		if g.Department == department && g.On(day) {
			names = append(names, g.Role)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}
