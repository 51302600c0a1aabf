package identity

import "praya/platform/db"

const (
	sqlAdoptions = `select id, department, name_tc, name_en, name_sc, due, service, version from identity_adoption
		where realm = $1 order by department, due, id`
	sqlAdoption    = `select id, department, name_tc, name_en, name_sc, due, service, version from identity_adoption where realm = $1 and id = $2`
	sqlAddAdoption = `insert into identity_adoption (realm, id, department, name_tc, name_en, name_sc, due, service, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, 1)`
	sqlChangeAdoption = `update identity_adoption set department = $4, name_tc = $5, name_en = $6, name_sc = $7, due = $8, service = $9, version = version + 1
		where realm = $1 and id = $2 and version = $3`
	sqlRemoveAdoption = `delete from identity_adoption where realm = $1 and id = $2 and version = $3`
	sqlLiveOnline     = `select id from identity_online where realm = $1 and approved <> '' and state <> 'suspended' and state <> 'ended'`
)

func scanAdoption(row db.Scanner) (a Adoption, err error) {
	err = row.Scan(&a.ID, &a.Department, &a.Name.TC, &a.Name.EN, &a.Name.SC, &a.Due, &a.Service, &a.Version)
	return a, err
}

func adoptions(tx *db.Tx) ([]Adoption, error) {
	return db.List(tx, scanAdoption, sqlAdoptions, tx.Realm())
}

func findAdoption(tx *db.Tx, id string) (Adoption, error) {
	return scanAdoption(tx.Row(sqlAdoption, tx.Realm(), id))
}

func addAdoption(tx *db.Tx, a Adoption) error {
	_, err := tx.Exec(sqlAddAdoption, tx.Realm(), a.ID, a.Department, a.Name.TC, a.Name.EN, a.Name.SC, a.Due, a.Service)
	return err
}

func changeAdoption(tx *db.Tx, a Adoption) error {
	return tx.Change(sqlChangeAdoption, tx.Realm(), a.ID, a.Version, a.Department, a.Name.TC, a.Name.EN, a.Name.SC, a.Due, a.Service)
}

func removeAdoption(tx *db.Tx, id string, version int64) error {
	return tx.Change(sqlRemoveAdoption, tx.Realm(), id, version)
}

// liveOnline are the services that people can sign in to.
func liveOnline(tx *db.Tx) (map[OnlineID]bool, error) {
	list, err := db.List(tx, db.Value[OnlineID], sqlLiveOnline, tx.Realm())
	out := map[OnlineID]bool{}
	for _, id := range list {
		out[id] = true
	}
	return out, err
}
