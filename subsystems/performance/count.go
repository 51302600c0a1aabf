package performance

import (
	"encoding/json"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/jobs"
)

// JobTake reads a version of the Estimates into the cycle.
const JobTake = "performance.take"

// Consumers are what the cycle listens to: papers that were imported, and the facts that
// computed measures count.
func (s *Service) Consumers() []events.Consumer {
	return []events.Consumer{
		{Name: "performance.papers", Subjects: []string{subjectImported}, Handle: enqueueTake},
		{Name: "performance.cases", Subjects: []string{
			"performance.project.returned", "performance.return.withdrawn", "performance.plan.filed",
			"performance.plan.withdrawn", "performance.work.recorded", "performance.level.judged",
			"performance.payment.posted", "performance.provision.changed", "performance.posts.changed",
		}, Handle: countEvent},
		{Name: "performance.calls", Subjects: []string{subjectQuarter}, Handle: countQuarter},
	}
}

func enqueueTake(tx *db.Tx, e events.Event) error {
	var v struct{ Version, Source string }
	if err := json.Unmarshal(e.Data, &v); err != nil {
		return err
	}
	if v.Source != "paper" {
		return nil
	}
	_, err := jobs.Enqueue(tx, jobs.Job{Kind: JobTake, Key: v.Version, Args: e.Data})
	return err
}

// fact is what the events carry, all kinds in one.
type fact struct {
	Project, Plan, Kind, Order, Year, Value, Level string
	Department                                     string
	Day, From, To                                  when.Day
	PeriodTo                                       when.Day `json:"period_to"`
	OnSchedule                                     bool     `json:"on_schedule"`
	InBudget                                       bool     `json:"in_budget"`
	ToSpecification                                bool     `json:"to_specification"`
	WithBenefits                                   bool     `json:"with_benefits"`
	Outsourced, Met, Withdrawn                     bool

	Head, Subhead, Item, Thousands, Entry string // of money
	Programme, Change                     string // of posts
	Delta                                 int32
	Before, Opening                       bool
}

// countEvent turns a fact into cases, and computes anew what counts them.
func countEvent(tx *db.Tx, e events.Event) error {
	var f fact
	if err := json.Unmarshal(e.Data, &f); err != nil {
		return err
	}
	put, drop, err := f.cases(e.Subject)
	if err != nil {
		return err
	}
	touched := map[string][]Case{}
	for _, c := range append(put, drop...) { // what it counted as before counts no longer
		day, known, err := dropCase(tx, c.Stream, c.ID)
		if err != nil {
			return err
		}
		if known {
			was := c
			was.Day = day
			touched[countedIn(c.Stream)] = append(touched[countedIn(c.Stream)], was)
		}
	}
	for _, c := range put {
		if err := putCase(tx, c); err != nil {
			return err
		}
		touched[countedIn(c.Stream)] = append(touched[countedIn(c.Stream)], c)
	}
	for _, st := range Streams() { // in their order
		if of, ok := touched[st.Name]; ok {
			if err := recount(tx, st.Name, of); err != nil {
				return err
			}
		}
	}
	return nil
}

// cases are what a fact adds to the streams, and takes out of them.
func (f fact) cases(subject string) (put, drop []Case, err error) {
	switch subject {
	case "performance.project.returned":
		path := "/governance/projects/" + f.Project
		for stream, good := range map[string]bool{
			OnSchedule: f.OnSchedule, InBudget: f.InBudget, ToSpecification: f.ToSpecification, WithBenefits: f.WithBenefits,
		} {
			put = append(put, Case{Stream: stream, ID: f.Project, Day: f.Day, Good: good, Path: path})
		}
	case "performance.return.withdrawn":
		for _, stream := range []string{OnSchedule, InBudget, ToSpecification, WithBenefits} {
			drop = append(drop, Case{Stream: stream, ID: f.Project})
		}
	case "performance.plan.filed":
		stream := Plans
		if f.Kind != "it-plan" {
			stream = Strategies
		}
		put = append(put, Case{Stream: stream, ID: f.Plan, Whose: f.Department, Day: f.From, Until: f.To, Good: true, Path: "/governance/plans/" + f.Plan})
	case "performance.plan.withdrawn":
		drop = append(drop, Case{Stream: Plans, ID: f.Plan}, Case{Stream: Strategies, ID: f.Plan})
	case "performance.level.judged":
		put = append(put, Case{Stream: Levels, ID: f.Level + "/" + f.PeriodTo.String(), Day: f.PeriodTo, Good: f.Met, Path: "/governance/levels/" + f.Level})
	case "performance.work.recorded":
		return f.work()
	case "performance.payment.posted", "performance.provision.changed":
		return f.money(subject)
	case "performance.posts.changed":
		c := Case{
			Stream: Posts, ID: f.Change, Whose: f.Head + "/" + f.Programme, Day: f.Day, Good: true, Amount: money.Int(f.Delta),
			Path: "/votes/" + f.Head + "/posts?day=" + f.Day.String(),
		}
		if f.Opening {
			c.Stream = opened
		}
		put = append(put, c)
	}
	return put, drop, nil
}

// money is a payment, or a change of what may be spent.
func (f fact) money(subject string) (put, drop []Case, err error) {
	amount, err := money.Parse(f.Thousands)
	c := Case{
		Stream: Spending, ID: f.Entry, Whose: f.Head + "/" + f.Subhead, Day: f.Day, Good: true, Amount: amount,
		Path: "/votes/" + f.Head + "/subheads/" + f.Subhead + "?year=" + f.Day.FinancialYear().String(),
	}
	if f.Item != "" {
		c.Whose += "/" + f.Item
		c.Path = commitmentPath(f.Head, f.Item)
	}
	switch {
	case subject == "performance.payment.posted":
	case f.Before:
		c.Stream = earlier
	case f.Item != "":
		c.Stream = approved
	default:
		c.Stream = provided
	}
	return []Case{c}, nil, err
}

// work is a piece of IT work, done in-house or by contract.
func (f fact) work() (put, drop []Case, err error) {
	amount, err := money.Parse(f.Value)
	if err != nil {
		return nil, nil, err
	}
	y, err := when.ParseFinancialYear(f.Year)
	if err != nil {
		return nil, nil, err
	}
	c := Case{Stream: Work, ID: f.Order, Day: when.Day{Year: int(y) + 1, Month: 3, Date: 31}, Good: true, Amount: amount, Path: "/governance/work/" + f.Order}
	put = append(put, c)
	c.Stream = Outsourced
	if f.Outsourced {
		put = append(put, c)
	} else {
		drop = append(drop, c)
	}
	return put, drop, nil
}

// recount computes the measures of a stream anew for the periods that cases belong to; what
// gathers, for those since too.
func recount(tx *db.Tx, stream string, of []Case) error {
	all, err := measuresOfStream(tx, stream)
	if err != nil {
		return err
	}
	for _, m := range all {
		done := map[string]bool{}
		for _, c := range of {
			if !m.concerns(c) {
				continue
			}
			for _, period := range m.periodsOf(c.Day, tx.Now().Day()) {
				if done[period] {
					continue
				}
				done[period] = true
				if err := compute(tx, m, period); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// periodsOf are the periods whose values a case of a day moves.
func (m Measure) periodsOf(day, today when.Day) (out []string) {
	last := m.Period.Of(today)
	switch {
	case m.Formula == Held:
		return []string{last}
	case !m.gathers() && m.Stream != Posts:
		return []string{m.Period.Of(day)}
	case today.Before(day):
		return nil // planned, and counted when its day comes
	case !m.gathers():
		return []string{m.Period.Of(day)}
	}
	for period := m.Period.Of(day); ; {
		out = append(out, period)
		_, to, err := m.Period.Span(period)
		if err != nil || period == last {
			return out
		}
		period = m.Period.Of(to.Add(1))
	}
}

// countToday computes anew what a day changes by itself: who holds a plan, and posts whose day
// came. What was never counted is not begun here: not entered is not zero.
func countToday(tx *db.Tx) error {
	for _, st := range Streams() {
		all, err := measuresOfStream(tx, st.Name)
		if err != nil {
			return err
		}
		for _, m := range all {
			if !m.gathers() && m.Stream != Posts {
				continue
			}
			known, err := values(tx, m.ID)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(known, func(v Value) bool { return v.How == Computed }) {
				continue
			}
			if err := compute(tx, m, m.Period.Of(tx.Now().Day())); err != nil {
				return err
			}
		}
	}
	return nil
}

// firstCount computes a measure that is new, or counts something else from now on, for this period
// and the last, where there is anything to count.
func firstCount(tx *db.Tx, m Measure) error {
	today := tx.Now().Day()
	for _, period := range []string{m.Period.Before(today), m.Period.Of(today)} {
		of, err := counted(tx, m, period)
		if err != nil {
			return err
		}
		if len(of) == 0 {
			continue
		}
		if err := compute(tx, m, period); err != nil {
			return err
		}
	}
	return nil
}

// mostCases bounds what one value may count.
const mostCases = 200_000

// counted are the cases of a measure's period.
func counted(tx *db.Tx, m Measure, period string) ([]Case, error) {
	from, to, err := m.Period.Span(period)
	if err != nil {
		return nil, err
	}
	since := from
	if m.gathers() {
		since = when.Day{Year: 1900, Month: 1, Date: 1}
	}
	if today := tx.Now().Day(); today.Before(to) && (m.gathers() || m.Stream == Posts) {
		to = today // what stands today, while the year still runs
	}
	var out []Case
	for _, stream := range m.streams() {
		all, err := cases(tx, stream, since, to, mostCases)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			if m.belongs(c, since, to) {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// compute gives a period the value that its cases make, as a new revision when it differs.
// What a paper printed or officers confirmed of that period stays, and the computed figure
// waits beside it for an officer.
func compute(tx *db.Tx, m Measure, period string) error {
	of, err := counted(tx, m, period)
	if err != nil {
		return err
	}
	r, err := m.reckon(of)
	if fault.Is(err, fault.NotFound) {
		return emptied(tx, m, period)
	}
	if err != nil {
		return err
	}
	known, err := values(tx, m.ID)
	if err != nil {
		return err
	}
	v := Value{
		ID: id.New[string](tx.Now()), Measure: m.ID, Period: period, Role: Actual, Value: r.value, Numerator: &r.numerator,
		Denominator: r.denominator, How: Computed, Source: m.Stream, State: Confirmed, GivenBy: "cases", GivenAt: tx.Now(),
		DecidedBy: "cases", DecidedAt: tx.Now(),
	}
	if last, ok := lastOf(known, period, Actual); ok {
		if m.flows() && last.How == Computed && last.State == Confirmed && last.GivenAt.Day() == tx.Now().Day() {
			return rewriteValue(tx, last.ID, v)
		}
		if last.How == Computed && last.Value.Cmp(v.Value) == 0 && amountText(last.Denominator) == amountText(v.Denominator) &&
			amountText(last.Numerator) == amountText(v.Numerator) {
			return nil
		}
		v.Revision, v.Why = last.Revision+1, "recounted"
		if last.How != Computed {
			v.State, v.DecidedBy, v.DecidedAt = AwaitsEyes, "", when.Instant{}
		}
	}
	return insertValue(tx, v)
}

// emptied takes a computed value back whose last case was withdrawn: of no cases there is no share.
func emptied(tx *db.Tx, m Measure, period string) error {
	known, err := values(tx, m.ID)
	if err != nil {
		return err
	}
	last, ok := lastOf(known, period, Actual)
	if !ok || last.How != Computed || last.State != Confirmed {
		return nil
	}
	last.State, last.DecidedBy, last.DecidedAt = Refused, "cases", tx.Now()
	return decideValue(tx, last)
}
