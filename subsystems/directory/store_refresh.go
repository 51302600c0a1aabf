package directory

import (
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlSealedOfficers = `select id, part, sealed from (
		select id, 'name_zh' as part, name_zh as sealed from directory_officers where realm = $1 and id >= $2
		union all select id, 'name_en', name_en from directory_officers where realm = $1 and id >= $2
		union all select id, 'email', email from directory_officers where realm = $1 and id >= $2
		) as fields where id > $2 or part > $3 order by id, part limit $4`
	sqlResealNameZH = `update directory_officers set name_zh = $3 where realm = $1 and id = $2`
	sqlResealNameEN = `update directory_officers set name_en = $3 where realm = $1 and id = $2`
	sqlResealEmail  = `update directory_officers set email = $3 where realm = $1 and id = $2`
	// $2 is how the values begin that are sealed with the present key, and $3 its length.
	sqlStale = `select (select count(*) from directory_officers where realm = $1 and substr(name_zh, 1, $3) <> $2)
		+ (select count(*) from directory_officers where realm = $1 and substr(name_en, 1, $3) <> $2)
		+ (select count(*) from directory_officers where realm = $1 and substr(email, 1, $3) <> $2)`
)

func sealedOfficers(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedOfficers, tx.Realm(), after.ID, after.Part, sign.Slice)
}

func scanSealed(s db.Scanner) (r sign.Row, err error) {
	err = s.Scan(&r.ID, &r.Part, &r.Sealed)
	return r, err
}

// resealOfficer leaves the version: nothing has changed but the key.
func resealOfficer(tx *db.Tx, r sign.Row, sealed []byte) error {
	sqlReseal := map[string]string{"name_zh": sqlResealNameZH, "name_en": sqlResealNameEN, "email": sqlResealEmail}[r.Part]
	_, err := tx.Exec(sqlReseal, tx.Realm(), r.ID, sealed)
	return err
}

func countStale(tx *db.Tx, mark []byte) (n int64, err error) {
	err = tx.Row(sqlStale, tx.Realm(), mark, len(mark)).Scan(&n)
	return n, err
}
