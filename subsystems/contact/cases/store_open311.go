package cases

import (
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlPublicCases = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and public and opened_at >= $2 and opened_at <= $3
		and ($4 = '' or $4 = 'open' and ` + isOpen + ` or $4 = 'closed' and state in ('closed', 'merged'))
		and ($5 = '' or service in ($5, $6, $7, $8, $9)) and service <> '' order by opened_at desc, id desc limit $10 offset $11`

	publicStep = ` h.what in ('opened', 'referred', 'answered', 'closed', 'reopened')`

	sqlPublicHistory = `select c.reference, h.number, h.what, h.at from contact_cases_history h
		join contact_cases_cases c on c.realm = h.realm and c.id = h.case_id
		where h.realm = $1 and h.at >= $2 and h.at <= $3 and ` + publicStep + ` and c.public order by h.at, h.case_id, h.number limit $4`

	sqlPublicHistoryOf = `select c.reference, h.number, h.what, h.at from contact_cases_cases c
		join contact_cases_history h on h.realm = c.realm and h.case_id = c.id
		where c.realm = $1 and c.reference = $2 and c.public and ` + publicStep + ` order by h.number limit $3`

	sqlOpenedBy = `select by_whom from contact_cases_history where realm = $1 and case_id = $2 and what = 'opened' order by number limit 1`
)

func publicCases(tx *db.Tx, q geoQuery) ([]Case, error) {
	services := [geoServices]string{}
	for i := range services {
		if len(q.services) > 0 {
			services[i] = q.services[min(i, len(q.services)-1)]
		}
	}
	return db.List(tx, scanCase, sqlPublicCases, tx.Realm(), q.from, q.to, q.status, services[0], services[1], services[2], services[3], services[4],
		q.limit, q.offset)
}

type publicRow struct {
	reference, what string
	number          int64
	at              when.Instant
}

func scanPublic(s db.Scanner) (r publicRow, err error) {
	return r, s.Scan(&r.reference, &r.number, &r.what, &r.at)
}

func publicHistory(tx *db.Tx, reference string, from, to when.Instant) ([]publicRow, error) {
	if reference != "" {
		return db.List(tx, scanPublic, sqlPublicHistoryOf, tx.Realm(), reference, geoMost)
	}
	return db.List(tx, scanPublic, sqlPublicHistory, tx.Realm(), from, to, geoMost)
}

func openedBy(tx *db.Tx, of CaseID) (by string, err error) {
	err = tx.Row(sqlOpenedBy, tx.Realm(), of).Scan(&by)
	return by, err
}
