package directory

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/db"
)

// PutPost adds a post of version 0, or changes the one of that version, and gives its id.
func (s *Service) PutPost(ctx context.Context, p Post) (PostID, error) {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		if p.Version == 0 {
			p.ID = id.New[PostID](tx.Now())
			_, err := s.putPost(tx, p, Post{})
			return err
		}
		old, err := postByID(tx, p.ID)
		if err != nil {
			return unknown(err, "post")
		}
		if old.Version != p.Version {
			return fault.New(fault.Conflict, "directory.fault.changed")
		}
		_, err = s.putPost(tx, p, old)
		return err
	})
	return p.ID, err
}

func (s *Service) putPost(tx *db.Tx, p, old Post) (change, error) {
	if err := s.mayStaff(tx.Context(), p.Department); err != nil {
		return same, err
	}
	if old.Version != 0 && p.Department != old.Department {
		return same, wrong("department", "post-moves")
	}
	department, err := departmentByCode(tx, p.Department)
	if fault.Is(err, fault.NotFound) {
		return same, wrong("department", "no-department")
	}
	if err != nil {
		return same, err
	}
	if err := p.check(department); err != nil {
		return same, err
	}
	if p.Version = old.Version; p == old {
		return same, nil
	}
	if p.Period != old.Period && old.Version != 0 {
		holders, err := appointmentsOfPost(tx, p.ID)
		if err != nil {
			return same, err
		}
		if err := p.keeps(holders); err != nil {
			return same, err
		}
	}
	if err := touchDepartment(tx, p.Department); err != nil {
		return same, err
	}
	if err := writePost(tx, p); err != nil {
		return same, err
	}
	return became(old.Version), record(tx, "post.put", string(p.ID))
}

// PutOfficer changes an officer's name and e-mail.
func (s *Service) PutOfficer(ctx context.Context, o Officer) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		old, err := s.mayServe(tx, o.ID)
		if err != nil {
			return err
		}
		if old.Version != o.Version {
			return fault.New(fault.Conflict, "directory.fault.changed")
		}
		_, err = s.putOfficer(tx, o, old)
		return err
	})
}

// mayServe gives an officer whose staff manager the actor is: of one of the departments in
// which the officer serves now or later, or served last.
func (s *Service) mayServe(tx *db.Tx, officer OfficerID) (Officer, error) {
	o, err := s.officerByID(tx, officer)
	if err != nil {
		return o, unknown(err, "officer")
	}
	held, err := appointmentsOfOfficer(tx, officer)
	if err != nil {
		return o, err
	}
	refused := fault.New(fault.Forbidden, "directory.fault.not-yours")
	for _, code := range servesIn(held, tx.Now().Day()) {
		if s.mayStaff(tx.Context(), code) == nil {
			return o, nil
		}
	}
	if len(held) == 0 && s.mayKeep(tx.Context()) == nil { // whose only appointment was withdrawn
		return o, nil
	}
	return Officer{}, refused
}

// putOfficer writes name and e-mail; the rest stays as it is.
func (s *Service) putOfficer(tx *db.Tx, o, old Officer) (change, error) {
	o.Account, o.Left, o.Version = old.Account, old.Left, old.Version
	if err := o.check(); err != nil {
		return same, err
	}
	if o == old {
		return same, nil
	}
	if o.Email != old.Email {
		switch other, err := s.officerByEmail(tx, o.Email); {
		case err == nil && other.ID != o.ID:
			return same, wrong("email", "email-taken")
		case err != nil && !fault.Is(err, fault.NotFound):
			return same, err
		}
	}
	if err := s.writeOfficer(tx, o); err != nil {
		return same, err
	}
	return became(old.Version), record(tx, "officer.put", string(o.ID))
}

// Newcomer is who is to be appointed: an officer found by e-mail, or a new one of this name.
type Newcomer struct {
	Email string
	Name  PersonName
}

// Appoint makes an officer hold a post, or act in it. An officer who is not in the directory
// yet is put there.
func (s *Service) Appoint(ctx context.Context, n Newcomer, a Appointment) (Appointment, error) {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		post, err := postByID(tx, a.Post)
		if err != nil {
			return unknown(err, "post")
		}
		if err := s.mayStaff(ctx, post.Department); err != nil {
			return err
		}
		if a.Officer, err = s.newcomer(tx, n); err != nil {
			return err
		}
		a.ID, a.Version = id.New[AppointmentID](tx.Now()), 0
		_, err = s.putAppointment(tx, a, Appointment{})
		return err
	})
	return a, err
}

// newcomer finds an officer by e-mail, or makes one.
func (s *Service) newcomer(tx *db.Tx, n Newcomer) (OfficerID, error) {
	o := Officer{Email: foldEmail(n.Email), Name: n.Name}
	old, err := s.officerByEmail(tx, o.Email)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return old.ID, err
	}
	o.ID = id.New[OfficerID](tx.Now())
	_, err = s.putOfficer(tx, o, Officer{})
	return o.ID, err
}

// putAppointment writes an appointment: a new one, or another period of one.
func (s *Service) putAppointment(tx *db.Tx, a, old Appointment) (change, error) {
	if old.Version != 0 && (a.Post != old.Post || a.Officer != old.Officer || a.Acting != old.Acting) {
		return same, wrong("appointment", "appointment-moves")
	}
	post, err := postByID(tx, a.Post)
	if fault.Is(err, fault.NotFound) {
		return same, wrong("post", "no-post")
	}
	if err != nil {
		return same, err
	}
	a.Department = post.Department
	if err := s.mayStaff(tx.Context(), a.Department); err != nil {
		return same, err
	}
	if a.Version = old.Version; a == old {
		return same, nil
	}
	ofPost, err := appointmentsOfPost(tx, a.Post)
	if err != nil {
		return same, err
	}
	ofOfficer, err := appointmentsOfOfficer(tx, a.Officer)
	if err != nil {
		return same, err
	}
	if err := a.check(post, ofPost, ofOfficer); err != nil {
		return same, err
	}
	if old.Version == 0 || !a.Within(old.Period) { // a shorter one draws nobody away
		for _, code := range a.elsewhere(ofOfficer) {
			if s.mayStaff(tx.Context(), code) != nil {
				return same, wrong("from", "serves-elsewhere")
			}
		}
	}
	if err := s.comesBack(tx, a); err != nil {
		return same, err
	}
	if err := touchPost(tx, a.Post); err != nil {
		return same, err
	}
	if err := writeAppointment(tx, a); err != nil {
		return same, err
	}
	if old.Version != 0 {
		return changed, record(tx, "appointment.put", string(a.ID))
	}
	if err := record(tx, "appointment.put", string(a.ID)); err != nil {
		return same, err
	}
	return added, publish(tx, subjectAppointed, "officer", string(a.Officer), "appointment", string(a.ID),
		"post", string(a.Post), "department", a.Department)
}

// comesBack takes an officer who had left into service again, without the account of old. It
// changes the officer's row in any case, so that two who decide about one officer meet.
func (s *Service) comesBack(tx *db.Tx, a Appointment) error {
	o, err := s.officerByID(tx, a.Officer)
	if err != nil {
		return unknown(err, "officer")
	}
	if o.Left.IsZero() || a.Ended(o.Left.Add(1)) {
		return touchOfficer(tx, a.Officer)
	}
	if !o.Left.Before(a.From) {
		return wrong("from", "leaves")
	}
	o.Left, o.Account = when.Day{}, ""
	return s.writeOfficer(tx, o)
}

// EndAppointment ends an appointment after its last day; one that has not begun is withdrawn
// when that day lies before it.
func (s *Service) EndAppointment(ctx context.Context, appointment AppointmentID, last when.Day) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		old, err := appointmentByID(tx, appointment)
		if err != nil {
			return unknown(err, "appointment")
		}
		if err := s.mayStaff(ctx, old.Department); err != nil {
			return err
		}
		if last.IsZero() {
			return wrong("to", "day")
		}
		if last.Before(old.From) && !old.Begun(tx.Now().Day()) {
			return s.withdraw(tx, old)
		}
		a := old
		a.To = last
		_, err = s.putAppointment(tx, a, old)
		return err
	})
}

func (s *Service) withdraw(tx *db.Tx, a Appointment) error {
	if err := deleteAppointment(tx, a); err != nil {
		return err
	}
	return record(tx, "appointment.withdraw", string(a.ID))
}

// Grant gives an officer a role in a department.
func (s *Service) Grant(ctx context.Context, g Grant) (Grant, error) {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		g.ID, g.Version = id.New[GrantID](tx.Now()), 0
		_, err := s.putGrant(tx, g, Grant{})
		return err
	})
	return g, err
}

// EndGrant ends a role after its last day; one that has not begun is withdrawn when that day
// lies before it.
func (s *Service) EndGrant(ctx context.Context, grant GrantID, last when.Day) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		old, err := grantByID(tx, grant)
		if err != nil {
			return unknown(err, "grant")
		}
		if err := s.mayGrant(tx, old); err != nil {
			return err
		}
		if last.IsZero() {
			return wrong("to", "day")
		}
		if last.Before(old.From) && !old.Begun(tx.Now().Day()) {
			return s.takeBack(tx, old)
		}
		g := old
		g.To = last
		_, err = s.putGrant(tx, g, old)
		return err
	})
}

func (s *Service) takeBack(tx *db.Tx, g Grant) error {
	if err := deleteGrant(tx, g); err != nil {
		return err
	}
	return s.granted(tx, subjectEnded, "role.withdraw", g)
}

// mayGrant asks for the right over the department's staff, and over the role itself.
func (s *Service) mayGrant(tx *db.Tx, g Grant) error {
	if err := s.mayStaff(tx.Context(), g.Department); err != nil {
		return err
	}
	role, known := s.role(g.Role)
	if known && !role.Restricted {
		return nil
	}
	// A role that no part names any more can still be ended, but by those above only.
	return s.Policy.Allow(tx.Context(), "directory.grant-restricted", access.Resource{Type: "Directory", ID: "all"})
}

// putGrant writes a grant: a new one, or another period of one.
func (s *Service) putGrant(tx *db.Tx, g, old Grant) (change, error) {
	if old.Version != 0 && (g.Officer != old.Officer || g.Department != old.Department || g.Role != old.Role) {
		return same, wrong("grant", "grant-moves")
	}
	if _, known := s.role(g.Role); !known && old.Version == 0 {
		return same, wrong("role", "no-role")
	}
	if err := s.mayGrant(tx, g); err != nil {
		return same, err
	}
	if g.Version = old.Version; g == old {
		return same, nil
	}
	others, err := grantsOfOfficer(tx, g.Officer)
	if err != nil {
		return same, err
	}
	held, err := appointmentsOfOfficer(tx, g.Officer)
	if err != nil {
		return same, err
	}
	if err := g.check(others, held); err != nil {
		return same, err
	}
	if err := touchOfficer(tx, g.Officer); err != nil {
		return same, err
	}
	if err := writeGrant(tx, g); err != nil {
		return same, err
	}
	switch {
	case old.Version == 0:
		return added, s.granted(tx, subjectGranted, "role.grant", g)
	case !g.To.IsZero():
		return changed, s.granted(tx, subjectEnded, "role.end", g)
	}
	return changed, s.granted(tx, subjectGranted, "role.grant", g)
}

// granted records and publishes that a role was granted, or that its end was fixed.
func (s *Service) granted(tx *db.Tx, subject, act string, g Grant) error {
	if err := record(tx, act, string(g.ID)); err != nil {
		return err
	}
	return publish(tx, subject, "officer", string(g.Officer), "grant", string(g.ID), "role", g.Role, "department", g.Department)
}
