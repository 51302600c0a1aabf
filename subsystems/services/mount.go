package services

import (
	"embed"

	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/services/booking"
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
		forms.Words(), process.Words(), licences.Words(), booking.Words(), line.Words(),
	}
}

// Schemas are what they keep.
func Schemas() []db.Schema {
	return []db.Schema{
		{Owner: "services", Files: schemaFiles},
		process.Schema(), licences.Schema(), booking.Schema(), line.Schema(),
	}
}

// Policies are who may do what.
func Policies() []access.Source {
	return []access.Source{{Name: "services", Policy: policyText}, licences.Policy(), booking.Policy(), line.Policy()}
}

// Open prepares what the use cases need. It is called once, before anything else.
func (s *Service) Open() (err error) {
	if s.facts, err = rule.NewLanguage("answers", "today", "reference"); err != nil {
		return err
	}
	s.Process.Operations = s.operations()
	s.Fees.OnPaid = s.Paid
	return nil
}

// Jobs registers what is done later.
func (s *Service) Jobs(q *jobs.Queue) {
	q.Register(JobTell, s.Tell, jobs.Options{})
	q.Register(JobForget, s.ForgetFile, jobs.Options{})
	q.Register(JobSweep, s.Sweep, jobs.Options{})
	s.Process.Jobs(q)
}

// Mount registers every route.
func (s *Service) Mount(site *web.Site) {
	s.mountPublic(site)
	s.mountOwn(site)
	s.mountDesk(site)
	s.mountKiosk(site)
	s.Licences.Mount(site)
	// s.Booking.Mount(site)
	s.Fees.Mount(site)
	s.Line.Mount(site)
}
