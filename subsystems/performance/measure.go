package performance

import (
	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
)

// MeasureID names a measure.
type MeasureID string

// Measure is a target or an indicator, with its definition.
type Measure struct {
	ID                     MeasureID
	Head, Year, Programme  string
	Kind                   MeasureKind
	Place                  int
	Name, Definition       lang.Text
	Numerator, Denominator string
	Unit                   string // as the paper prints it: %, 百萬元
	Places                 int    // after the point
	Period                 PeriodKind
	Direction              Direction
	Target                 *money.Decimal
	Stream                 string  // what is counted; empty: values are entered
	Formula                Formula // how
	Line                   string  // of money or posts: 700, 700/803, a programme; empty: the whole head
	Days                   int     // after a period's end within which its value is due
	Department, Post       string
	State                  MeasureState
	Version                int64
}

// MeasureKind is whether a level is promised.
type MeasureKind string

// The kinds.
const (
	Target    MeasureKind = "target"
	Indicator MeasureKind = "indicator"
)

// PeriodKind is the year that a measure runs by.
type PeriodKind string

// The years.
const (
	Calendar  PeriodKind = "calendar"
	Financial PeriodKind = "financial"
)

// Direction is which way is better.
type Direction string

// The directions. An indicator has none: it is counted, not promised.
const (
	Up   Direction = "up"
	Down Direction = "down"
	Flat Direction = "none"
)

// Formula is how cases become a value.
type Formula string

// The formulas.
const (
	Share Formula = "share" // good cases in a hundred
	Sum   Formula = "sum"   // their amounts
	Count Formula = "count" // how many
	Held  Formula = "held"  // how many lasted on the period's last day
	Used  Formula = "used"  // spending in a hundred of what may be spent
	Stock Formula = "stock" // their amounts up to the period's last day
	Rate  Formula = "rate"  // their amounts in a hundred of what they are a share of
	Mean  Formula = "mean"  // their amounts, shared by how many there are
)

// MeasureState is whether the public sees a measure.
type MeasureState string

// The states.
const (
	MeasureDraft     MeasureState = "draft"
	MeasurePublished MeasureState = "published"
	MeasureEnded     MeasureState = "ended"
)

// mayPublish says what a measure lacks before the public may see it.
func (m Measure) mayPublish() error {
	if m.Definition.TC == "" || m.Definition.EN == "" {
		return fault.New(fault.Invalid, "performance.fault.undefined").At("definition-tc", "performance.wrong.undefined")
	}
	return nil
}

// Met says whether a value reaches the promised level; known is false where none is promised.
func (m Measure) Met(v money.Decimal) (met, known bool) {
	if m.Target == nil || m.Direction == Flat {
		return false, false
	}
	if m.Direction == Down {
		return v.Cmp(*m.Target) <= 0, true
	}
	return v.Cmp(*m.Target) >= 0, true
}

// Span is a period's first and last day.
func (k PeriodKind) Span(period string) (from, to when.Day, err error) {
	if k == Financial {
		y, err := when.ParseFinancialYear(period)
		if err != nil {
			return from, to, fault.New(fault.Invalid, "performance.fault.period").Because(err)
		}
		return when.Day{Year: int(y), Month: 4, Date: 1}, when.Day{Year: int(y) + 1, Month: 3, Date: 31}, nil
	}
	d, err := when.ParseDay(period + "-01-01")
	if err != nil || len(period) != 4 {
		return from, to, fault.New(fault.Invalid, "performance.fault.period").Because(err)
	}
	return d, when.Day{Year: d.Year, Month: 12, Date: 31}, nil
}

// Of is the period that a day lies in.
func (k PeriodKind) Of(d when.Day) string {
	if k == Financial {
		return d.FinancialYear().String()
	}
	return d.String()[:4]
}

// Before is the last period that had ended before a day.
func (k PeriodKind) Before(d when.Day) string {
	from, _, _ := k.Span(k.Of(d))
	return k.Of(from.Add(-1))
}

// Role is what kind of figure a value is.
type Role string

// The roles.
const (
	Actual   Role = "actual"
	Revised  Role = "revised"
	Estimate Role = "estimate"
	Plan     Role = "plan"
)

// Value is one figure of a measure, as one revision gave it.
type Value struct {
	ID                     string
	Measure                MeasureID
	Period                 string
	Role                   Role
	Revision               int
	Value                  money.Decimal
	Numerator, Denominator *money.Decimal
	How                    How
	Source                 string // printed: the paper's year and line; entered: the evidence
	Why                    string // of a revision
	State                  Confirmation
	GivenBy, DecidedBy     string
	GivenAt, DecidedAt     when.Instant
	Version                int64
}

// How says where a value comes from.
type How string

// The origins.
const (
	Printed  How = "printed"
	Computed How = "computed"
	Entered  How = "entered"
)

// Confirmation is what the second pair of eyes said.
type Confirmation string

// The states of a value.
const (
	AwaitsEyes Confirmation = "waiting"
	Confirmed  Confirmation = "confirmed"
	Refused    Confirmation = "refused"
)

// newest keeps, of each period and role, the newest confirmed value: what counts. A computed value
// that was taken back, because its last case was withdrawn, takes those before it along.
func newest(values []Value) []Value {
	at := map[[2]string]int{}
	var out []Value
	for _, v := range values { // in the order of revisions
		k := [2]string{v.Period, string(v.Role)}
		if i, ok := at[k]; ok && v.How == Computed && v.State == Refused {
			out = append(out[:i:i], out[i+1:]...)
			delete(at, k)
			for other, j := range at {
				if j > i {
					at[other] = j - 1
				}
			}
		}
		if v.State != Confirmed {
			continue
		}
		if i, ok := at[k]; ok {
			out[i] = v
			continue
		}
		at[k] = len(out)
		out = append(out, v)
	}
	return out
}

// Missing says whether the value of the last period that ended is due and not there.
func (m Measure) Missing(values []Value, today when.Day) (period string, due when.Day, missing bool) {
	period = m.Period.Before(today)
	_, last, err := m.Period.Span(period)
	if err != nil || m.State != MeasurePublished {
		return period, due, false
	}
	due = last.Add(m.Days)
	for _, v := range values {
		if v.Period == period && v.Role == Actual && v.State == Confirmed {
			return period, due, false
		}
	}
	return period, due, due.Before(today)
}
