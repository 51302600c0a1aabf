package performance

import (
	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/db"
)

const (
	sqlFront       = `select words, version from performance_fronts where realm = $1 and head = $2 and year = $3`
	sqlInsertFront = `insert into performance_fronts (realm, head, year, words, version) values ($1, $2, $3, $4, 1)`
	sqlUpdateFront = `update performance_fronts set words = $5, version = version + 1 where realm = $1 and head = $2 and year = $3 and version = $4`
)

// frontOf is what is known of a paper's front; nothing known is no error.
func frontOf(tx *db.Tx, head, year string) (f Front, err error) {
	var words string
	err = tx.Row(sqlFront, tx.Realm(), head, year).Scan(&words, &f.Version)
	if fault.Is(err, fault.NotFound) {
		return Front{Aims: map[string]lang.Text{}, Description: map[string][]lang.Text{}}, nil
	}
	if err != nil {
		return f, err
	}
	version := f.Version
	f, err = fromJSON[Front](words)
	f.Version = version
	if f.Aims == nil {
		f.Aims = map[string]lang.Text{}
	}
	if f.Description == nil {
		f.Description = map[string][]lang.Text{}
	}
	return f, err
}

func writeFront(tx *db.Tx, head, year string, f Front) error {
	if f.Version == 0 {
		_, err := tx.Exec(sqlInsertFront, tx.Realm(), head, year, toJSON(f))
		return err
	}
	return tx.Change(sqlUpdateFront, tx.Realm(), head, year, f.Version, toJSON(f))
}
