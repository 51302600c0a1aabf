package exchange

import "praya/platform/db"

const (
	reportColumns = `id, account, consent, access, consumer, text, answer, state, at, version`

	sqlAddReport = `insert into exchange_reports (realm, ` + reportColumns + `) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`

	sqlReport = `select ` + reportColumns + ` from exchange_reports where realm = $1 and id = $2`

	sqlReportsOf = `select ` + reportColumns + ` from exchange_reports where realm = $1 and account = $2 order by id desc limit $3`

	sqlReportsOn = `select ` + reportColumns + ` from exchange_reports where realm = $1 and consumer = $2 order by state desc, id limit $3`

	sqlCountOpenReports = `select count(*) from exchange_reports where realm = $1 and account = $2 and state = 'open'`

	sqlChangeReport = `update exchange_reports set answer = $4, state = $5, version = version + 1 where realm = $1 and id = $2 and version = $3`

	sqlOwnDeletions = `select d.consent, d.consumer, d.why, d.since, d.due, d.told_at, d.receipt, d.received, d.entry, d.version
		from exchange_consents c, exchange_deletions d
		where c.realm = $1 and c.subject = $2 and d.realm = $1 and d.consent = c.id order by d.due desc, d.consent limit $3`

	sqlUses = `select consent, count(*) from (
		select consent from exchange_accesses where realm = $1 and person = $2 and outcome = 'answered' and consent <> '' order by id desc limit $3
		) as recent group by consent`

	sqlCountAccesses = `select service, consumer, outcome, count(*) from (
		select service, consumer, outcome from exchange_accesses where realm = $1 and id > $2 order by id desc limit $3
		) as recent group by service, consumer, outcome order by service, consumer, outcome`
)

func addReport(tx *db.Tx, r Report) error {
	_, err := tx.Exec(sqlAddReport, tx.Realm(), r.ID, r.Account, r.Consent, r.Access, r.Consumer, r.sealedText, []byte{}, r.State, r.At)
	return err
}

func scanReport(s db.Scanner) (r Report, err error) {
	return r, s.Scan(&r.ID, &r.Account, &r.Consent, &r.Access, &r.Consumer, &r.sealedText, &r.sealedAnswer, &r.State, &r.At, &r.Version)
}

func findReport(tx *db.Tx, id ReportID) (Report, error) {
	return scanReport(tx.Row(sqlReport, tx.Realm(), id))
}

func reportsOf(tx *db.Tx, account string, limit int) ([]Report, error) {
	return db.List(tx, scanReport, sqlReportsOf, tx.Realm(), account, limit)
}

// reportsOn lists those on a consumer; "open" sorts behind "answered", so backwards.
func reportsOn(tx *db.Tx, consumer string, limit int) ([]Report, error) {
	return db.List(tx, scanReport, sqlReportsOn, tx.Realm(), consumer, limit)
}

func countOpenReports(tx *db.Tx, account string) (n int, err error) {
	return n, tx.Row(sqlCountOpenReports, tx.Realm(), account).Scan(&n)
}

func changeReport(tx *db.Tx, r Report) error {
	return tx.Change(sqlChangeReport, tx.Realm(), r.ID, r.Version, r.sealedAnswer, r.State)
}

func ownDeletions(tx *db.Tx, account string, limit int) ([]Deletion, error) {
	return db.List(tx, scanDeletion, sqlOwnDeletions, tx.Realm(), account, limit)
}

// countAccesses counts the newest calls after an id.
func countAccesses(tx *db.Tx, after AccessID, limit int) ([]Count, error) {
	return db.List(tx, func(s db.Scanner) (c Count, err error) {
		err = s.Scan(&c.Service, &c.Consumer, &c.Outcome, &c.Calls)
		if c.Outcome == answeredText {
			c.Outcome = ""
		}
		return c, err
	}, sqlCountAccesses, tx.Realm(), after, limit)
}

// usesOf counts the answered accesses on each consent of a person, among the newest.
func usesOf(tx *db.Tx, account string, limit int) (map[ConsentID]int64, error) {
	type used struct {
		of ConsentID
		n  int64
	}
	all, err := db.List(tx, func(s db.Scanner) (u used, err error) { return u, s.Scan(&u.of, &u.n) }, sqlUses, tx.Realm(), account, limit)
	out := map[ConsentID]int64{}
	for _, u := range all {
		out[u.of] = u.n
	}
	return out, err
}
