package licences

import (
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlProposal = `select licence, by_whom, at, sealed, version from services_licences_proposals where realm = $1 and licence = $2`

	sqlInsertProposal = `insert into services_licences_proposals (realm, licence, by_whom, at, sealed, version) values ($1, $2, $3, $4, $5, 1)`

	sqlDeleteProposal = `delete from services_licences_proposals where realm = $1 and licence = $2 and version = $3`

	sqlDropProposal = `delete from services_licences_proposals where realm = $1 and licence = $2`

	sqlProposed = `select ` + licenceColumns + ` from services_licences_licences l where realm = $1 and department = $2
		and exists (select 1 from services_licences_proposals p where p.realm = l.realm and p.licence = l.id) order by id limit $3`

	// Lists: $2 department, $3 kind, each empty for all; $4 state, where expired and coming are told
	// by the day $5; $6 whether only listed kinds are.
	listed = ` from services_licences_licences l where l.realm = $1 and ($2 = '' or l.department = $2) and ($3 = '' or l.kind = $3)
		and ($4 = '' or $4 = case
			when l.state in ('revoked', 'surrendered') then l.state
			when l.until_day <> '' and l.until_day < $5 then 'expired'
			when l.state = 'valid' and l.from_day > $5 then 'coming'
			else l.state end)
		and ($6 = false or exists (select 1 from services_licences_kinds k where k.realm = l.realm and k.code = l.kind and k.listed))`

	// found narrows a list to licences with a term from one text on, before another.
	found = ` and l.id in (select t.licence from services_licences_terms t where t.realm = $1 and t.term >= $9 and t.term < $10)`

	sqlList = `select ` + licenceColumns + listed + ` order by l.id desc limit $7 offset $8`

	sqlFound = `select ` + licenceColumns + listed + found + ` order by l.id desc limit $7 offset $8`

	sqlListCount = `select count(*) from (select 1` + listed + ` limit $7) as counted`

	sqlFoundCount = `select count(*) from (select 1` + listed + `
		and l.id in (select t.licence from services_licences_terms t where t.realm = $1 and t.term >= $8 and t.term < $9) limit $7) as counted`

	sqlAfter = `select ` + licenceColumns + listed + ` and l.id > $7 order by l.id limit $8`

	sqlFoundAfter = `select ` + licenceColumns + listed + found + ` and l.id > $7 order by l.id limit $8`

	sqlInvalid = `select number from services_licences_licences where realm = $1 and state <> 'valid'
		and (until_day = '' or until_day >= $2) order by number limit $3`

	sqlSealedValues = `select id, '', sealed from services_licences_licences where realm = $1 and id > $2 order by id limit $3`

	sqlResealValues = `update services_licences_licences set sealed = $3 where realm = $1 and id = $2`

	sqlSealedRecords = `select licence, cast(number as text), sealed from services_licences_changes
		where realm = $1 and (licence > $2 or licence = $2 and number > $3) order by licence, number limit $4`

	sqlResealRecord = `update services_licences_changes set sealed = $4 where realm = $1 and licence = $2 and number = $3`

	sqlSealedProposals = `select licence, '', sealed from services_licences_proposals where realm = $1 and licence > $2 order by licence limit $3`

	sqlResealProposal = `update services_licences_proposals set sealed = $3 where realm = $1 and licence = $2`

	// $2 is how the values begin that are sealed with the present key, and $3 its length.
	sqlStale = `select (select count(*) from services_licences_licences where realm = $1 and substr(sealed, 1, $3) <> $2)
		+ (select count(*) from services_licences_changes where realm = $1 and substr(sealed, 1, $3) <> $2)
		+ (select count(*) from services_licences_proposals where realm = $1 and substr(sealed, 1, $3) <> $2)`
)

// sealedProposal is a proposal before it is opened.
type sealedProposal struct {
	Proposal
	sealed []byte
}

func scanProposal(s db.Scanner) (p sealedProposal, err error) {
	return p, s.Scan(&p.Licence, &p.By, &p.At, &p.sealed, &p.Version)
}

func insertProposal(tx *db.Tx, p Proposal, sealed []byte) error {
	return tx.Do(sqlInsertProposal, tx.Realm(), p.Licence, p.By, p.At, sealed)
}

func deleteProposal(tx *db.Tx, of LicenceID, version int64) error {
	return tx.Change(sqlDeleteProposal, tx.Realm(), of, version)
}

func dropProposal(tx *db.Tx, of LicenceID) error {
	return tx.Do(sqlDropProposal, tx.Realm(), of)
}

// Filter narrows a list. Empty parts narrow nothing.
type Filter struct {
	Department string
	Kind       string
	State      State // as it stands today
	Words      string
	Listed     bool // only kinds that the public register lists
}

// args are the parameters of a list, then more of them, then what words are looked for.
func (f Filter) args(tx *db.Tx, more ...any) []any {
	out := append([]any{tx.Realm(), f.Department, f.Kind, f.State, tx.Now().Day(), f.Listed}, more...)
	if f.Words != "" {
		from, to := query(f.Words)
		out = append(out, from, to)
	}
	return out
}

// pick is the statement for a list, or the one that looks for words too.
func (f Filter) pick(all, found string) string {
	if f.Words != "" {
		return found
	}
	return all
}

func listPage(tx *db.Tx, f Filter, limit, offset int) ([]row, error) {
	sqlPage := f.pick(sqlList, sqlFound)
	return db.List(tx, scanLicence, sqlPage, f.args(tx, limit, offset)...)
}

// mostCounted is how far a list is counted: nobody reads on beyond it.
const mostCounted = 10_000

func listCount(tx *db.Tx, f Filter) (n int, err error) {
	sqlCount := f.pick(sqlListCount, sqlFoundCount)
	err = tx.Row(sqlCount, f.args(tx, mostCounted)...).Scan(&n)
	return n, err
}

// listAfter reads a list in the order of ids: for an export, a slice at a time.
func listAfter(tx *db.Tx, f Filter, after LicenceID, limit int) ([]row, error) {
	sqlNext := f.pick(sqlAfter, sqlFoundAfter)
	return db.List(tx, scanLicence, sqlNext, f.args(tx, after, limit)...)
}

func proposed(tx *db.Tx, department string, limit int) ([]row, error) {
	return db.List(tx, scanLicence, sqlProposed, tx.Realm(), department, limit)
}

func invalidNumbers(tx *db.Tx, today when.Day, limit int) ([]string, error) {
	return db.List(tx, db.Value[string], sqlInvalid, tx.Realm(), today, limit)
}

func scanSealed(s db.Scanner) (r sign.Row, err error) { return r, s.Scan(&r.ID, &r.Part, &r.Sealed) }

func sealedValues(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedValues, tx.Realm(), after.ID, sign.Slice)
}

func sealedRecords(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedRecords, tx.Realm(), after.ID, numberOf(after), sign.Slice)
}

func sealedProposals(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedProposals, tx.Realm(), after.ID, sign.Slice)
}

// The versions stay: nothing has changed but the key.

func resealValues(tx *db.Tx, r sign.Row, sealed []byte) error {
	return tx.Do(sqlResealValues, tx.Realm(), r.ID, sealed)
}

func resealRecord(tx *db.Tx, r sign.Row, sealed []byte) error {
	return tx.Do(sqlResealRecord, tx.Realm(), r.ID, numberOf(r), sealed)
}

func resealProposal(tx *db.Tx, r sign.Row, sealed []byte) error {
	return tx.Do(sqlResealProposal, tx.Realm(), r.ID, sealed)
}

func countStale(tx *db.Tx, mark []byte) (n int64, err error) {
	err = tx.Row(sqlStale, tx.Realm(), mark, len(mark)).Scan(&n)
	return n, err
}
