package directory

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

// Holding is an appointment with its officer and its post, for those who administer them.
type Holding struct {
	Appointment
	Holder Officer
	In     Post
}

// PostView is a post with who holds it or acts in it now or later.
type PostView struct {
	Post
	Holders []Holding
}

// OfficerView is an officer with appointments and grants. Of a list it is those in one
// department, of one officer all.
type OfficerView struct {
	Officer
	Appointments []Holding
	Grants       []Grant
}

// since is the day from which a list begins: today, or the beginning of time.
func (s *Service) since(tx *db.Tx, past bool) when.Day {
	if past {
		return when.Day{}
	}
	return tx.Now().Day()
}

// Posts lists a department's posts with their holders, and how many there are; those that
// have ended too, when past is asked for.
func (s *Service) Posts(ctx context.Context, code string, past bool, limit, offset int) (out []PostView, total int, err error) {
	if err := s.mayStaff(ctx, code); err != nil {
		return nil, 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		posts, n, err := postsPage(tx, code, s.since(tx, past), limit, offset)
		if err != nil {
			return err
		}
		total = n
		for _, p := range posts {
			held, err := appointmentsOfPost(tx, p.ID)
			if err != nil {
				return err
			}
			view := PostView{Post: p}
			for _, a := range held {
				if !past && a.Ended(tx.Now().Day()) {
					continue
				}
				o, err := s.officerByID(tx, a.Officer)
				if err != nil {
					return err
				}
				view.Holders = append(view.Holders, Holding{a, o, p})
			}
			out = append(out, view)
		}
		return nil
	})
	return out, total, err
}

// Post gives one post to those who administer its department's staff.
func (s *Service) Post(ctx context.Context, post PostID) (p Post, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if p, err = postByID(tx, post); err != nil {
			return unknown(err, "post")
		}
		return s.mayStaff(ctx, p.Department)
	})
	if err != nil {
		return Post{}, err
	}
	return p, nil
}

// Officers lists who serves in a department now or later, and how many; those of old too,
// when past is asked for.
func (s *Service) Officers(ctx context.Context, code string, past bool, limit, offset int) (out []OfficerView, total int, err error) {
	if err := s.mayStaff(ctx, code); err != nil {
		return nil, 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		all, n, err := s.officersPage(tx, code, s.since(tx, past), limit, offset)
		if err != nil {
			return err
		}
		total = n
		for _, o := range all {
			view, err := viewOf(tx, o, code)
			if err != nil {
				return err
			}
			out = append(out, view)
		}
		return nil
	})
	return out, total, err
}

// viewOf adds an officer's appointments and grants, in one department or in all.
func viewOf(tx *db.Tx, o Officer, code string) (OfficerView, error) {
	view := OfficerView{Officer: o}
	held, err := appointmentsOfOfficer(tx, o.ID)
	if err != nil {
		return view, err
	}
	for _, a := range held {
		if code != "" && a.Department != code {
			continue
		}
		p, err := postByID(tx, a.Post)
		if err != nil {
			return view, err
		}
		view.Appointments = append(view.Appointments, Holding{a, o, p})
	}
	grants, err := grantsOfOfficer(tx, o.ID)
	for _, g := range grants {
		if code == "" || g.Department == code {
			view.Grants = append(view.Grants, g)
		}
	}
	return view, err
}

// Officer gives one officer, with all appointments and grants, to whoever administers them.
func (s *Service) Officer(ctx context.Context, officer OfficerID) (view OfficerView, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		o, err := s.mayServe(tx, officer)
		if err != nil {
			return err
		}
		view, err = viewOf(tx, o, "")
		return err
	})
	return view, err
}

// FindOfficer finds an officer by work e-mail, for whoever administers them. Another
// department's officer is as unknown as nobody.
func (s *Service) FindOfficer(ctx context.Context, email string) (o Officer, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := s.officerByEmail(tx, foldEmail(email))
		if err == nil {
			o, err = s.mayServe(tx, found.ID)
		}
		return err
	})
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return Officer{}, wrong("email", "no-officer")
	}
	return o, err
}

// Holding gives one appointment, to those who administer its department's staff.
func (s *Service) Holding(ctx context.Context, appointment AppointmentID) (h Holding, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if h.Appointment, err = appointmentByID(tx, appointment); err != nil {
			return unknown(err, "appointment")
		}
		if err = s.mayStaff(ctx, h.Department); err != nil {
			return err
		}
		if h.In, err = postByID(tx, h.Appointment.Post); err != nil {
			return err
		}
		h.Holder, err = s.officerByID(tx, h.Officer)
		return err
	})
	if err != nil {
		return Holding{}, err
	}
	return h, nil
}

// Granted gives one grant and its officer, to those who administer its department's staff.
func (s *Service) Granted(ctx context.Context, grant GrantID) (g Grant, o Officer, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if g, err = grantByID(tx, grant); err != nil {
			return unknown(err, "grant")
		}
		if err = s.mayStaff(ctx, g.Department); err != nil {
			return err
		}
		o, err = s.officerByID(tx, g.Officer)
		return err
	})
	if err != nil {
		return Grant{}, Officer{}, err
	}
	return g, o, nil
}
