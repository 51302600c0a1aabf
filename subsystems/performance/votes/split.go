package votes

import (
	"context"
	"strings"
	"unicode"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/search"
)

// Split is several amounts of a financial year that look like one, cut in parts: together they
// are above a limit that none of them is above. It is a warning; a second officer decides whether
// they are one thing, and says why.
type Split struct {
	Limit RuleName
	Most  Cents
	Sum   Cents // of the parts and what is asked for
	Parts []Part
}

// Part is one of the others.
type Part struct {
	Request  RequestID
	Day      when.Day
	Subhead  string
	Code     string // of the item
	Name     lang.Text
	Supplier string
	Cents    Cents
	Ref      string // of a payment: the invoice or file
	State    State
	nth      int // among the parts of its request
}

// place is where alone an amount can have others that look like it.
func (p Part) place() string { return p.Subhead + "/" + bare(p.Ref) }

// like reports whether two amounts look like one thing: of one subhead, and of the same item, the
// same supplier, or nearly the same name. Payments only by the paper that they are paid on.
func (p Part) like(o Part) bool {
	if p.place() != o.place() {
		return false
	}
	return p.Ref != "" || p.Code == o.Code || p.Supplier != "" && bare(p.Supplier) == bare(o.Supplier) || alike(p.Name.TC, o.Name.TC) || alike(p.Name.EN, o.Name.EN)
}

// bare is words without spaces and signs, in one form of letters.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, search.Fold(s))
}

// alikeFrom is from which share of common pairs of letters two names are nearly the same, in a
// hundred: "購置消防車（第一期）" and "（第二期）" are, "Purchase of printers" and "of servers" are not.
const alikeFrom = 70

// alike compares names but for digits, which tell parts apart.
func alike(a, b string) bool {
	letters := func(s string) []rune {
		return []rune(strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return -1
			}
			return r
		}, bare(s)))
	}
	x, y := letters(a), letters(b)
	if len(x) < 2 || len(y) < 2 {
		return len(x) > 0 && string(x) == string(y)
	}
	pairs := map[[2]rune]int{}
	for i := range len(x) - 1 {
		pairs[[2]rune{x[i], x[i+1]}]++
	}
	shared := 0
	for i := range len(y) - 1 {
		if p := [2]rune{y[i], y[i+1]}; pairs[p] > 0 {
			pairs[p]--
			shared++
		}
	}
	return 200*shared >= alikeFrom*(len(x)+len(y)-2)
}

// parts are the amounts of a request that limits hold for.
func (r Request) parts(tx *db.Tx) (out []Part, err error) {
	asked, err := r.Asked()
	if err != nil {
		return nil, err
	}
	switch a := asked.(type) {
	case NewItem:
		return []Part{{Request: r.ID, Day: a.Day, Subhead: a.Subhead, Code: a.Code, Name: a.Name, Supplier: a.Supplier, Cents: a.Cents, State: r.State}}, nil
	case Supplement:
		if a.Item == "" {
			return nil, nil
		}
		i, err := itemByCode(tx, r.Head, a.Item)
		if fault.Is(err, fault.NotFound) {
			return nil, nil
		}
		return []Part{{Request: r.ID, Day: a.Day, Subhead: i.Subhead, Code: i.Code, Name: i.Name, Cents: a.Cents, State: r.State}}, err
	case Payments:
		for _, p := range a.Payments {
			if bare(p.Reference) != "" {
				out = append(out, Part{Request: r.ID, Day: p.Day, Subhead: p.Subhead, Code: p.Item, Name: lang.Text{TC: p.Text}, Cents: p.Cents, Ref: p.Reference, State: r.State})
			}
		}
	}
	return out, nil
}

// splitsOf looks for other amounts of the year that look like what a request asks for. An amount
// that is above the limit by itself is refused, or needs a second officer, without that.
func splitsOf(tx *db.Tx, r Request) (out []Split, err error) {
	own, err := r.parts(tx)
	if err != nil || len(own) == 0 {
		return nil, err
	}
	rules, err := rulesOf(tx)
	if err != nil {
		return nil, err
	}
	others, err := otherParts(tx, r)
	if err != nil {
		return nil, err
	}
	for i, p := range own {
		p.nth = i
		others[p.place()] = append(others[p.place()], p)
	}
	for i, p := range own {
		name := ItemUpTo
		if r.Kind == AskPayments {
			name = SecondEyes
		}
		limit, ok := rules.of(name, r.Head, p.Subhead, r.Year)
		if !ok {
			continue
		}
		most, err := CentsOf(limit)
		if err != nil {
			return nil, err
		}
		s := Split{Limit: name, Most: most, Sum: p.Cents}
		for _, o := range others[p.place()] {
			if o.Request == p.Request && o.nth >= i || !p.like(o) {
				continue
			}
			if s.Sum, err = plus(s.Sum, o.Cents); err != nil {
				return nil, err
			}
			s.Parts = append(s.Parts, o)
		}
		if len(s.Parts) > 0 && s.Sum > most {
			out = append(out, s)
		}
	}
	return out, nil
}

// otherParts are the amounts of the other requests of the year that were not refused, by place.
func otherParts(tx *db.Tx, r Request) (map[string][]Part, error) {
	out := map[string][]Part{}
	kinds := []RequestKind{AskPayments}
	if r.Kind != AskPayments {
		kinds = []RequestKind{AskItem, AskSupplement}
	}
	for _, kind := range kinds {
		all, err := requestsOfYear(tx, r.Head, kind, r.Year)
		if err != nil {
			return nil, err
		}
		for _, o := range all {
			if o.ID == r.ID {
				continue
			}
			parts, err := o.parts(tx)
			if err != nil {
				return nil, err
			}
			for _, p := range parts {
				out[p.place()] = append(out[p.place()], p)
			}
		}
	}
	return out, nil
}

// Splits gives what looks like parts of the same amount as a request, for the head's officers.
func (s *Service) Splits(ctx context.Context, head string, request RequestID) (out []Split, err error) {
	if _, err := s.may(ctx, "votes.draft", head); err != nil {
		return nil, err
	}
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := ownRequest(tx, head, request)
		if err != nil {
			return err
		}
		out, err = splitsOf(tx, r)
		return err
	})
}
