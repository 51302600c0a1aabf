package performance

import (
	"context"
	"regexp"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/money"
	"praya/platform/db"
)

// PutMeasure adds a measure of version 0, or changes the one of that version. What is published
// has a definition.
func (s *Service) PutMeasure(ctx context.Context, m Measure) (MeasureID, error) {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		department, err := owner(tx, m.Head)
		if err != nil {
			return err
		}
		if err := s.mayWork(ctx, department); err != nil {
			return err
		}
		var old Measure
		if m.Version == 0 {
			m.ID = id.New[MeasureID](tx.Now())
		} else {
			if old, err = measure(tx, m.ID); err != nil {
				return err
			}
			if err := changed(m.Version, old.Version); err != nil {
				return err
			}
			if old.Head != m.Head {
				return wrong("head", "head-moves")
			}
		}
		if err := m.check(); err != nil {
			return err
		}
		if err := writeMeasure(tx, m); err != nil {
			return err
		}
		if m.Stream != "" && (m.Stream != old.Stream || m.Formula != old.Formula || m.Line != old.Line || m.Period != old.Period) {
			if err := firstCount(tx, m); err != nil {
				return err
			}
		}
		return record(tx, "measure.put", string(m.ID))
	})
	return m.ID, err
}

// lineForm is a subhead, a subhead and an item, or a programme.
var lineForm = regexp.MustCompile(`^[0-9A-Za-z]{1,12}(/[0-9A-Za-z-]{1,12})?$`)

// check says what is wrong with a measure.
func (m Measure) check() error {
	if m.Name.TC == "" {
		return wrong("tc", "name")
	}
	if m.Places < 0 || m.Places > 4 {
		return wrong("places", "places")
	}
	if m.Days < 0 || m.Days > 366 {
		return wrong("days", "days")
	}
	if m.Stream != "" {
		st, ok := streamOf(m.Stream)
		if !ok || !slices.Contains(st.Formulas, m.Formula) {
			return wrong("formula", "formula")
		}
	}
	if m.Line != "" && (m.Stream != Spending && m.Stream != Posts || !lineForm.MatchString(m.Line)) {
		return wrong("line", "line")
	}
	if m.Formula == Used && m.Stream == Spending && m.Period != Financial && !m.overYears() {
		return wrong("period", "used-period")
	}
	if m.State == MeasurePublished {
		return m.mayPublish()
	}
	return nil
}

// Given is a value as an officer gives it.
type Given struct {
	Measure                MeasureID
	Period                 string
	Role                   Role
	Value                  money.Decimal
	Numerator, Denominator *money.Decimal
	Evidence, Why          string
	Revision               int // the newest that the officer has seen; -1 for none
}

// GiveValue enters a value, which waits for another officer's eyes. A later revision needs its
// reason; a share must agree with its numerator and denominator.
func (s *Service) GiveValue(ctx context.Context, g Given) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := measure(tx, g.Measure)
		if err != nil {
			return err
		}
		if err := s.mayWork(ctx, m.Department); err != nil {
			return err
		}
		if err := g.check(m); err != nil {
			return err
		}
		known, err := values(tx, m.ID)
		if err != nil {
			return err
		}
		v := Value{
			ID: id.New[string](tx.Now()), Measure: m.ID, Period: g.Period, Role: g.Role, Value: g.Value, Numerator: g.Numerator,
			Denominator: g.Denominator, How: Entered, Source: g.Evidence, Why: g.Why, State: AwaitsEyes, GivenBy: by(ctx), GivenAt: tx.Now(),
		}
		seen := -1
		if last, ok := lastOf(known, g.Period, g.Role); ok {
			seen = last.Revision
			if g.Why == "" {
				return wrong("why", "why-revised")
			}
		}
		if seen != g.Revision {
			return fault.New(fault.Conflict, "performance.fault.changed")
		}
		v.Revision = seen + 1
		if err := insertValue(tx, v); err != nil {
			return err
		}
		return record(tx, "value.give", v.ID)
	})
}

func (g Given) check(m Measure) error {
	if _, _, err := m.Period.Span(g.Period); err != nil {
		return wrong("period", "period-"+string(m.Period))
	}
	if !slices.Contains([]Role{Actual, Revised, Estimate, Plan}, g.Role) {
		return wrong("role", "choose")
	}
	if g.Evidence == "" && g.Role == Actual {
		return wrong("evidence", "evidence")
	}
	if g.Value.Scale() > m.Places {
		return wrong("value", "too-fine")
	}
	if (g.Numerator == nil) != (g.Denominator == nil) {
		return wrong("denominator", "both-parts")
	}
	if g.Denominator == nil || m.Unit != "%" {
		return nil
	}
	if g.Denominator.Sign() <= 0 {
		return wrong("denominator", "denominator")
	}
	hundred, err := g.Numerator.Mul(100)
	if err != nil {
		return wrong("numerator", "number")
	}
	share, err := hundred.Quo(*g.Denominator, g.Value.Scale())
	if err != nil || share.Cmp(g.Value) != 0 {
		return wrong("value", "not-the-share")
	}
	return nil
}

// ConfirmValue is the second pair of eyes: another officer confirms or refuses a value.
func (s *Service) ConfirmValue(ctx context.Context, valueID string, version int64, state Confirmation) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := value(tx, valueID)
		if err != nil {
			return err
		}
		m, err := measure(tx, v.Measure)
		if err != nil {
			return err
		}
		if err := s.mayConfirm(ctx, m.Department); err != nil {
			return err
		}
		if err := changed(version, v.Version); err != nil {
			return err
		}
		if v.State != AwaitsEyes || state != Confirmed && state != Refused {
			return fault.New(fault.Conflict, "performance.fault.decided")
		}
		if v.GivenBy == by(ctx) {
			return fault.New(fault.Forbidden, "performance.fault.own-value")
		}
		v.State, v.DecidedBy, v.DecidedAt = state, by(ctx), tx.Now()
		if err := decideValue(tx, v); err != nil {
			return err
		}
		if err := record(tx, "value."+string(state), v.ID); err != nil {
			return err
		}
		return publish(tx, subjectConfirmed, "measure", string(m.ID), "period", v.Period, "role", string(v.Role))
	})
}
