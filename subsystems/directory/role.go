package directory

import (
	"regexp"
	"slices"

	"praya/kernel/lang"
)

// Role is what an officer may do in a part of the program, as that part names it. App gives
// the list of them; the directory's own two come first.
type Role struct {
	Name      string    // "case-officer": lower case, no spaces; policies know it by this
	Label     lang.Text // for people
	Subsystem string    // whose role it is
	// Restricted roles are granted by a directory keeper, or by whoever runs the program.
	Restricted bool
}

// The directory's own roles.
const (
	StaffManager    = "staff-manager"    // administers their own department's staff
	DirectoryKeeper = "directory-keeper" // administers departments, and everybody's staff
)

func ownRoles() []Role {
	return []Role{
		{StaffManager, lang.Text{TC: "人事管理員", EN: "Staff manager", SC: "人事管理员"}, "directory", true},
		{DirectoryKeeper, lang.Text{TC: "機構名錄管理員", EN: "Directory keeper", SC: "机构名录管理员"}, "directory", true},
	}
}

// roleForm: names travel in who.Duty with spaces between them.
var roleForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// role gives a role by its name.
func (s *Service) role(name string) (Role, bool) {
	all := s.AllRoles()
	i := slices.IndexFunc(all, func(r Role) bool { return r.Name == name })
	if i < 0 || !roleForm.MatchString(name) {
		return Role{}, false
	}
	return all[i], true
}

// AllRoles lists every role that can be granted.
func (s *Service) AllRoles() []Role { return append(ownRoles(), s.Roles...) }

// GrantID names a grant.
type GrantID string

// Grant says that an officer has a role in a department. Version is 0 for a new one.
type Grant struct {
	ID         GrantID
	Officer    OfficerID
	Department string
	Role       string
	Period
	Version int64
}

// check finds what is wrong with a grant: by itself, beside the officer's other grants, and
// whether the officer serves in the department at all.
func (g Grant) check(ofOfficer []Grant, appointments []Appointment) error {
	var w wrongs
	switch {
	case g.From.IsZero():
		w.add("from", "day")
	case !g.Ordered():
		w.add("to", "order")
	case slices.ContainsFunc(ofOfficer, func(h Grant) bool {
		return h.ID != g.ID && h.Role == g.Role && h.Department == g.Department && g.Overlaps(h.Period)
	}):
		w.add("role", "granted")
	case !slices.ContainsFunc(appointments, func(a Appointment) bool {
		return a.Department == g.Department && a.Overlaps(g.Period)
	}):
		w.add("department", "not-serving")
	}
	return w.err()
}
