package cases

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/jobs"
)

// JobChase follows the clocks, every 15 minutes. JobTell tells officers of what happened or is late.
const (
	JobChase = "contact.cases.chase"
	JobTell  = "contact.cases.tell"
)

// chaseSlice is how much a transaction of Chase takes.
const chaseSlice = 100

// What is late goes up by a level after each of these.
const (
	lateReferral = 3 * time.Hour // of the centre's own clock
	lateDays     = 5             // working days, of a department's
)

// Chase is that job. Each clock says at which instant it has something to say next; what was said is
// not said again.
func (s *Service) Chase(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
	report := func(done int64) {
		if p != nil {
			p.Report(ctx, done, 0, "")
		}
	}
	var done int64
	for {
		n := 0
		err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = s.chaseSome(tx)
			return err
		})
		if err != nil {
			return err
		}
		done += int64(n)
		report(done)
		if n == 0 {
			break
		}
	}
	return errorsOf(s.eraseOld(ctx), s.sweep(ctx))
}

func (s *Service) chaseSome(tx *db.Tx) (n int, err error) {
	own, err := casesToChase(tx, chaseSlice)
	if err != nil {
		return 0, err
	}
	for _, of := range own {
		if _, err := s.changing(tx, of, func(c *Case) error { return s.chaseCase(tx, c) }); err != nil {
			return 0, err
		}
	}
	theirs, err := referralsToChase(tx, chaseSlice)
	if err != nil {
		return 0, err
	}
	working, err := workingOf(tx)
	if err != nil {
		return 0, err
	}
	for _, t := range theirs {
		err := s.handling(tx, t.id, func(c *Case, r *Referral, _ []Referral) error { return s.chaseReferral(tx, c, r, working) })
		if err != nil {
			return 0, err
		}
	}
	return len(own) + len(theirs), nil
}

// chaseCase is the centre's own clock.
func (s *Service) chaseCase(tx *db.Tx, c *Case) error {
	if c.State != Fresh {
		c.chaseAt = when.Instant{}
		return nil
	}
	if tx.Now().Before(c.ReferDue) {
		c.chaseAt = c.ReferDue
		return tellSoon(tx, tellArgs{What: "to-refer", Case: c.ID, Account: c.Holder, Number: c.steps})
	}
	if c.Late == 0 {
		if err := count(tx, "", "refer-late", c.ID); err != nil {
			return err
		}
	}
	c.Late = min(c.Late+1, topLevel)
	c.chaseAt = when.Instant{}
	if c.Late < topLevel {
		c.chaseAt = tx.Now().Add(lateReferral)
	}
	return errorsOf(
		s.remember(tx, c, Step{What: "refer-late", By: Machine, Level: c.Late}),
		tellSoon(tx, tellArgs{What: "refer-late", Case: c.ID, Level: c.Late, Number: c.steps}),
	)
}

// chaseReferral is a department's clock.
func (s *Service) chaseReferral(tx *db.Tx, c *Case, r *Referral, working when.Calendar) error {
	if !r.State.Open() {
		r.chaseAt = when.Instant{}
		return nil
	}
	if !r.IsLate(tx.Now()) {
		r.chaseAt = r.Due()
		return tellSoon(tx, tellArgs{What: "remind", Case: c.ID, Referral: r.ID, Number: c.steps})
	}
	if r.Late == 0 {
		if err := count(tx, r.Department, "late", c.ID); err != nil {
			return err
		}
	}
	r.Late = min(r.Late+1, topLevel)
	r.chaseAt = when.Instant{}
	if r.Late < topLevel {
		r.chaseAt = endOfDay(working.AddWorking(tx.Now().Day(), lateDays))
	}
	return errorsOf(
		s.remember(tx, c, Step{What: "late", By: Machine, Department: r.Department, Level: r.Late}),
		tellSoon(tx, tellArgs{What: "late", Case: c.ID, Referral: r.ID, Level: r.Late, Number: c.steps}),
	)
}

type tellArgs struct {
	What     string     `json:"what"`
	Case     CaseID     `json:"case"`
	Referral ReferralID `json:"referral,omitempty"`
	Level    int        `json:"level,omitempty"`
	Account  string     `json:"account,omitempty"`
	Number   int64      `json:"number,omitempty"`
}

func (a tellArgs) key() string {
	return string(a.Case) + "." + a.What + "." + string(a.Referral) + "." + strconv.Itoa(a.Level) + "." + strconv.FormatInt(a.Number, 10)
}

// levelRole is who decides at a level.
func levelRole(level int) string {
	return [...]string{AgentRole, SupervisorRole, HeadRole, DirectorRole}[min(max(level, 0), topLevel)]
}

// Tell is the job that tells officers.
func (s *Service) Tell(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var a tellArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return fault.New(fault.Invalid, "cases.fault.order").Because(err)
	}
	var c Case
	var r Referral
	var name lang.Text
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if c, err = oneCase(tx, sqlCase, a.Case); err != nil || a.Referral == "" {
			return err
		}
		if r, err = referralByID(tx, a.Referral); err != nil {
			return err
		}
		d, err := s.Departments.Department(tx, r.Department)
		name = d.Name
		return err
	})
	if err != nil {
		return err
	}
	if a.Level == 0 && (a.What == "remind" || a.What == "referred") && !r.State.Open() {
		return nil // it was done meanwhile
	}
	for _, to := range s.told(a, r) {
		if err := s.tellAll(ctx, j, a, c, r, name, to); err != nil {
			return err
		}
	}
	return nil
}

// addressee is a role in a department, or one account, and the page that they are led to.
type addressee struct{ department, role, account, path string }

func (s *Service) told(a tellArgs, r Referral) (out []addressee) {
	desk, theirs := deskPath+"/cases/"+string(a.Case), referralsPath+"/"+string(a.Referral)
	switch a.What {
	case "referred", "remind", "heard":
		return []addressee{{r.Department, OfficerRole, "", theirs}}
	case "late":
		return []addressee{{r.Department, OfficerRole, "", theirs}, {"", levelRole(a.Level), "", desk}}
	case "replied":
		if a.Account == "" {
			return nil // it stands in the queue of all
		}
		return []addressee{{"", "", a.Account, desk}}
	case "to-refer", "wrote", "sent-files":
		if a.Account != "" {
			return []addressee{{"", "", a.Account, desk}}
		}
		return []addressee{{"", SupervisorRole, "", desk}}
	}
	return []addressee{{"", levelRole(a.Level), "", desk}}
}

func (s *Service) tellAll(ctx context.Context, j jobs.Job, a tellArgs, c Case, r Referral, name lang.Text, to addressee) error {
	accounts := []string{to.account}
	if to.account == "" {
		var err error
		if accounts, err = s.Staff.Officers(ctx, to.department, to.role); err != nil {
			return err
		}
	}
	say := func(part string) lang.Text {
		return s.inAll(func(l lang.Lang) string {
			return s.Words.In(l).T("cases.tell."+a.What+"."+part, "reference", c.Reference, "department", name.In(l), "due", dueOf(a, c, r), "level", int64(a.Level))
		})
	}
	for _, account := range accounts {
		if account == "" {
			continue
		}
		if err := s.People.Tell(ctx, account, j.Kind+"."+j.Key+"."+to.role, to.path, say("title"), say("text")); err != nil {
			return err
		}
	}
	return nil
}

func dueOf(a tellArgs, c Case, r Referral) when.Instant {
	if a.Referral == "" {
		return c.ReferDue
	}
	return r.Due()
}

func (s *Service) inAll(text func(lang.Lang) string) lang.Text {
	return lang.Text{TC: text(lang.TC), EN: text(lang.EN), SC: text(lang.SC)}
}

// workingOf is the calendar by which promises are counted.
func workingOf(tx *db.Tx) (when.Calendar, error) { return calendar.Working(tx) }
