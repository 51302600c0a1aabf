package performance

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/money"
	"praya/platform/db"
	"praya/subsystems/performance/votes"
)

// The year that the demonstration drafts, and the one that it rests on.
const (
	demoYear   = "2026-27"
	demoBefore = "2025-26"
)

// LoadNext invents what the demonstration needs to draft the 2026-27 paper of Head 47: figures that
// add up, worked out from those of 2025-26 by rule, and marked as invented.
func (s *Service) LoadNext(ctx context.Context) error {
	if err := s.mayTake(ctx); err != nil {
		return err
	}
	last, err := s.Votes.Book(ctx, "47", demoBefore)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	next, err := invented(last)
	if err != nil {
		return err
	}
	if err := s.Votes.LoadBook(ctx, next); err != nil {
		return err
	}
	if err := s.DB.Write(ctx, demoMeasures); err != nil {
		return err
	}
	if err := s.loadPosts(ctx); err != nil {
		return err
	}
	if err := s.loadPayments(ctx); err != nil {
		return err
	}
	return s.DB.Write(ctx, demoValues)
}

// part is a share of an amount in thousands, in thousandths, rounded down.
func part(d *money.Decimal, thousandths int64) (*money.Decimal, error) {
	if d == nil {
		return nil, nil //nolint:nilnil // an amount that is not known
	}
	v, err := money.New(d.Coef()*thousandths/1000, d.Scale())
	return &v, err
}

// carry moves a line's columns on by a year: what was revised becomes actual less a little, the
// estimate becomes the original one, of which most is used, and the next estimate is a little more.
func carry(c votes.Columns, actual, revised, estimate int64) (out votes.Columns, err error) {
	out.Original = c.Estimate
	if out.Actual, err = part(c.Revised, actual); err != nil {
		return out, err
	}
	if out.Revised, err = part(c.Estimate, revised); err != nil {
		return out, err
	}
	out.Estimate, err = part(c.Estimate, estimate)
	return out, err
}

func sum(all ...*money.Decimal) (*money.Decimal, error) {
	var total money.Decimal
	var err error
	for _, d := range all {
		if d == nil {
			continue
		}
		if total, err = total.Add(*d); err != nil {
			return nil, err
		}
	}
	return &total, nil
}

// columnsOf reads the four columns in their order.
func columnsOf(c votes.Columns) [4]*money.Decimal {
	return [4]*money.Decimal{c.Actual, c.Original, c.Revised, c.Estimate}
}

// totalOf adds lines column by column.
func totalOf(all []votes.Columns) (votes.Columns, error) {
	var out [4]*money.Decimal
	for i := range out {
		var column []*money.Decimal
		for _, c := range all {
			column = append(column, columnsOf(c)[i])
		}
		var err error
		if out[i], err = sum(column...); err != nil {
			return votes.Columns{}, err
		}
	}
	return votes.Columns{Actual: out[0], Original: out[1], Revised: out[2], Estimate: out[3]}, nil
}

// invented makes the next year's book.
func invented(last votes.Book) (next votes.Book, err error) {
	next = votes.Book{Head: last.Head, Year: demoYear, Source: "invented from " + last.Year, Invented: true}
	var lines []votes.Columns
	for i, c := range last.Components {
		c.Code = ""
		if c.Thousands, err = carry(c.Thousands, 985+int64(i), 970+int64(i), 1010+3*int64(i)); err != nil {
			return next, err
		}
		lines = append(lines, c.Thousands)
		next.Components = append(next.Components, c)
	}
	spent, err := nextCommitments(last, &next)
	if err != nil {
		return next, err
	}
	lines, err = nextSubheads(last, &next, lines, spent)
	if err != nil {
		return next, err
	}
	if err := nextProgrammes(last, &next, lines); err != nil {
		return next, err
	}
	nextPosts(last, &next)
	next.CeilingThousands, err = part(last.CeilingThousands, 1008)
	return next, err
}

// nextCommitments moves each commitment on by a year, and gives what all of them spend.
func nextCommitments(last votes.Book, next *votes.Book) (*money.Decimal, error) {
	var all []*money.Decimal
	for _, c := range last.Commitments {
		accumulated, err := sum(c.AccumulatedThousands, c.RevisedThousands)
		if err != nil {
			return nil, err
		}
		left, err := c.ApprovedThousands.Sub(*accumulated)
		if err != nil {
			return nil, err
		}
		spent, err := part(&left, 350)
		if err != nil {
			return nil, err
		}
		balance, err := left.Sub(*spent)
		if err != nil {
			return nil, err
		}
		c.AccumulatedThousands, c.RevisedThousands, c.BalanceThousands = accumulated, spent, &balance
		next.Commitments = append(next.Commitments, c)
		all = append(all, spent)
	}
	return sum(all...)
}

// nextSubheads makes 000 of its components, and the subhead of commitments of what they spend.
func nextSubheads(last votes.Book, next *votes.Book, lines []votes.Columns, spent *money.Decimal) ([]votes.Columns, error) {
	var all []votes.Columns
	for _, x := range last.Subheads {
		var err error
		switch x.Code {
		case "000":
			x.Thousands, err = totalOf(lines)
		default:
			x.Thousands, err = carry(x.Thousands, 980, 990, 1020)
		}
		if err != nil {
			return nil, err
		}
		if x.Code == votes.CommitmentSubhead && spent != nil {
			more := money.Int(4800) // what is spent beside the commitments
			if x.Thousands.Revised, err = sum(spent, &more); err != nil {
				return nil, err
			}
		}
		all = append(all, x.Thousands)
		next.Subheads = append(next.Subheads, x)
	}
	return all, nil
}

// nextProgrammes shares the subheads' total among the programmes as last year's paper did, to a
// tenth of a million; what rounding leaves goes to the last.
func nextProgrammes(last votes.Book, next *votes.Book, lines []votes.Columns) error {
	whole, err := totalOf(lines)
	if err != nil {
		return err
	}
	var weights int64
	for _, p := range last.Programmes {
		weights += p.Millions.Estimate.Coef()
	}
	left := columnsOf(whole)
	for n, p := range last.Programmes {
		share := [4]*money.Decimal{}
		for i, total := range columnsOf(whole) {
			tenths := (total.Coef() + 50) / 100
			mine := tenths * p.Millions.Estimate.Coef() / weights
			if n == len(last.Programmes)-1 {
				mine = (left[i].Coef() + 50) / 100
			}
			d, err := money.New(mine, 1)
			if err != nil {
				return err
			}
			taken, err := money.New(mine*100, 0)
			if err != nil {
				return err
			}
			rest, err := left[i].Sub(taken)
			if err != nil {
				return err
			}
			share[i], left[i] = &d, &rest
		}
		p.Millions = votes.Columns{Actual: share[0], Original: p.Millions.Estimate, Revised: share[2], Estimate: share[3]}
		next.Programmes = append(next.Programmes, p)
	}
	return nil
}

// nextPosts goes on from where last year's posts ended, with three more in the second programme.
func nextPosts(last votes.Book, next *votes.Book) {
	more := func(n *int64, by int64) *int64 {
		if n == nil {
			return nil
		}
		v := *n + by
		return &v
	}
	next.Posts = votes.Posts{
		NonDirectorateBefore: last.Posts.NonDirectorateAfter, NonDirectorateAfter: more(last.Posts.NonDirectorateAfter, 3),
		DirectorateBefore: last.Posts.DirectorateAfter, DirectorateAfter: last.Posts.DirectorateAfter,
		NetChange: []votes.NetChange{{Programme: "2", Change: 3}},
	}
}

// demoValues gives the measures that nothing counts yet an invented result of 2025, and every
// measure of money the years that the next paper prints.
func demoValues(tx *db.Tx) error {
	known, err := measures(tx, "47")
	if err != nil {
		return err
	}
	for _, m := range known {
		given, err := values(tx, m.ID)
		if err != nil {
			return err
		}
		for _, x := range demoFigures(m) {
			if _, there := lastOf(given, x.Period, x.Role); there {
				continue
			}
			x.ID, x.Measure, x.How, x.State, x.Source = id.New[string](tx.Now()), m.ID, Entered, Confirmed, "invented"
			x.GivenBy, x.GivenAt, x.DecidedBy, x.DecidedAt = "demonstration", tx.Now(), "demonstration", tx.Now()
			if err := insertValue(tx, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// demoFigures are invented figures of a measure, by its Chinese name.
func demoFigures(m Measure) (out []Value) {
	rows, err := rows(demoFiles, "demo/values.csv")
	if err != nil {
		return nil
	}
	for _, r := range rows {
		if !sameWords(r["measure"], m.Name.TC) {
			continue
		}
		d, err := money.Parse(r["value"])
		if err != nil {
			return nil
		}
		out = append(out, Value{Period: r["period"], Role: Role(r["role"]), Value: d})
	}
	return out
}
