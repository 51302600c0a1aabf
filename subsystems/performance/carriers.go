package performance

import (
	"context"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/platform/web"
	"praya/subsystems/performance/votes"
)

// systemView is the running system that an initiative is about.
type systemView struct {
	Code string
	Name lang.Text
	Path string // where it runs
}

// carriedView is the money that carries an initiative, as far as it is known.
type carriedView struct {
	Carrier
	Year    string
	Name    lang.Text
	Path    string
	Figures []figureView
}

type figureView struct {
	Label  string // key of performance.money
	Amount *money.Decimal
	Unit   string // thousands, millions
}

// moneyView is a head's commitments through its papers.
type moneyView struct {
	Years       []string
	Commitments []moneyRow
}

// moneyRow is one line of money through the years.
type moneyRow struct {
	Name    lang.Text
	Path    string
	Amounts []*money.Decimal // by year
}

// systemOf is a system by its code; one that is not kept is shown by its code.
func (s *Service) systemOf(ctx context.Context, code string) (systemView, error) {
	if code == "" || s.IT == nil {
		return systemView{}, nil
	}
	x, err := s.IT.System(ctx, code)
	if fault.Is(err, fault.NotFound) {
		return systemView{Code: code, Name: lang.Text{TC: code, EN: code, SC: code}}, nil
	}
	return systemView{Code: code, Name: x.Name, Path: x.Page}, err
}

// carriedBy gives what carries an initiative, with its figures in the paper's year.
func (s *Service) carriedBy(ctx context.Context, t Story) (out []carriedView, err error) {
	if len(t.Carriers) == 0 || s.Votes == nil {
		return nil, nil
	}
	book, err := s.Votes.Book(ctx, t.Head, t.Year)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	for _, c := range t.Carriers {
		if v, ok := figuresIn(book, c); ok {
			v.Carrier, v.Year = c, t.Year
			out = append(out, v)
		}
	}
	return out, err
}

// figuresIn finds what a carrier is in a year's book.
func figuresIn(b votes.Book, c Carrier) (v carriedView, ok bool) {
	columns := func(x votes.Columns, unit string) {
		v.Figures = []figureView{{"original", x.Original, unit}, {"revised", x.Revised, unit}, {"estimate", x.Estimate, unit}}
	}
	switch c.Kind {
	case ByCommitment:
		at := slices.IndexFunc(b.Commitments, func(x votes.Commitment) bool { return x.Code == c.Code })
		if at < 0 {
			return v, false
		}
		x := b.Commitments[at]
		v.Name, v.Path = x.Name, commitmentPath(b.Head, c.Code)
		v.Figures = []figureView{
			{"approved", x.ApprovedThousands, "thousands"},
			{"accumulated", x.AccumulatedThousands, "thousands"},
			{"revised", x.RevisedThousands, "thousands"},
			{"balance", x.BalanceThousands, "thousands"},
		}
	case BySubhead:
		at := slices.IndexFunc(b.Subheads, func(x votes.Subhead) bool { return x.Code == c.Code })
		if at < 0 {
			return v, false
		}
		v.Name, v.Path = b.Subheads[at].Name, "/votes/"+b.Head+"/subheads/"+c.Code
		columns(b.Subheads[at].Thousands, "thousands")
	default:
		at := slices.IndexFunc(b.Programmes, func(x votes.Programme) bool { return x.Number == c.Code })
		if at < 0 {
			return v, false
		}
		v.Name, v.Path = b.Programmes[at].Name, "/votes/"+b.Head
		columns(b.Programmes[at].Millions, "millions")
	}
	return v, true
}

func commitmentPath(head, code string) string { return "/votes/" + head + "/commitments/" + code }

// moneyOf is the balance of each commitment, paper by paper.
func (s *Service) moneyOf(ctx context.Context, head string, all []Year) (m moneyView, err error) {
	if s.Votes == nil {
		return m, nil
	}
	for at, y := range all {
		m.Years = append(m.Years, y.Year)
		book, err := s.Votes.Book(ctx, head, y.Year)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return m, err
		}
		for _, c := range book.Commitments {
			path := commitmentPath(head, c.Code)
			n := slices.IndexFunc(m.Commitments, func(r moneyRow) bool { return r.Path == path })
			if n < 0 {
				m.Commitments = append(m.Commitments, moneyRow{Path: path, Amounts: make([]*money.Decimal, len(all))})
				n = len(m.Commitments) - 1
			}
			r := &m.Commitments[n]
			r.Name, r.Amounts[at] = lang.Text{TC: c.Code + " " + c.Name.TC, EN: numbered(c.Code, c.Name.EN), SC: numbered(c.Code, c.Name.SC)}, c.BalanceThousands
		}
	}
	return m, nil
}

func numbered(code, name string) string {
	if name == "" {
		return ""
	}
	return code + " " + name
}

// carrierOf is what a system or a sum of money is called, and its page.
func (s *Service) carrierOf(v *web.Visit, kind, head, code string) (what, path string, err error) {
	switch kind {
	case "system":
		x, err := s.systemOf(v.Context(), code)
		return x.Name.In(v.Lang()), "/governance/systems/" + code, err
	case ByCommitment:
		x, err := s.Votes.Commitment(v.Context(), head, code)
		return code + " " + x.Item.Name.In(v.Lang()), commitmentPath(head, code), err
	case BySubhead:
		return v.T("performance.money.subhead", "code", code), "/votes/" + head + "/subheads/" + code, nil
	case ByProgramme:
		return v.T("performance.money.programme", "code", code), "/votes/" + head, nil
	}
	return "", "", notFound("head")
}

func (s *Service) systemChoices(v *web.Visit) ([]web.Choice, error) {
	out := []web.Choice{{Label: v.T("performance.follow.no-system")}}
	if s.IT == nil {
		return out, nil
	}
	all, err := s.IT.Systems(v.Context())
	for _, x := range all {
		out = append(out, web.Choice{Value: x.Code, Label: x.Name.In(v.Lang())})
	}
	return out, err
}

// moneyChoices are the commitments, subheads and programmes of a paper.
func (s *Service) moneyChoices(v *web.Visit, head, year string) (out []web.Choice, err error) {
	if s.Votes == nil {
		return nil, nil
	}
	book, err := s.Votes.Book(v.Context(), head, year)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	for _, c := range book.Commitments {
		out = append(out, web.Choice{Value: ByCommitment + "/" + c.Code, Label: c.Code + " " + c.Name.In(v.Lang())})
	}
	for _, x := range book.Subheads {
		out = append(out, web.Choice{Value: BySubhead + "/" + x.Code, Label: v.T("performance.money.subhead", "code", x.Code) + " " + x.Name.In(v.Lang())})
	}
	for _, p := range book.Programmes {
		out = append(out, web.Choice{Value: ByProgramme + "/" + p.Number, Label: v.T("performance.money.programme", "code", p.Number)})
	}
	return out, err
}
