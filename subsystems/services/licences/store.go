package licences

import (
	"encoding/json"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	kindColumns = `code, department, name, prefix, fields, months, renew_from, remind, dynamic, listed, renewal, version`

	sqlKinds = `select ` + kindColumns + ` from services_licences_kinds where realm = $1 order by code`

	sqlKind = `select ` + kindColumns + ` from services_licences_kinds where realm = $1 and code = $2`

	sqlInsertKind = `insert into services_licences_kinds (realm, ` + kindColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)`

	sqlUpdateKind = `update services_licences_kinds set name = $3, fields = $4, months = $5, renew_from = $6, remind = $7,
		dynamic = $8, listed = $9, renewal = $10, version = version + 1 where realm = $1 and code = $2 and version = $11`

	licenceColumns = `id, number, kind, department, holder, case_id, open, sealed, from_day, until_day, state, entry, digest,
		changes, changed_at, version`

	sqlByID = `select ` + licenceColumns + ` from services_licences_licences where realm = $1 and id = $2`

	sqlByNumber = `select ` + licenceColumns + ` from services_licences_licences where realm = $1 and number = $2`

	sqlByCase = `select ` + licenceColumns + ` from services_licences_licences where realm = $1 and case_id = $2 and case_id <> ''`

	sqlOwnOf = `select ` + licenceColumns + ` from services_licences_licences where realm = $1 and holder = $2 and holder <> ''
		order by id desc limit $3`

	sqlExpiring = `select ` + licenceColumns + ` from services_licences_licences where realm = $1 and kind = $2
		and until_day <> '' and until_day >= $3 and until_day <= $4 and state in ('valid', 'suspended') order by until_day, id limit $5`

	sqlDue = `select ` + licenceColumns + ` from services_licences_licences where realm = $1 and kind = $2
		and until_day <> '' and until_day >= $3 and until_day <= $4 and state = 'valid' and holder <> ''
		and (reminded < 0 or reminded > $5) order by until_day, id limit $6`

	sqlOfKind = `select ` + licenceColumns + ` from services_licences_licences where realm = $1 and kind = $2 and id > $3 order by id limit $4`

	sqlPutParts = `update services_licences_licences set open = $3, sealed = $4 where realm = $1 and id = $2 and version = $5`

	sqlReminded = `update services_licences_licences set reminded = $4 where realm = $1 and id = $2 and until_day = $3`

	sqlInsertLicence = `insert into services_licences_licences (realm, id, number, kind, department, holder, case_id, open, sealed,
		from_day, until_day, state, entry, digest, reminded, changes, changed_at, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, -1, 1, $15, 1)`

	sqlUpdateLicence = `update services_licences_licences set holder = $3, open = $4, sealed = $5, until_day = $6, state = $7,
		entry = $8, digest = $9, reminded = case when until_day = $6 then reminded else -1 end, changes = $10, changed_at = $11,
		version = version + 1 where realm = $1 and id = $2 and version = $12`

	changeColumns = `licence, number, act, by_whom, second, case_id, at, entry, digest, sealed`

	sqlInsertChange = `insert into services_licences_changes (realm, ` + changeColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	sqlChanges = `select ` + changeColumns + ` from services_licences_changes where realm = $1 and licence = $2 order by number desc limit $3`

	sqlChange = `select ` + changeColumns + ` from services_licences_changes where realm = $1 and licence = $2 and number = $3`

	sqlDoneInCase = `select count(*) from services_licences_changes where realm = $1 and licence = $2 and act = $3 and case_id = $4`

	sqlInsertTerm = `insert into services_licences_terms (realm, term, licence) values ($1, $2, $3)
		on conflict (realm, term, licence) do nothing`

	sqlDeleteTerms = `delete from services_licences_terms where realm = $1 and licence = $2`
)

func scanKind(s db.Scanner) (k Kind, err error) {
	var name, fields, remind string
	if err := s.Scan(&k.Code, &k.Department, &name, &k.Prefix, &fields, &k.Months, &k.RenewFrom, &remind, &k.Dynamic, &k.Listed, &k.Renewal, &k.Version); err != nil {
		return k, err
	}
	for _, part := range []struct {
		text string
		into any
	}{{name, &k.Name}, {fields, &k.Fields}, {remind, &k.Remind}} {
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return k, err
		}
	}
	return k, nil
}

func allKinds(tx *db.Tx) ([]Kind, error) { return db.List(tx, scanKind, sqlKinds, tx.Realm()) }

func kindByCode(tx *db.Tx, code string) (Kind, error) {
	k, err := scanKind(tx.Row(sqlKind, tx.Realm(), code))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "licences.fault.no-kind")
	}
	return k, err
}

// kindTexts are the parts of a kind that stand as JSON.
func kindTexts(k Kind) (name, fields, remind string, err error) {
	out := make([]string, 3)
	for i, v := range []any{k.Name, k.Fields, k.Remind} {
		raw, err := json.Marshal(v)
		if err != nil {
			return "", "", "", err
		}
		out[i] = string(raw)
	}
	return out[0], out[1], out[2], nil
}

func insertKind(tx *db.Tx, k Kind) error {
	name, fields, remind, err := kindTexts(k)
	if err != nil {
		return err
	}
	return tx.Do(sqlInsertKind, tx.Realm(), k.Code, k.Department, name, k.Prefix, fields, k.Months, k.RenewFrom, remind, k.Dynamic, k.Listed, k.Renewal)
}

func updateKind(tx *db.Tx, k Kind) error {
	name, fields, remind, err := kindTexts(k)
	if err != nil {
		return err
	}
	return tx.Change(sqlUpdateKind, tx.Realm(), k.Code, name, fields, k.Months, k.RenewFrom, remind, k.Dynamic, k.Listed, k.Renewal, k.Version)
}

// row is a licence as it stands in the store, before it is opened.
type row struct {
	Licence
	open   map[string]string
	sealed []byte
}

func scanLicence(s db.Scanner) (r row, err error) {
	var open string
	err = s.Scan(&r.ID, &r.Number, &r.Kind, &r.Department, &r.Holder, &r.Case, &open, &r.sealed, &r.From, &r.Until, &r.State, &r.Entry, &r.Digest,
		&r.Changes, &r.At, &r.Version)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(open), &r.open)
}

// one finds a licence by a statement that names it.
func one(tx *db.Tx, sqlOne string, args ...any) (row, error) {
	r, err := scanLicence(tx.Row(sqlOne, append([]any{tx.Realm()}, args...)...))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "licences.fault.no-licence")
	}
	return r, err
}

func insertLicence(tx *db.Tx, r row) error {
	open, err := json.Marshal(r.open)
	if err != nil {
		return err
	}
	return tx.Do(sqlInsertLicence, tx.Realm(), r.ID, r.Number, r.Kind, r.Department, r.Holder, r.Case, string(open), r.sealed,
		r.From, r.Until, r.State, r.Entry, r.Digest, r.At)
}

func updateLicence(tx *db.Tx, r row) error {
	open, err := json.Marshal(r.open)
	if err != nil {
		return err
	}
	return tx.Change(sqlUpdateLicence, tx.Realm(), r.ID, r.Holder, string(open), r.sealed, r.Until, r.State, r.Entry, r.Digest, r.Changes, r.At, r.Version)
}

func ofKind(tx *db.Tx, kind string, after LicenceID, limit int) ([]row, error) {
	return db.List(tx, scanLicence, sqlOfKind, tx.Realm(), kind, after, limit)
}

func putParts(tx *db.Tx, l Licence, open map[string]string, sealed []byte) error {
	text, err := json.Marshal(open)
	if err != nil {
		return err
	}
	return tx.Change(sqlPutParts, tx.Realm(), l.ID, string(text), sealed, l.Version)
}

func expiring(tx *db.Tx, kind string, from, to when.Day, limit int) ([]row, error) {
	return db.List(tx, scanLicence, sqlExpiring, tx.Realm(), kind, from, to, limit)
}

func due(tx *db.Tx, kind string, today when.Day, before, limit int) ([]row, error) {
	return db.List(tx, scanLicence, sqlDue, tx.Realm(), kind, today, today.Add(before), before, limit)
}

func setReminded(tx *db.Tx, l Licence, before int) error {
	return tx.Do(sqlReminded, tx.Realm(), l.ID, l.Until, before)
}

// sealedChange is a change before it is opened.
type sealedChange struct {
	Change
	sealed []byte
}

func scanChange(s db.Scanner) (c sealedChange, err error) {
	return c, s.Scan(&c.Licence, &c.Number, &c.Act, &c.By, &c.Second, &c.Case, &c.At, &c.Entry, &c.Digest, &c.sealed)
}

func insertChange(tx *db.Tx, c sealedChange) error {
	return tx.Do(sqlInsertChange, tx.Realm(), c.Licence, c.Number, c.Act, c.By, c.Second, c.Case, c.At, c.Entry, c.Digest, c.sealed)
}

func doneInCase(tx *db.Tx, l LicenceID, act Act, of string) (bool, error) {
	var n int
	err := tx.Row(sqlDoneInCase, tx.Realm(), l, act, of).Scan(&n)
	return n > 0, err
}

func deleteTerms(tx *db.Tx, l LicenceID) error { return tx.Do(sqlDeleteTerms, tx.Realm(), l) }

// addTerms adds what a licence is found by.
func addTerms(tx *db.Tx, l LicenceID, terms []string) error {
	for _, t := range terms {
		if err := tx.Do(sqlInsertTerm, tx.Realm(), t, l); err != nil {
			return err
		}
	}
	return nil
}
