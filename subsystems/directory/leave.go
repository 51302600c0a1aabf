package directory

import (
	"context"
	"encoding/json"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/jobs"
)

// JobEndOfficer tells the identity subsystem that an account is no officer's any more.
const JobEndOfficer = "directory.end-officer"

// Leave ends an officer's service after the last day: appointments and roles with it, and
// from the day after also what the account may do. What had not begun is withdrawn. It needs
// the right over every department in which the officer serves now or later.
func (s *Service) Leave(ctx context.Context, officer OfficerID, last when.Day) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		o, err := s.mayServe(tx, officer)
		if err != nil {
			return err
		}
		return s.leave(tx, o, last)
	})
}

func (s *Service) leave(tx *db.Tx, o Officer, last when.Day) error {
	if last.IsZero() {
		return wrong("left", "day")
	}
	if !o.Left.IsZero() {
		return wrong("left", "left")
	}
	held, err := appointmentsOfOfficer(tx, o.ID)
	if err != nil {
		return err
	}
	for _, code := range servesIn(held, tx.Now().Day()) {
		if s.mayStaff(tx.Context(), code) != nil {
			return wrong("left", "serves-elsewhere")
		}
	}
	for _, a := range held {
		if err := s.cutAppointment(tx, a, last); err != nil {
			return err
		}
	}
	if err := s.cutGrants(tx, o.ID, last); err != nil {
		return err
	}
	o.Left = last
	if err := s.writeOfficer(tx, o); err != nil {
		return err
	}
	if err := record(tx, "officer.leave", string(o.ID)); err != nil {
		return err
	}
	if err := endLater(tx, o, startOf(last.Add(1))); err != nil {
		return err
	}
	return publish(tx, subjectLeft, "officer", string(o.ID))
}

// cutAppointment ends an appointment with the officer's service. One that began after the
// last day and has begun already says that the day is wrong.
func (s *Service) cutAppointment(tx *db.Tx, a Appointment, last when.Day) error {
	if last.Before(a.From) {
		if a.Begun(tx.Now().Day()) {
			return wrong("left", "served-later")
		}
		return s.withdraw(tx, a)
	}
	if cut := a.cut(last); cut != a.Period {
		a.Period = cut
		if err := touchPost(tx, a.Post); err != nil {
			return err
		}
		return writeAppointment(tx, a)
	}
	return nil
}

func (s *Service) cutGrants(tx *db.Tx, officer OfficerID, last when.Day) error {
	all, err := grantsOfOfficer(tx, officer)
	if err != nil {
		return err
	}
	for _, g := range all {
		switch cut := g.cut(last); {
		case last.Before(g.From):
			err = s.takeBack(tx, g)
		case cut != g.Period:
			g.Period = cut
			if err = writeGrant(tx, g); err == nil {
				err = s.granted(tx, subjectEnded, "role.end", g)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func startOf(d when.Day) when.Instant {
	return when.At(time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, when.HongKong))
}

// ending is what the job needs to know.
type ending struct {
	Officer OfficerID `json:"officer"`
	Account string    `json:"account"`
}

// endLater has the identity subsystem end an officer's account as an officer's.
func endLater(tx *db.Tx, o Officer, at when.Instant) error {
	if o.Account == "" {
		return nil
	}
	args, err := json.Marshal(ending{o.ID, o.Account})
	if err != nil {
		return err
	}
	_, err = jobs.Enqueue(tx, jobs.Job{Kind: JobEndOfficer, Key: string(o.ID) + " " + at.String(), Args: args, RunAt: at})
	return err
}

// EndAccount is the handler of JobEndOfficer. It leaves the account alone when the officer
// serves with it.
func (s *Service) EndAccount(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var e ending
	if err := json.Unmarshal(j.Args, &e); err != nil {
		return fault.New(fault.Invalid, "directory.fault.invalid").Because(err)
	}
	serves := false
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		o, err := s.officerByID(tx, e.Officer)
		serves = err == nil && o.Account == e.Account && !o.Gone(tx.Now().Day())
		return err
	})
	if err != nil || serves || s.Accounts == nil {
		return err
	}
	return s.Accounts.EndOfficer(ctx, e.Account)
}

// Invite gives a link by which an officer makes an account to sign in with.
func (s *Service) Invite(ctx context.Context, officer OfficerID, l lang.Lang) (string, error) {
	if s.Accounts == nil {
		return "", fault.New(fault.Unavailable, "directory.fault.no-accounts")
	}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		o, err := s.mayServe(tx, officer)
		switch {
		case err != nil:
			return err
		case o.Account != "":
			return fault.New(fault.Conflict, "directory.fault.linked")
		case o.Gone(tx.Now().Day()):
			return fault.New(fault.Conflict, "directory.fault.gone")
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	link, err := s.Accounts.InviteOfficer(ctx, string(officer), l)
	if err != nil {
		return "", err
	}
	return link, s.DB.Write(ctx, func(tx *db.Tx) error { return record(tx, "officer.invite", string(officer)) })
}

// LinkAccount ties an account to an officer: the identity subsystem calls it, as the system,
// when an invitation was accepted. Twice the same is once.
func (s *Service) LinkAccount(ctx context.Context, officerID, accountID string) error {
	if err := s.Policy.Allow(ctx, "directory.link", access.Resource{Type: "Directory", ID: "all"}); err != nil {
		return err
	}
	if accountID == "" || len(accountID) > 200 {
		return fault.New(fault.Invalid, "directory.fault.invalid")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		o, err := s.officerByID(tx, OfficerID(officerID))
		switch {
		case err != nil:
			return unknown(err, "officer")
		case o.Account == accountID && !o.Gone(tx.Now().Day()):
			return nil
		case o.Account != "":
			return fault.New(fault.Conflict, "directory.fault.linked")
		case o.Gone(tx.Now().Day()):
			return fault.New(fault.Conflict, "directory.fault.gone")
		}
		if err := s.free(tx, accountID); err != nil {
			return err
		}
		o.Account = accountID
		if err := s.writeOfficer(tx, o); err != nil {
			return err
		}
		return record(tx, "officer.link", officerID)
	})
}

// free refuses an account that belongs to another officer.
func (s *Service) free(tx *db.Tx, account string) error {
	_, err := s.officerByAccount(tx, account)
	switch {
	case err == nil:
		return fault.New(fault.Conflict, "directory.fault.account-taken")
	case fault.Is(err, fault.NotFound):
		return nil
	}
	return err
}

// Unlink takes an account from an officer, because it was lost or is somebody else's; the
// officer is invited anew.
func (s *Service) Unlink(ctx context.Context, officer OfficerID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		o, err := s.mayServe(tx, officer)
		if err != nil || o.Account == "" {
			return err
		}
		if err := endLater(tx, o, tx.Now()); err != nil {
			return err
		}
		o.Account = ""
		if err := s.writeOfficer(tx, o); err != nil {
			return err
		}
		return record(tx, "officer.unlink", string(officer))
	})
}
