package exchange

import (
	"context"
	"fmt"
	"slices"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/sign"
)

// ReportID names a report.
type ReportID string

// ReportState is where a report stands.
type ReportState string

// The states of a report.
const (
	ReportOpen     ReportState = "open"
	ReportAnswered ReportState = "answered"
)

// Report is what a person says was misused (舉報): by a consumer, on a consent or by law. The
// consumer's department reads the words, and not whose they are.
type Report struct {
	ID       ReportID
	Account  string
	Consent  ConsentID
	Access   AccessID
	Consumer string
	Text     string
	Answer   string
	State    ReportState
	At       when.Instant
	Version  int64

	sealedText, sealedAnswer []byte
}

const (
	longestReport = 4000
	mostReports   = 20 // reports of one person that wait for an answer
)

func reportPlace(realm who.Realm, r ReportID, column string) sign.Place {
	return sign.Place{Realm: realm, Table: "exchange_reports", Column: column, ID: string(r)}
}

// ReportMisuse takes a person's report on an access, or on a consent of their own.
func (s *Service) ReportMisuse(ctx context.Context, account string, of ConsentID, access AccessID, text string) (ReportID, error) {
	r := Report{Account: account, Consent: of, Access: access, State: ReportOpen, At: s.Clock()}
	if access != "" {
		a, _, err := s.Access(ctx, account, access)
		if err != nil {
			return "", err
		}
		r.Consent, r.Consumer = a.Consent, a.Consumer
	} else {
		c, err := s.Own(ctx, account, of)
		if err != nil {
			return "", err
		}
		r.Consumer = c.Consumer
	}
	if text == "" || len([]rune(text)) > longestReport {
		return "", wrong("text", "exchange.fault.report")
	}
	r.ID = id.New[ReportID](r.At)
	var err error
	if r.sealedText, err = s.Keys.Encrypt(reportPlace(who.From(ctx).Realm, r.ID, "text"), []byte(text)); err != nil {
		return "", err
	}
	return r.ID, s.DB.Write(ctx, func(tx *db.Tx) error {
		open, err := countOpenReports(tx, account)
		if err == nil && open >= mostReports {
			err = fault.New(fault.TooMany, "exchange.fault.reports")
		}
		if err != nil {
			return err
		}
		return addReport(tx, r)
	})
}

// OwnReports lists a person's reports, newest first.
func (s *Service) OwnReports(ctx context.Context, account string) ([]Report, error) {
	return s.reports(ctx, func(tx *db.Tx) ([]Report, error) { return reportsOf(tx, account, mostListed) })
}

// ReportsOn lists the reports on a consumer, for its department and whoever runs the program:
// those that wait first, the oldest of them first.
func (s *Service) ReportsOn(ctx context.Context, consumer string) ([]Report, error) {
	p, err := s.party(ctx, consumer)
	if err != nil {
		return nil, err
	}
	if err := s.may(ctx, "exchange.answer", p); err != nil {
		return nil, err
	}
	return s.reports(ctx, func(tx *db.Tx) ([]Report, error) { return reportsOn(tx, consumer, mostListed) })
}

// reportOn gives one report to who may answer it.
func (s *Service) reportOn(ctx context.Context, id ReportID) (r Report, err error) {
	all, err := s.reports(ctx, func(tx *db.Tx) ([]Report, error) {
		r, err := findReport(tx, id)
		return []Report{r}, err
	})
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "exchange.fault.no-report")
	}
	if err != nil {
		return r, err
	}
	p, err := s.party(ctx, all[0].Consumer)
	if err == nil {
		err = s.may(ctx, "exchange.answer", p)
	}
	return all[0], err
}

func (s *Service) reports(ctx context.Context, read func(tx *db.Tx) ([]Report, error)) (all []Report, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = read(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	realm := who.From(ctx).Realm
	for i := range all {
		r := &all[i]
		for _, x := range []struct {
			column string
			sealed []byte
			to     *string
		}{{"text", r.sealedText, &r.Text}, {"answer", r.sealedAnswer, &r.Answer}} {
			if len(x.sealed) == 0 {
				continue
			}
			plain, err := s.Keys.Decrypt(reportPlace(realm, r.ID, x.column), x.sealed)
			if err != nil {
				return nil, err
			}
			*x.to = string(plain)
		}
	}
	return all, nil
}

// AnswerReport is the consumer's department's answer, or the operator's. The person is told.
func (s *Service) AnswerReport(ctx context.Context, id ReportID, answer string) error {
	r, err := s.reportOn(ctx, id)
	if err != nil {
		return err
	}
	if r.State != ReportOpen {
		return fault.New(fault.Conflict, "exchange.fault.answered")
	}
	if answer == "" || len([]rune(answer)) > longestReport {
		return wrong("answer", "exchange.fault.report")
	}
	if r.sealedAnswer, err = s.Keys.Encrypt(reportPlace(who.From(ctx).Realm, r.ID, "answer"), []byte(answer)); err != nil {
		return err
	}
	r.State = ReportAnswered
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := changeReport(tx, r); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "exchange.report.answer", On: string(r.ID), Outcome: audit.Done})
	})
	if err != nil {
		return err
	}
	reg, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	name := reg.name(r.Consumer)
	return s.People.Tell(who.AsSystem(ctx, who.From(ctx).Realm), r.Account, "exchange.report."+string(r.ID), ownPath+"/reports",
		s.inAll("exchange.notice.answered", "consumer", name), s.inAll("exchange.notice.answered-text", "consumer", name))
}

// Count is how many calls to a service ended in one way.
type Count struct {
	Service  string
	Consumer string
	Outcome  Refusal // empty: answered
	Calls    int64
}

// What a count looks at: the last day, and no more calls than a page can wait for.
const (
	countedFor  = 24 * time.Hour
	mostCounted = 200_000
)

// Counts are the calls of the last day that a party made or answered.
func (s *Service) Counts(ctx context.Context, party string) ([]Count, error) {
	reg, err := s.fresh(ctx)
	if err != nil {
		return nil, err
	}
	var all []Count
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = countAccesses(tx, firstAt(tx.Now().Add(-countedFor)), mostCounted)
		return err
	})
	return slices.DeleteFunc(all, func(c Count) bool {
		d := reg.services[c.Service]
		return c.Consumer != party && (d == nil || d.Provider != party)
	}), err
}

// firstAt is before every id that was made from an instant on: ids begin with the time (RFC 9562,
// 5.7).
func firstAt(at when.Instant) AccessID {
	ms := at.Time().UnixMilli()
	return AccessID(fmt.Sprintf("%08x-%04x", ms>>16, ms&0xffff))
}

// DeletionsOf lists what a consumer must delete, the earliest day first.
func (s *Service) DeletionsOf(ctx context.Context, consumer string) (all []Deletion, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = deletionsOf(tx, consumer, mostListed)
		return err
	})
	return all, err
}

// OwnDeletions lists what consumers must delete of a person's consents, the latest first.
func (s *Service) OwnDeletions(ctx context.Context, account string) (all []Deletion, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = ownDeletions(tx, account, mostListed)
		return err
	})
	return all, err
}

// Uses is how often each consent of a person was used: an unbounded consent counts nowhere else.
func (s *Service) Uses(ctx context.Context, account string) (uses map[ConsentID]int64, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		uses, err = usesOf(tx, account, mostCounted)
		return err
	})
	return uses, err
}
