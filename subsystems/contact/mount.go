package contact

import (
	"embed"
	"time"

	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/knowledge"
	"praya/subsystems/contact/queue"
	"praya/subsystems/contact/triage"
)

//go:embed words/*.json
var wordFiles embed.FS

//go:embed schema/*.sql
var schemaFiles embed.FS

//go:embed policy.cedar
var policyText string

// Words is what this part and its packages say.
func Words() []words.Source {
	return []words.Source{{Prefix: "contact", Files: wordFiles}, queue.Words(), cases.Words(), knowledge.Words(), triage.Words()}
}

// Schemas are what they keep.
func Schemas() []db.Schema {
	return []db.Schema{{Owner: "contact", Files: schemaFiles}, queue.Schema(), cases.Schema(), knowledge.Schema(), triage.Schema()}
}

// Policies are who may do what.
func Policies() []access.Source {
	return []access.Source{{Name: "contact", Policy: policyText}, queue.Policy(), cases.Policy(), knowledge.Policy(), triage.Policy()}
}

// Jobs registers what is done later.
func (s *Service) Jobs(q *jobs.Queue) {
	q.Register(JobForget, s.Forget, jobs.Options{})
	q.Register(JobSend, s.Send, jobs.Options{})
	q.Register(cases.JobChase, s.Cases.Chase, jobs.Options{})
	q.Register(cases.JobTell, s.Cases.Tell, jobs.Options{})
	q.Register(cases.JobRefresh, s.Cases.Refresh, jobs.Options{})
	q.Register(queue.JobRefresh, s.Queue.Refresh, jobs.Options{})
	q.Register(knowledge.JobReview, s.Knowledge.Remind, jobs.Options{})
	q.Register(triage.JobTrain, s.Triage.Retrain, jobs.Options{})
	q.Register(triage.JobRefresh, s.Triage.Refresh, jobs.Options{})
	q.Register(queue.JobForget, s.Queue.Forget, jobs.Options{})
}

const (
	consolePath    = "/contact/console"
	recordingsPath = "/contact/recordings"
)

// maxOffer bounds what a browser's telephone says of itself.
const maxOffer = 64 << 10

// More leads from an officer's account to what they do here.
func (s *Service) More(v *web.Visit) (out []web.Task) {
	duty := v.Actor().Duty
	add := func(in bool, key, path string) {
		if in {
			out = append(out, web.Task{Text: v.T("contact.more." + key), Hint: v.T("contact.more." + key + "-text"), Path: path})
		}
	}
	agent, head := duty.In(cases.AgentRole), duty.In(cases.SupervisorRole)
	add(agent || head, "console", consolePath)
	add(agent || head || duty.In(cases.HeadRole) || duty.In(cases.DirectorRole), "desk", "/contact/desk")
	add(head, "board", "/contact/board")
	add(head, "triage", "/contact/triage")
	add(agent || head, "knowledge", "/contact/knowledge")
	add(duty.In(knowledge.EditorRole), "articles", "/contact/knowledge/desk")
	add(duty.In(cases.OfficerRole) || duty.In(cases.ReplierRole), "referrals", "/contact/referrals")
	if v.Actor().Kind == who.Person {
		out = append(out, web.Task{Text: v.T("contact.more.own"), Hint: v.T("contact.more.own-text"), Path: "/me/cases"})
	}
	return out
}

// Mount puts this part's pages on the site.
func (s *Service) Mount(site *web.Site) {
	s.Cases.Mount(site)
	s.Queue.Mount(site)
	s.Knowledge.Mount(site)
	s.Triage.Mount(site)
	page := func(pattern string, h web.Handler, opts ...web.Option) {
		site.Page(pattern, h, append(opts, web.Secret())...)
	}
	page("GET "+consolePath, s.showConsole)
	page("GET "+consolePath+"/now", s.showNow)
	page("POST "+consolePath+"/phone", s.connectPhone, web.Body(maxOffer), web.Patience(30*time.Second))
	page("POST "+consolePath+"/state", s.chooseState)
	for path, do := range map[string]web.Handler{"/answer": s.pressed(s.Answer), "/hold": s.pressed(s.Hold), "/end": s.pressed(s.HangUp), "/transfer": s.pressed(s.Transfer)} {
		page("POST "+consolePath+path, do)
	}
	page("POST "+consolePath+"/conference", s.conference, web.Patience(time.Minute))
	page("POST "+consolePath+"/written", s.write)
	page("GET /contact/desk/cases/{id}/article", s.articleForm)
	page("POST /contact/desk/cases/{id}/article", s.articleForm)
	page("GET "+consolePath+"/telephone", s.showTelephone)
	page("POST "+consolePath+"/telephone", s.changeTelephone)
	page("GET "+recordingsPath+"/{id}", s.listen)
}
