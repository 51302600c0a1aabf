package papers

import (
	"strconv"

	"praya/kernel/money"
)

// front lists the figures of the front page: estimate, ceiling, balance, posts.
func (w *wants) front() {
	s := w.s
	w.sum(place{table: tableFront, row: "estimate", column: s.columnName(Estimate)}, million(s.subheadTotal(Estimate)))
	w.sum(place{table: tableFront, row: "ceiling", column: s.columnName(Estimate)}, million(s.Posts.Ceiling))
	if len(s.Commitments) > 0 {
		w.sum(place{table: tableFront, row: "balance", column: "balance"}, million(s.commitmentTotals()[3]))
	}
	y := int(s.years()[Estimate])
	first, last := "at "+strconv.Itoa(y)+"-03-31", "at "+strconv.Itoa(y+1)+"-03-31"
	post := func(row, column string, n int) {
		w.say(place{table: tableFront, row: row, column: column, unit: "個"}, count(n))
	}
	p := s.Posts
	post("non-directorate", first, p.NonDirectorateFrom)
	post("non-directorate", last, p.NonDirectorateTo)
	if p.NonDirectorateFrom != p.NonDirectorateTo {
		post("non-directorate", fiscal(s.years()[Estimate])+" change", p.NonDirectorateTo-p.NonDirectorateFrom)
	}
	post("directorate", first, p.DirectorateFrom)
	post("directorate", last, p.DirectorateTo)
}

// sum wants an amount as the front page rounds it.
func (w *wants) sum(p place, s sum) {
	switch {
	case s.tenths == 0:
		p.unit = "億元" // a dash has no unit of its own
		w.say(p, money.Decimal{})
	case s.tenths >= 1000:
		p.unit = "億元"
		d, _ := money.New(s.tenths, 3)
		w.say(p, d)
	default:
		p.unit = "萬元"
		d, _ := money.New(s.tenths*10, 0)
		w.say(p, d)
	}
}

// sentences lists the figures that the reasons and the details name.
func (w *wants) sentences() {
	s := w.s
	estimate, onRevised, onActual := s.columnName(Estimate), s.columnName(Estimate)+" on "+s.columnName(Revised), s.columnName(Estimate)+" on "+s.columnName(Actual)
	for _, p := range s.Programmes {
		row := p.Number
		now, before := p.Provision[Estimate].amount(), p.Provision[Revised].amount()
		if d, err := now.Sub(before); err == nil && !d.IsZero() {
			w.change(place{table: tableProse, row: row, column: onRevised}, d)
			if q, ok := percent(now, before); ok {
				w.say(place{table: tableProse, row: row, column: onRevised, unit: "%"}, q)
			}
		}
		if p.NetPosts != 0 {
			w.say(place{table: tableProse, row: row, column: fiscal(s.years()[Estimate]) + " change", unit: "個"}, count(p.NetPosts))
		}
	}
	now := s.subheadTotal(Estimate)
	if now.Sign() > 0 {
		w.inFull("total", estimate, now)
		w.difference("total", onRevised, now, s.subheadTotal(Revised))
		w.difference("total", onActual, now, s.subheadTotal(Actual))
	}
	for _, h := range s.Subheads {
		if now := h.Amounts[Estimate].amount(); h.told() && now.Sign() > 0 {
			row := h.Code
			w.inFull(row, estimate, now)
			w.difference(row, onRevised, now, h.Amounts[Revised].amount())
		}
	}
	w.inFull("ceiling", estimate, s.Posts.Ceiling)
	w.say(place{table: tableProse, row: "total", column: "at " + strconv.Itoa(int(s.years()[Estimate])) + "-03-31", unit: "個"},
		count(s.Posts.NonDirectorateFrom+s.Posts.DirectorateFrom))
}

// change wants a change of provision in the unit in which it is written.
func (w *wants) change(p place, d money.Decimal) {
	t := ofMillions(d.Abs())
	sign := int64(d.Sign())
	p.unit = "萬元"
	v, _ := money.New(sign*t.tenths*10, 0)
	if t.tenths >= 1000 {
		p.unit = "億元"
		v, _ = money.New(sign*t.tenths, 3)
	}
	w.say(p, v)
}

func (w *wants) inFull(row, column string, thousands money.Decimal) {
	if d, err := thousands.Shift(3); err == nil {
		w.say(place{table: tableProse, row: row, column: column, unit: "元"}, d)
	}
}

func (w *wants) difference(row, column string, now, before money.Decimal) {
	if d, err := now.Sub(before); err == nil && !d.IsZero() {
		w.inFull(row, column, d)
	}
}
