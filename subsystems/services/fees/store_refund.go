package fees

import (
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/sign"
)

// Refunds.
const (
	refundColumns = `id, bill, payment, department, provider, cents, state, why, proposed_by, decided_by, made, decided, day, version`

	sqlRefund = `select ` + refundColumns + ` from services_fees_refunds where realm = $1 and id = $2`

	sqlRefunds = `select ` + refundColumns + ` from services_fees_refunds where realm = $1 and bill = $2 order by id`

	sqlRefundsWaiting = `select ` + refundColumns + ` from services_fees_refunds
		where realm = $1 and department = $2 and state = 'proposed' order by id limit 100`

	sqlRefundsOn = `select ` + refundColumns + ` from services_fees_refunds
		where realm = $1 and department = $2 and day = $3 and day <> '' order by id limit 1000`

	sqlRefundsOfPayment = `select
		cast(coalesce(sum(case when state in ('proposed', 'approved') then cents else 0 end), 0) as bigint),
		cast(coalesce(sum(case when state = 'sent' then cents else 0 end), 0) as bigint)
		from services_fees_refunds where realm = $1 and bill = $2 and payment = $3`

	sqlRefundedOn = `select id, -cents from services_fees_refunds
		where realm = $1 and department = $2 and day = $3 and day <> '' and provider = $4 and state = 'sent'`

	sqlInsertRefund = `insert into services_fees_refunds
		(realm, id, bill, payment, department, provider, cents, state, why, proposed_by, decided_by, made, decided, day, version)
		values ($1, $2, $3, $4, $5, $6, $7, 'proposed', $8, $9, '', $10, '', '', 1)`

	sqlUpdateRefund = `update services_fees_refunds set state = $3, decided_by = $4, decided = $5, day = $6, version = version + 1
		where realm = $1 and id = $2 and version = $7`
)

// Days and differences.
const (
	differenceColumns = `id, department, day, provider, kind, about, ours, theirs, found, state, settled_by, why, version`

	sqlDifference = `select ` + differenceColumns + ` from services_fees_differences where realm = $1 and id = $2`

	sqlDifferencesOpen = `select ` + differenceColumns + ` from services_fees_differences
		where realm = $1 and department = $2 and state = 'open' order by id limit 200`

	sqlDifferencesOn = `select ` + differenceColumns + ` from services_fees_differences
		where realm = $1 and department = $2 and day = $3 order by id limit 1000`

	sqlInsertDifference = `insert into services_fees_differences
		(realm, id, department, day, provider, kind, about, ours, theirs, found, state, settled_by, why, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', '', $11, 1)
		on conflict (realm, provider, about, kind) do nothing`

	sqlSettleDifference = `update services_fees_differences set state = 'settled', settled_by = $3, why = $4, version = version + 1
		where realm = $1 and id = $2 and version = $5 and state = 'open'`

	sqlPutBalance = `insert into services_fees_days (realm, department, day, provider, at, ours, theirs) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (realm, department, day, provider) do update set at = excluded.at, ours = excluded.ours, theirs = excluded.theirs`

	sqlBalances = `select department, day, provider, at, ours, theirs from services_fees_days
		where realm = $1 and department = $2 and day = $3 order by provider`
)

// Sealed values, for the refresh of keys.
const (
	sqlSealedRefunds = `select id, '', why from services_fees_refunds where realm = $1 and id > $2 order by id limit $3`

	sqlSealedDifferences = `select id, '', why from services_fees_differences
		where realm = $1 and id > $2 and length(why) > 0 order by id limit $3`

	sqlResealRefund = `update services_fees_refunds set why = $3 where realm = $1 and id = $2`

	sqlResealDifference = `update services_fees_differences set why = $3 where realm = $1 and id = $2`

	// $2 is how the values begin that are sealed with the present key, and $3 its length.
	sqlStale = `select (select count(*) from services_fees_refunds where realm = $1 and substr(why, 1, $3) <> $2)
		+ (select count(*) from services_fees_differences where realm = $1 and length(why) > 0 and substr(why, 1, $3) <> $2)`
)

func refundPlace(tx *db.Tx, id string) sign.Place {
	return sign.Place{Realm: tx.Realm(), Table: "services_fees_refunds", Column: "why", ID: id}
}

func differencePlace(tx *db.Tx, id string) sign.Place {
	return sign.Place{Realm: tx.Realm(), Table: "services_fees_differences", Column: "why", ID: id}
}

func (s *Service) scanRefund(tx *db.Tx) func(db.Scanner) (Refund, error) {
	return func(from db.Scanner) (r Refund, err error) {
		var sealed []byte
		if err = from.Scan(&r.ID, &r.Bill, &r.Payment, &r.Department, &r.Provider, &r.Cents, &r.State, &sealed, &r.ProposedBy, &r.DecidedBy, &r.Made,
			&r.Decided, &r.Day, &r.Version); err != nil {
			return r, err
		}
		why, err := s.Keys.Decrypt(refundPlace(tx, string(r.ID)), sealed)
		r.Why = string(why)
		return r, err
	}
}

func (s *Service) refundByID(tx *db.Tx, refund RefundID) (Refund, error) {
	r, err := s.scanRefund(tx)(tx.Row(sqlRefund, tx.Realm(), refund))
	return r, missing(err, "fees.fault.no-refund")
}

func (s *Service) refundsOf(tx *db.Tx, bill BillID) ([]Refund, error) {
	return db.List(tx, s.scanRefund(tx), sqlRefunds, tx.Realm(), bill)
}

func (s *Service) refundsWaiting(tx *db.Tx, department string) ([]Refund, error) {
	return db.List(tx, s.scanRefund(tx), sqlRefundsWaiting, tx.Realm(), department)
}

func (s *Service) refundsOn(tx *db.Tx, department string, day when.Day) ([]Refund, error) {
	return db.List(tx, s.scanRefund(tx), sqlRefundsOn, tx.Realm(), department, day)
}

// goneBack is what is on its way back of a payment, and what has gone.
func goneBack(tx *db.Tx, p Payment) (pending, sent int64, err error) {
	return pending, sent, tx.Row(sqlRefundsOfPayment, tx.Realm(), p.Bill, p.ID).Scan(&pending, &sent)
}

func (s *Service) insertRefund(tx *db.Tx, r Refund) error {
	sealed, err := s.Keys.Encrypt(refundPlace(tx, string(r.ID)), []byte(r.Why))
	if err != nil {
		return err
	}
	return tx.Do(sqlInsertRefund, tx.Realm(), r.ID, r.Bill, r.Payment, r.Department, r.Provider, r.Cents, sealed, r.ProposedBy, r.Made)
}

func updateRefund(tx *db.Tx, r Refund) error {
	return tx.Change(sqlUpdateRefund, tx.Realm(), r.ID, r.State, r.DecidedBy, r.Decided, r.Day, r.Version)
}

func (s *Service) scanDifference(tx *db.Tx) func(db.Scanner) (Difference, error) {
	return func(from db.Scanner) (d Difference, err error) {
		var state string
		var sealed []byte
		if err = from.Scan(&d.ID, &d.Department, &d.Day, &d.Provider, &d.Kind, &d.About, &d.Ours, &d.Theirs, &d.Found, &state, &d.SettledBy, &sealed,
			&d.Version); err != nil {
			return d, err
		}
		d.Open = state == "open"
		if len(sealed) == 0 {
			return d, nil
		}
		why, err := s.Keys.Decrypt(differencePlace(tx, string(d.ID)), sealed)
		d.Why = string(why)
		return d, err
	}
}

func (s *Service) differenceByID(tx *db.Tx, difference DifferenceID) (Difference, error) {
	d, err := s.scanDifference(tx)(tx.Row(sqlDifference, tx.Realm(), difference))
	return d, missing(err, "fees.fault.no-difference")
}

func (s *Service) differencesOpen(tx *db.Tx, department string) ([]Difference, error) {
	return db.List(tx, s.scanDifference(tx), sqlDifferencesOpen, tx.Realm(), department)
}

func (s *Service) differencesOn(tx *db.Tx, department string, day when.Day) ([]Difference, error) {
	return db.List(tx, s.scanDifference(tx), sqlDifferencesOn, tx.Realm(), department, day)
}

func insertDifference(tx *db.Tx, d Difference) error {
	return tx.Do(sqlInsertDifference, tx.Realm(), d.ID, d.Department, d.Day, d.Provider, d.Kind, d.About, d.Ours, d.Theirs, d.Found, []byte{})
}

func (s *Service) settleDifference(tx *db.Tx, d Difference) error {
	sealed, err := s.Keys.Encrypt(differencePlace(tx, string(d.ID)), []byte(d.Why))
	if err != nil {
		return err
	}
	return tx.Change(sqlSettleDifference, tx.Realm(), d.ID, d.SettledBy, sealed, d.Version)
}

func putBalance(tx *db.Tx, b Balance) error {
	return tx.Do(sqlPutBalance, tx.Realm(), b.Department, b.Day, b.Provider, b.At, b.Ours, b.Theirs)
}

func balances(tx *db.Tx, department string, day when.Day) ([]Balance, error) {
	return db.List(tx, func(from db.Scanner) (b Balance, err error) {
		return b, from.Scan(&b.Department, &b.Day, &b.Provider, &b.At, &b.Ours, &b.Theirs)
	}, sqlBalances, tx.Realm(), department, day)
}

func scanSealed(from db.Scanner) (r sign.Row, err error) {
	return r, from.Scan(&r.ID, &r.Part, &r.Sealed)
}

// Sealed are the columns that are written anew when the ring turns: for whoever refreshes all of
// the services.
func Sealed() []sign.Column {
	return []sign.Column{
		{
			Read: func(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
				return db.List(tx, scanSealed, sqlSealedRefunds, tx.Realm(), after.ID, sign.Slice)
			},
			Place: func(tx *db.Tx, r sign.Row) sign.Place { return refundPlace(tx, r.ID) },
			Write: func(tx *db.Tx, r sign.Row, sealed []byte) error {
				return tx.Do(sqlResealRefund, tx.Realm(), r.ID, sealed)
			},
		},
		{
			Read: func(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
				return db.List(tx, scanSealed, sqlSealedDifferences, tx.Realm(), after.ID, sign.Slice)
			},
			Place: func(tx *db.Tx, r sign.Row) sign.Place { return differencePlace(tx, r.ID) },
			Write: func(tx *db.Tx, r sign.Row, sealed []byte) error {
				return tx.Do(sqlResealDifference, tx.Realm(), r.ID, sealed)
			},
		},
	}
}

// Stale counts what is sealed with an older key than the one that a mark is of.
func Stale(tx *db.Tx, mark []byte) (n int64, err error) {
	return n, tx.Row(sqlStale, tx.Realm(), mark, len(mark)).Scan(&n)
}
