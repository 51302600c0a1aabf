package calendar

import "praya/platform/db"

const (
	sqlList = `select day, tc, en, sc, version from calendar_holidays
		where realm = $1 and day >= $2 and day <= $3 order by day`
	sqlInsert = `insert into calendar_holidays (realm, day, tc, en, sc, version) values ($1, $2, $3, $4, $5, 1)`
	sqlUpdate = `update calendar_holidays set tc = $4, en = $5, sc = $6, version = version + 1
		where realm = $1 and day = $2 and version = $3`
	sqlRemove = `delete from calendar_holidays where realm = $1 and day = $2 and version = $3`
)

func list(tx *db.Tx, from, to string) ([]Holiday, error) {
	return db.List(tx, func(s db.Scanner) (h Holiday, err error) {
		return h, s.Scan(&h.Day, &h.Name.TC, &h.Name.EN, &h.Name.SC, &h.Version)
	}, sqlList, tx.Realm(), from, to)
}

func insert(tx *db.Tx, h Holiday) error {
	_, err := tx.Exec(sqlInsert, tx.Realm(), h.Day, h.Name.TC, h.Name.EN, h.Name.SC)
	return err
}

func put(tx *db.Tx, h Holiday) error {
	if h.Version == 0 {
		return insert(tx, h)
	}
	return tx.Change(sqlUpdate, tx.Realm(), h.Day, h.Version, h.Name.TC, h.Name.EN, h.Name.SC)
}
