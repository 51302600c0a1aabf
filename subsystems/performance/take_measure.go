package performance

import (
	"slices"
	"strconv"
	"strings"

	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// measures are the paper's targets and indicators with their figures.
func (p Paper) measures() (out []figures) {
	at := map[string]int{}
	for _, f := range p.Facts {
		kind := MeasureKind(f.Kind)
		if kind != Target && kind != Indicator || f.Row == "" {
			continue
		}
		key := f.Kind + "/" + f.Group + "/" + f.Row
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, figures{programme: f.Group, name: f.Row, unit: f.Unit, kind: kind, place: i + 1})
		}
		if f.Value == nil {
			continue
		}
		if f.Column == "target" {
			out[i].target = f.Value
			continue
		}
		period, role, ok := strings.Cut(f.Column, " ")
		if !ok || strings.Contains(period, "/") {
			continue // a school year, or a column that is none of a measure's
		}
		out[i].values = append(out[i].values, Value{
			Period: period, Role: Role(role), Value: *f.Value, How: Printed, Source: p.Year + ":" + itoa(f.Line), State: Confirmed, DecidedBy: "paper",
		})
	}
	return out
}

// period is the year that a measure's figures run by.
func (f figures) period() PeriodKind {
	for _, v := range f.values {
		if strings.Contains(v.Period, "-") {
			return Financial
		}
	}
	return Calendar
}

func (f figures) places() (n int) {
	for _, v := range f.values {
		n = max(n, v.Value.Scale())
	}
	return n
}

// takeMeasures knows the paper's measures, and adds their figures to what is known.
func takeMeasures(tx *db.Tx, p Paper, department string) error {
	known, err := measures(tx, p.Head)
	if err != nil {
		return err
	}
	shipped, err := seeds()
	if err != nil {
		return err
	}
	for _, f := range p.measures() {
		m := Measure{
			ID: id.New[MeasureID](tx.Now()), Head: p.Head, Year: p.Year, Programme: f.programme, Kind: f.kind, Place: f.place,
			Name: lang.Text{TC: f.name}, Unit: f.unit, Places: f.places(), Period: f.period(), Direction: Flat, Target: f.target,
			Formula: Share, Days: defaultDays, Department: department, State: MeasureDraft,
		}
		if f.kind == Target {
			m.Direction = Up
		}
		m.define(shipped)
		i := slices.IndexFunc(known, func(k Measure) bool {
			return k.Kind == f.kind && k.Unit == f.unit && sameWords(k.Name.TC, f.name)
		})
		if i >= 0 {
			m = known[i]
			m.follow(p.Year, f)
		}
		if i < 0 || !same(m, known[i]) {
			if err := writeMeasure(tx, m); err != nil {
				return err
			}
		}
		if err := takeValues(tx, m, f.values); err != nil {
			return err
		}
	}
	return nil
}

// defaultDays is after how many days from a period's end its value is due, until somebody says.
const defaultDays = 60

// follow moves a measure to where the newest paper prints it.
func (m *Measure) follow(year string, f figures) {
	if year < m.Year {
		return
	}
	m.Year, m.Programme, m.Place = year, f.programme, f.place
	if f.target != nil {
		m.Target = f.target
	}
	m.Places = max(m.Places, f.places())
}

func same(a, b Measure) bool {
	x, y := amountText(a.Target), amountText(b.Target)
	a.Target, b.Target = nil, nil
	return a == b && x == y
}

// takeValues adds printed figures: what is known already changes nothing, a restated figure is a
// new revision, and one that contradicts what officers gave waits for them.
func takeValues(tx *db.Tx, m Measure, printed []Value) error {
	known, err := values(tx, m.ID)
	if err != nil {
		return err
	}
	for _, v := range printed {
		v.ID, v.Measure, v.GivenBy, v.GivenAt, v.DecidedAt = id.New[string](tx.Now()), m.ID, "paper", tx.Now(), tx.Now()
		if last, ok := lastOf(known, v.Period, v.Role); ok {
			if last.Value.Cmp(v.Value) == 0 {
				continue
			}
			v.Revision, v.Why = last.Revision+1, "restated"
			if last.How != Printed {
				v.State, v.DecidedBy, v.DecidedAt = AwaitsEyes, "", when.Instant{}
			}
		}
		if err := insertValue(tx, v); err != nil {
			return err
		}
	}
	return nil
}

// lastOf is the newest revision of a period and role, whatever became of it.
func lastOf(known []Value, period string, role Role) (last Value, ok bool) {
	for _, k := range known {
		if k.Period == period && k.Role == role {
			last, ok = k, true
		}
	}
	return last, ok
}
