package fees

import (
	"net/http"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/web"
)

func (f face) why() web.Question {
	return web.Question{As: web.AsLines, Field: web.Field{Name: "why", Label: f.T("fees.col.why"), Hint: f.T("fees.do.why-hint"), MaxLength: mostReason}}
}

// askRefund asks how much is to go back, and why.
func (s *Service) askRefund(v *web.Visit) error {
	f := face{v, s}
	a, err := s.Inspect(v.Context(), BillID(v.PathValue("id")))
	if err != nil {
		return err
	}
	b := a.Bill
	if err := s.may(v.Context(), "fees.refund", b.Department); err != nil {
		return err
	}
	here := deskPath + "/bills/" + string(b.ID)
	return v.Ask(web.Questions{
		Title: v.T("fees.do.refund.title"), Lead: v.T("fees.do.refund.lead", "amount", f.money(b.Cents-b.Refunded)), Submit: v.T("fees.do.refund.submit"), Back: here,
		Asked: []web.Question{
			{Field: web.Field{Name: "amount", Label: v.T("fees.do.refund.amount"), Hint: v.T("fees.do.refund.amount-hint"), Inputmode: "decimal", Width: "short", MaxLength: 15}}, f.why(),
		},
		Given: web.Given("amount", Dollars(b.Cents-b.Refunded)),
		Act: func(x *web.Answers) (string, string, error) {
			var cents int64
			if amount := x.Decimal("amount", "fees.fault.amount"); !x.Bad() {
				two, atErr := amount.At(2)
				if x.Need(atErr == nil, "amount", "fees.fault.amount") {
					cents = two.Coef()
				}
			}
			why := x.Words("why")
			x.Need(why != "", "why", "fees.fault.reason")
			if x.Bad() {
				return "", "", nil
			}
			return here, v.T("fees.do.refund.done"), s.do(v.Context(), "fees.refund", b.Department, func(tx *db.Tx, by string) error {
				_, err := s.Refund(tx, b.ID, cents, why, by)
				return err
			})
		},
	})
}

// askDecision shows a refund, and asks whoever did not propose it.
func (s *Service) askDecision(v *web.Visit) error {
	f := face{v, s}
	r, b, err := s.RefundByID(v.Context(), RefundID(v.PathValue("id")))
	if err != nil {
		return err
	}
	own := r.ProposedBy == v.Actor().Duty.Officer
	about := f.refundEntries(r, b)
	if r.State != Proposed || own || !v.Can("fees.approve", resourceOf(r.Department)) {
		parts := []templ.Component{about}
		if r.State == Proposed {
			key := "fees.do.decide.other"
			if own {
				key = "fees.do.decide.own"
			}
			parts = append(parts, sentence(v.T(key)))
		}
		if err := s.refuseDecision(v, r); err != nil {
			return err
		}
		return v.Render(web.Page{Title: v.T("fees.do.decide.title"), Lead: b.Reference, Crumbs: f.deskCrumbs(), Secret: true}, stack(parts))
	}
	return v.Ask(web.Questions{
		Title: v.T("fees.do.decide.title"), Lead: b.Reference, Submit: v.T("fees.do.decide.submit"), Crumbs: f.deskCrumbs(), Above: about,
		Asked: []web.Question{web.Remember("version"), {
			As: web.AsRadios, Field: web.Field{Name: "agree", Label: v.T("fees.do.decide.agree")},
			Choices: []web.Choice{{Value: "yes", Label: v.T("fees.do.decide.yes")}, {Value: "no", Label: v.T("fees.do.decide.no")}},
		}},
		Given: remembered(r.Version),
		Act: func(x *web.Answers) (string, string, error) {
			agree := x.Text("agree")
			x.Need(agree == "yes" || agree == "no", "agree", "fees.fault.agree")
			if x.Bad() {
				return "", "", nil
			}
			return deskPath, v.T("fees.do.decide.done"), s.do(v.Context(), "fees.approve", r.Department, func(tx *db.Tx, by string) error {
				return s.Decide(tx, r.ID, number(x.Text("version")), by, agree == "yes")
			})
		},
	})
}

// refuseDecision says why a decision that was sent all the same does not count.
func (s *Service) refuseDecision(v *web.Visit, r Refund) error {
	switch {
	case v.R.Method == http.MethodGet:
		return nil
	case r.State != Proposed:
		return fault.New(fault.Conflict, "fees.fault.decided")
	case r.ProposedBy == v.Actor().Duty.Officer:
		return fault.New(fault.Forbidden, "fees.fault.own-proposal")
	}
	return s.may(v.Context(), "fees.approve", r.Department)
}

func (f face) refundEntries(r Refund, b Bill) templ.Component {
	out := []web.Entry{
		{Label: f.T("fees.col.reference"), Value: b.Reference, Path: deskPath + "/bills/" + string(b.ID)},
		{Label: f.T("fees.col.amount"), Value: f.money(r.Cents)},
		{Label: f.T("fees.col.state"), Value: f.T("fees.refund." + string(r.State))},
		{Label: f.T("fees.col.why"), Value: r.Why},
		{Label: f.T("fees.col.proposed-by"), Value: f.who(r.ProposedBy)},
		{Label: f.T("fees.col.made"), Value: f.Instant(r.Made)},
	}
	if r.DecidedBy != "" {
		out = append(out, web.Entry{Label: f.T("fees.col.decided-by"), Value: f.who(r.DecidedBy)}, web.Entry{Label: f.T("fees.col.decided"), Value: f.Instant(r.Decided)})
	}
	return web.SummaryList(f.View, out)
}

// who labels who did something, for colleagues.
func (f face) who(officer string) string {
	if officer == f.Actor().Duty.Officer {
		return f.T("fees.by.you")
	}
	return f.T("fees.by.officer", "id", cut(officer, 8))
}

// askSettlement shows a difference, and asks how it is settled.
func (s *Service) askSettlement(v *web.Visit) error {
	f := face{v, s}
	d, err := s.DifferenceByID(v.Context(), DifferenceID(v.PathValue("id")))
	if err != nil {
		return err
	}
	about := f.differenceEntries(d)
	title := v.T("fees.difference." + string(d.Kind))
	if v.R.Method == http.MethodGet && (!d.Open || !v.Can("fees.settle", resourceOf(d.Department))) {
		return v.Render(web.Page{Title: title, Crumbs: f.deskCrumbs(), Secret: true}, about)
	}
	if err := s.may(v.Context(), "fees.settle", d.Department); err != nil {
		return err
	}
	var choices []web.Choice
	for _, r := range d.Remedies() {
		choices = append(choices, web.Choice{Value: string(r), Label: v.T("fees.remedy." + string(r))})
	}
	return v.Ask(web.Questions{
		Title: title, Lead: v.T("fees.difference." + string(d.Kind) + "-means"), Submit: v.T("fees.do.settle.submit"), Crumbs: f.deskCrumbs(), Above: about,
		Asked: []web.Question{web.Remember("version"), {As: web.AsRadios, Field: web.Field{Name: "remedy", Label: v.T("fees.do.settle.remedy")}, Choices: choices}, f.why()},
		Given: remembered(d.Version),
		Act: func(x *web.Answers) (string, string, error) {
			remedy, why := Remedy(x.Text("remedy")), x.Words("why")
			x.Need(remedy != "", "remedy", "fees.fault.remedy")
			x.Need(why != "", "why", "fees.fault.reason")
			if x.Bad() {
				return "", "", nil
			}
			return dayPath(d.Day), v.T("fees.do.settle.done"), s.do(v.Context(), "fees.settle", d.Department, func(tx *db.Tx, by string) error {
				return s.Settle(tx, d.ID, number(x.Text("version")), remedy, why, by)
			})
		},
	})
}

func (f face) differenceEntries(d Difference) templ.Component {
	out := []web.Entry{
		{Label: f.T("fees.col.provider"), Value: f.T("fees.provider." + d.Provider)},
		{Label: f.T("fees.desk.day"), Value: f.Date(d.Day)},
		{Label: f.T("fees.col.about"), Value: d.About},
		{Label: f.T("fees.col.ours"), Value: f.money(d.Ours)},
		{Label: f.T("fees.col.theirs"), Value: f.money(d.Theirs)},
	}
	if !d.Open {
		out = append(out, web.Entry{Label: f.T("fees.col.why"), Value: d.Why}, web.Entry{Label: f.T("fees.col.decided-by"), Value: f.who(d.SettledBy)})
	}
	return web.SummaryList(f.View, out)
}
