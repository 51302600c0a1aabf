package services

import (
	"context"
	"embed"
	"time"

	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/jobs"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/fees"
	"praya/subsystems/services/forms"
	"praya/subsystems/services/licences"
	"praya/subsystems/services/line"
	"praya/subsystems/services/process"
	"praya/subsystems/services/rule"
)

//go:embed words/*.json
var wordFiles embed.FS

//go:embed schema/*.sql
var schemaFiles embed.FS

//go:embed policy.cedar
var policyText string

// Words is what this part and its packages say.
func Words() []words.Source {
	return []words.Source{
		{Prefix: "services", Files: wordFiles},
		forms.Words(), process.Words(), licences.Words(), booking.Words(), fees.Words(), line.Words(),
	}
}

// Schemas are what they keep.
func Schemas() []db.Schema {
	return []db.Schema{
		{Owner: "services", Files: schemaFiles},
		process.Schema(), licences.Schema(), booking.Schema(), fees.Schema(), line.Schema(),
	}
}

// Policies are who may do what.
func Policies() []access.Source {
	return []access.Source{{Name: "services", Policy: policyText}, licences.Policy(), booking.Policy(), fees.Policy(), line.Policy()}
}

// Open prepares what the use cases need. It is called once, before anything else.
func (s *Service) Open() (err error) {
	if err := s.prepare(); err != nil {
		return err
	}
	s.Fees.OnPaid = s.Paid
	s.Fees.CasePath = func(id string) string { return casePath(ApplicationID(id)) }
	return nil
}

// Jobs registers what is done later.
func (s *Service) Jobs(q *jobs.Queue) {
	q.Register(JobTell, s.Tell, jobs.Options{})
	q.Register(JobForget, s.ForgetFile, jobs.Options{})
	q.Register(JobSweep, s.Sweep, jobs.Options{})
	q.Register(JobRefresh, s.Refresh, jobs.Options{})
	s.Process.Jobs(q)
	s.Fees.Jobs(q)
	q.Register(licences.JobRemind, s.Licences.Remind, jobs.Options{})
	q.Register(licences.JobRefresh, s.Licences.Refresh, jobs.Options{})
	q.Register(booking.JobTell, s.Booking.Tell, jobs.Options{})
	q.Register(booking.JobClose, s.Booking.Close, jobs.Options{})
	q.Register(booking.JobRefresh, s.Booking.Refresh, jobs.Options{})
}

// prepare is what checking a bundle needs.
func (s *Service) prepare() (err error) {
	s.facts, err = rule.NewLanguage("answers", "today", "reference")
	s.Process.Operations = s.operations()
	return err
}

// Consumers hear what becomes of bookings on their own pages.
func (s *Service) Consumers() []events.Consumer {
	return []events.Consumer{{Name: "services.bookings", Subjects: []string{"services.booking.cancelled", "services.booking.moved"}, Handle: s.hearBooking}}
}

// Run moves the waiting lines until the context ends.
func (s *Service) Run(ctx context.Context) error {
	for {
		for _, realm := range []who.Realm{who.Production, who.Sandbox} {
			if err := s.Line.Tick(who.AsSystem(ctx, realm)); err != nil && ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "line", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(tick):
		}
	}
}

// tick is how often lines move by themselves.
const tick = 3 * time.Second

// Mount registers every route.
func (s *Service) Mount(site *web.Site) {
	s.mountPublic(site)
	s.mountOwn(site)
	s.mountDesk(site)
	s.mountKiosk(site)
	s.Licences.Mount(site)
	s.Booking.Mount(site)
	s.Fees.Mount(site)
	s.Line.Mount(site)
}
