package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"

	"praya/examples"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/files"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/observe"
	"praya/platform/search"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/contact"
	"praya/subsystems/directory"
	"praya/subsystems/estimates"
	"praya/subsystems/exchange"
	"praya/subsystems/identity"
	"praya/subsystems/ledger"
	"praya/subsystems/performance"
	"praya/subsystems/performance/governance"
	"praya/subsystems/performance/papers"
	"praya/subsystems/performance/votes"
	"praya/subsystems/services"
)

// Praya is the running program.
type Praya struct {
	Config    Config
	DB        *db.DB
	Keys      *sign.Ring
	Files     *files.Store
	Calendar  *calendar.Calendar
	Audit     *audit.Trail
	Events    *events.Bus
	Jobs      *jobs.Queue
	Site      *web.Site
	Directory *directory.Service
	Identity  *identity.Service
	Estimates *estimates.Service
	Cycle     *performance.Service
	IT        *governance.Service
	Votes     *votes.Service
	Papers    *papers.Service
	Ledger    *ledger.Service
	Exchange  *exchange.Service
	Services  *services.Service
	Contact   *contact.Service

	demonstration bool // say so on the front page

	log     *slog.Logger
	health  *observe.Health
	metrics *observe.Metrics
}

// Schemas lists what every part keeps, in the order in which it is made.
func Schemas() []db.Schema {
	return slices.Concat([]db.Schema{
		audit.Schema(), calendar.Schema(), events.Schema(), jobs.Schema(), limits.Schema(), search.Schema(), web.Schema(),
		directory.Schema(), identity.Schema(), estimates.Schema(),
		performance.Schema(), governance.Schema(), votes.Schema(), papers.Schema(),
		ledger.Schema(), exchange.Schema(),
	}, services.Schemas(), contact.Schemas())
}

// Words lists what every part says.
func Words() []words.Source {
	faults, err := fs.Sub(faultFiles, "faults")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return slices.Concat(
		[]words.Source{web.Words(), {Prefix: "app", Files: wordFiles}, {Files: faults}},
		[]words.Source{directory.Words()}, identity.Words(), []words.Source{estimates.Words(), performance.Words(), governance.Words(), votes.Words(), papers.Words(), ledger.Words(), exchange.Words()},
		services.Words(), contact.Words(),
	)
}

// Policies lists who may do what in every part.
func Policies() []access.Source {
	return slices.Concat([]access.Source{
		{Name: "app", Policy: policyText},
		directory.Policy(), identity.Policy(), estimates.Policy(),
		performance.Policy(), governance.Policy(), votes.Policy(), papers.Policy(),
		ledger.Policy(), exchange.Policy(),
	}, services.Policies(), contact.Policies())
}

// Open opens the stores, brings them up to date, and puts every part in its place.
func Open(ctx context.Context, config Config, log *slog.Logger) (*Praya, error) {
	d, err := openDB(ctx, config)
	if err != nil {
		return nil, err
	}
	p := &Praya{Config: config, DB: d, log: log}
	if err := p.wire(who.AsSystem(ctx, who.Production)); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return p, nil
}

func openDB(ctx context.Context, config Config) (*db.DB, error) {
	if err := os.MkdirAll(config.Data, 0o700); err != nil {
		return nil, err
	}
	return db.Open(ctx, db.Config{URL: config.databaseURL()}, when.System)
}

// wire is the whole program in reading order.
func (p *Praya) wire(ctx context.Context) error {
	if _, err := p.DB.Migrate(ctx, Schemas()...); err != nil {
		return err
	}
	book, err := words.New(Words()...)
	if err != nil {
		return err
	}
	policy, err := access.New(Policies()...)
	if err != nil {
		return err
	}
	index, err := search.New(searchScopes()...)
	if err != nil {
		return err
	}
	if err := p.openFolder(); err != nil {
		return err
	}
	if err := p.watch(); err != nil {
		return err
	}
	p.Audit, p.Calendar, p.Jobs = audit.New(p.DB), calendar.New(p.DB), jobs.New(p.DB, p.log)
	if err := p.Calendar.Seed(ctx); err != nil {
		return err
	}
	p.Site, err = web.New(p.Config.web(), web.Parts{
		Words: book, Policy: policy, Log: p.log, Clock: when.System, DB: p.DB, Metrics: p.metrics, Health: p.health,
		People: people{p}, Help: "/contact",
	})
	if err != nil {
		return err
	}
	p.Site.Page("GET /", p.front)
	p.mountOperator()

	// Identity 智方便: accounts, passkeys, and the OpenID Provider that services sign in with.
	p.Identity = &identity.Service{
		DB: p.DB, Keys: p.Keys, Policy: policy, Verifier: identity.Simulation{}, Staff: staff{p}, Rules: p.Config.identity(),
		Words: book, Mail: p.Config.mail(),
		Examples: examples.Files, More: p.moreOfAccount,
	}
	p.Identity.NewProtocol(p.Config.origin(), when.System, p.log)
	p.Identity.Mount(p.Site)
	p.Identity.Jobs(p.Jobs)
	p.register(jobRefresh, p.Identity.Refresh)
	if err := p.Identity.SeedPersonas(ctx); err != nil {
		return err
	}

	// Directory 局和部門: bureaux, departments, posts, officers and their roles.
	p.Directory = &directory.Service{DB: p.DB, Keys: p.Keys, Policy: policy, Accounts: accounts{p}, Roles: slices.Concat(identityRoles(), cycleRoles(), exchangeRoles(), serviceRoles(), contactRoles())}
	p.register(jobRefreshStaff, p.Directory.Refresh)
	for _, realm := range []who.Realm{who.Production, who.Sandbox} { // developers try with the real names
		if err := p.Directory.Seed(who.AsSystem(ctx, realm)); err != nil {
			return err
		}
	}
	p.Directory.Mount(p.Site)
	p.register(directory.JobEndOfficer, p.Directory.EndAccount)

	// Estimates 開支預算: read, check and publish the papers of every head.
	p.Estimates = &estimates.Service{DB: p.DB, Files: p.Files, Index: index, Policy: policy, Limits: p.Config.limits()}
	p.Estimates.Mount(p.Site)
	p.register(estimates.JobYearFile, p.Estimates.MakeYearFile)

	// The yearly cycle 衡量服務表現: initiatives, measures, projects, posts and money, the next paper.
	p.IT = &governance.Service{DB: p.DB, Policy: policy, Departments: bureaux{p}}
	p.IT.Mount(p.Site)
	if err := p.IT.FoldOrders(ctx); err != nil {
		return err
	}
	p.Votes = &votes.Service{DB: p.DB, Policy: policy, Heads: voteHeads{p}}
	p.Votes.Mount(p.Site)
	if err := p.Votes.Seed(ctx); err != nil {
		return err
	}
	p.Cycle = &performance.Service{
		DB: p.DB, Policy: policy, Index: index, Papers: readPapers{p}, Staff: offices{staff{p}}, Votes: p.Votes, IT: p.IT,
	}
	p.Cycle.Mount(p.Site)
	p.Cycle.Reminders = reminders{p}
	p.register(performance.JobTake, p.Cycle.TakeVersion)
	p.register(performance.JobRemind, p.Cycle.Remind)
	p.register(performance.JobRecount, p.Cycle.Recount)
	p.Papers = &papers.Service{
		DB: p.DB, Files: p.Files, Policy: policy, Heads: paperHeads{p}, Material: p.Cycle, Reader: paperReader{}, Posts: postNames{p},
		Reminders: reminders{p},
	}
	p.register(papers.JobReasons, p.Papers.RemindReasons)
	p.Papers.Mount(p.Site)

	// Ledger 共用區塊鏈平台: the transparency log, anchoring, and checking without us.
	p.Ledger = p.newLedger(policy)
	if err := p.Ledger.Seed(ctx); err != nil {
		return err
	}
	p.Ledger.Mount(p.Site)
	p.Ledger.Jobs(p.Jobs)

	// Exchange 授權數據交換閘: data services, consent, the call, and evidence that a person can check.
	p.Exchange = p.newExchange(policy, book)
	if err := p.Exchange.Seed(ctx); err != nil {
		return err
	}
	p.Exchange.Mount(p.Site)
	p.Identity.Agreements = agreements{p}
	p.register(exchange.JobTell, p.Exchange.Tell)
	p.register(exchange.JobRefresh, p.Exchange.Refresh)
	p.register(exchange.JobCDIEvent, p.Exchange.CDIEvent)
	p.register(exchange.JobCDIDelivery, p.Exchange.CDIDelivery)

	// Public services 一網通辦: find, apply, follow, pay, book, and receive what anyone can verify.
	p.Services = p.newServices(policy, book, index)
	if err := p.Services.Open(); err != nil {
		return err
	}
	p.Services.Mount(p.Site)
	p.Services.Jobs(p.Jobs)

	// Contact centre 聯絡中心: calls, cases, referrals, and the targets measured on what happened.
	p.Contact, err = p.newContact(policy, book, index)
	if err != nil {
		return err
	}
	p.Contact.Open()
	p.Contact.Mount(p.Site)
	p.Contact.Jobs(p.Jobs)

	p.register(jobHousekeeping, p.housekeeping)
	p.Events = events.New(p.DB, p.log, slices.Concat(p.Cycle.Consumers(), p.Exchange.CDIConsumers(), p.Services.Consumers(), []events.Consumer{p.Estimates.YearFiles()})...)
	return nil
}

// openFolder opens what stands in the data folder beside the database: blobs and keys.
func (p *Praya) openFolder() error {
	folder, err := files.OpenFolder(p.Config.blobsFolder())
	if err != nil {
		return err
	}
	p.Files = files.New(folder, 0)
	p.Keys, err = sign.OpenRing(p.Config.ringFile(), p.Config.keyFile(), when.System)
	return err
}

// watch registers what the operator can ask about the program's state.
func (p *Praya) watch() error {
	p.health, p.metrics = observe.NewHealth(), observe.NewMetrics()
	p.health.Check("database", func(ctx context.Context) error {
		return p.DB.Read(ctx, func(*db.Tx) error { return nil })
	})
	return errors.Join(
		p.metrics.Gauge("praya_db_wal_bytes", "Size of the write-ahead log.", func() float64 { return float64(p.DB.Stats().WALBytes) }),
		p.metrics.Gauge("praya_db_commits", "Groups committed.", func() float64 { return float64(p.DB.Stats().Commits) }),
		p.metrics.Gauge("praya_db_writes", "Writers in those groups.", func() float64 { return float64(p.DB.Stats().Writes) }),
		p.metrics.Gauge("praya_db_in_use", "Connections or readers in use.", func() float64 { return float64(p.DB.Stats().InUse) }),
	)
}

// register gives a kind of job its handler, and measures it.
func (p *Praya) register(kind string, handle jobs.Handler) {
	p.Jobs.Register(kind, func(ctx context.Context, j jobs.Job, progress *jobs.Progress) error {
		began := when.System()
		err := handle(ctx, j, progress)
		outcome := "done"
		if err != nil {
			outcome = "failed"
		}
		p.metrics.Job(kind, outcome, when.System().Sub(began), err)
		return err
	}, jobs.Options{})
}

// Close waits for what is being done, and closes the stores.
func (p *Praya) Close() error { return p.DB.Close() }

// Serve answers and works in the background until the context ends; then it lets open
// requests finish and gives unfinished jobs back.
func (p *Praya) Serve(ctx context.Context, ready func(public, operator string)) error {
	background, stop := context.WithCancel(who.AsSystem(ctx, who.Production))
	var work sync.WaitGroup
	var errs [8]error
	work.Go(func() { errs[0] = p.Events.Run(background) })
	work.Go(func() { errs[1] = p.Jobs.Run(background) })
	work.Go(func() { errs[2] = p.hourly(background) })
	work.Go(func() { errs[3] = p.Identity.RunLog(background, p.log) })
	work.Go(func() { errs[4] = p.Ledger.Run(background) })
	work.Go(func() { errs[5] = p.Exchange.Run(background) })
	work.Go(func() { errs[6] = p.Services.Run(background) })
	work.Go(func() { errs[7] = p.Contact.Run(background) })
	breathe()
	err := p.Site.Serve(ctx, ready)
	stop()
	work.Wait()
	return errors.Join(err, errs[0], errs[1], errs[2], errs[3], errs[4], errs[5], errs[6], errs[7])
}
