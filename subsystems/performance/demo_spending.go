package performance

import (
	"context"
	"slices"

	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/subsystems/performance/votes"
)

// demoMeasures defines two measures that count what the votes publish, and ties them to the
// promises that the same money carries.
func demoMeasures(tx *db.Tx) error {
	known, err := measures(tx, "47")
	if err != nil {
		return err
	}
	all, err := rows(demoFiles, "demo/measures.csv")
	if err != nil {
		return err
	}
	for n, r := range all {
		if slices.ContainsFunc(known, func(m Measure) bool { return sameWords(m.Name.TC, r["tc"]) }) {
			continue
		}
		m := Measure{
			ID: id.New[MeasureID](tx.Now()), Head: "47", Year: demoBefore, Kind: Indicator, Place: n + 1,
			Name:       lang.Text{TC: r["tc"], EN: r["en"], SC: r["sc"]},
			Definition: lang.Text{TC: r["definition_tc"], EN: r["definition_en"], SC: r["definition_sc"]},
			Numerator:  r["numerator_tc"], Denominator: r["denominator_tc"], Unit: r["unit"], Places: atoi(r["places"]), Period: Financial,
			Direction: Flat, Stream: r["stream"], Formula: Formula(r["formula"]), Line: r["line"], Days: defaultDays, Department: demoDepartment,
			State: MeasurePublished,
		}
		if err := writeMeasure(tx, m); err != nil {
			return err
		}
		carried, err := db.List(tx, scanInitiative, sqlInitiativesOfCarrier, tx.Realm(), m.Head, ByCommitment, r["money"])
		if err != nil {
			return err
		}
		for _, i := range carried {
			if err := use(tx, i.ID, m.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// loadPayments pays what the invented year has spent by today: a twelfth of every component a
// month, and grants out of commitments. A year that has payments stays as it is.
func (s *Service) loadPayments(ctx context.Context) error {
	o, err := s.Votes.Overview(ctx, "47", demoYear)
	if err != nil || slices.ContainsFunc(o.Subheads, func(x votes.SubheadView) bool { return x.Spent != nil }) {
		return err
	}
	var all []votes.Payments
	for _, m := range votes.MonthsOf(demoYear) {
		monthly, err := demoMonth(o.Book, m)
		if err != nil {
			return err
		}
		all = append(all, monthly)
	}
	grants, err := demoGrants()
	if err != nil {
		return err
	}
	for _, p := range append(all, grants...) {
		if s.today().Before(p.Payments[0].Day) {
			continue
		}
		if err := s.asked(ctx, p, ""); err != nil {
			return err
		}
	}
	return s.demoYearEnd(ctx)
}

// demoYearEnd closes the first two months, and revises one subhead with an explanation: what the
// pages then say of a closed month and of a variance.
func (s *Service) demoYearEnd(ctx context.Context) error {
	for _, m := range votes.MonthsOf(demoYear)[:2] {
		if votes.MonthOf(s.today()) <= m {
			return nil
		}
		if err := s.Votes.SetPeriod(demoPost(ctx, "checker", votes.ApproverRole), "47", m, true, 0, "示範：月結"); err != nil {
			return err
		}
	}
	was, err := s.Votes.Figure(ctx, "47", votes.Subheads, "661", demoYear, votes.Revised)
	if err != nil || was != nil {
		return err
	}
	return s.asked(ctx, votes.EstimateChange{
		Kind: votes.Subheads, Code: "661", Year: demoYear, Phase: votes.Revised, Thousands: money.Int(3500),
		Explanation: "示範：部分器材改為租用（虛構）",
	}, "")
}

// demoMonth is a twelfth of every component of subhead 000, paid on a month's 28th.
func demoMonth(b votes.Book, m votes.Month) (out votes.Payments, err error) {
	day, err := when.ParseDay(string(m) + "-28")
	if err != nil {
		return out, err
	}
	for _, c := range b.Components {
		if c.Thousands.Estimate == nil {
			continue
		}
		twelfth, err := c.Thousands.Estimate.Quo(money.Int(12), 0)
		if err != nil {
			return out, err
		}
		cents, err := votes.CentsOfThousands(twelfth)
		if err != nil {
			return out, err
		}
		if cents > 0 {
			out.Payments = append(out.Payments, votes.Payment{
				Day: day, Subhead: votes.Recurrent, Component: c.Code, Cents: cents, Text: "示範：虛構的每月支出",
			})
		}
	}
	return out, nil
}

func demoGrants() (out []votes.Payments, err error) {
	all, err := rows(demoFiles, "demo/payments.csv")
	for _, r := range all {
		day, err := when.ParseDay(r["day"])
		if err != nil {
			return nil, err
		}
		d, err := money.Parse(r["dollars"])
		if err != nil {
			return nil, err
		}
		cents, err := votes.CentsOf(d)
		if err != nil {
			return nil, err
		}
		out = append(out, votes.Payments{Payments: []votes.Payment{{Day: day, Subhead: r["subhead"], Item: r["item"], Cents: cents, Text: r["text"]}}})
	}
	return out, err
}
