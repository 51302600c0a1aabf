package cases

import (
	"encoding/json"

	"praya/kernel/when"
	"praya/platform/db"
)

const (
	categoryColumns = `code, name, about, department, grouping, keywords, attributes, public, active, version`

	sqlCategories = `select ` + categoryColumns + ` from contact_cases_services where realm = $1 order by grouping, code`

	sqlCategory = `select ` + categoryColumns + ` from contact_cases_services where realm = $1 and code = $2`

	sqlInsertCategory = `insert into contact_cases_services (realm, ` + categoryColumns + `) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`

	sqlUpdateCategory = `update contact_cases_services set name = $3, about = $4, department = $5, grouping = $6, keywords = $7, attributes = $8,
		public = $9, active = $10, version = version + 1 where realm = $1 and code = $2 and version = $11`

	fileColumns = `id, case_id, message, address, view, small, type, bytes, head, at`

	sqlAddFile = `insert into contact_cases_files (realm, ` + fileColumns + `) values ($1, $2, '', 0, $3, $4, $5, $6, $7, $8, $9)`

	sqlFile = `select ` + fileColumns + ` from contact_cases_files where realm = $1 and id = $2`

	sqlFilesOf = `select ` + fileColumns + ` from contact_cases_files where realm = $1 and case_id = $2 and case_id <> '' order by id`

	sqlCountFiles = `select count(*) from contact_cases_files where realm = $1 and case_id = $2 and case_id <> ''`

	sqlClaimFile = `update contact_cases_files set case_id = $3, message = $4 where realm = $1 and id = $2 and case_id = ''`

	sqlLooseFiles = `select ` + fileColumns + ` from contact_cases_files where realm = $1 and case_id = '' and at < $2 order by at limit 100`

	sqlDropFile = `delete from contact_cases_files where realm = $1 and id = $2 and case_id = ''`

	sqlPutDraft = `insert into contact_cases_drafts (realm, hash, content, at) values ($1, $2, $3, $4)
		on conflict (realm, hash) do update set content = excluded.content, at = excluded.at`

	sqlDraft = `select content from contact_cases_drafts where realm = $1 and hash = $2 and at >= $3`

	sqlDropOldDrafts = `delete from contact_cases_drafts where realm = $1 and at < $2`
)

func putCategory(tx *db.Tx, x Category) error {
	var out [4]string
	for i, v := range []any{x.Name, x.About, x.Keywords, x.Attributes} {
		raw, err := json.Marshal(v)
		if err != nil {
			return err
		}
		out[i] = string(raw)
	}
	if x.Version == 0 {
		_, err := tx.Exec(sqlInsertCategory, tx.Realm(), x.Code, out[0], out[1], x.Department, x.Group, out[2], out[3], x.Public, x.Active)
		return err
	}
	return tx.Change(sqlUpdateCategory, tx.Realm(), x.Code, out[0], out[1], x.Department, x.Group, out[2], out[3], x.Public, x.Active, x.Version)
}

func scanFile(s db.Scanner) (f File, err error) {
	return f, s.Scan(&f.ID, &f.Case, &f.Message, &f.address, &f.view, &f.small, &f.Type, &f.Bytes, &f.head, &f.at)
}

func insertFile(tx *db.Tx, f File) error {
	_, err := tx.Exec(sqlAddFile, tx.Realm(), f.ID, f.address, f.view, f.small, f.Type, f.Bytes, f.head, tx.Now())
	return err
}

func claimFile(tx *db.Tx, id string, of CaseID, message int64) (bool, error) {
	n, err := tx.Exec(sqlClaimFile, tx.Realm(), id, of, message)
	return n > 0, err
}

func countFiles(tx *db.Tx, of CaseID) (n int, err error) {
	err = tx.Row(sqlCountFiles, tx.Realm(), of).Scan(&n)
	return n, err
}

func looseFiles(tx *db.Tx, before when.Instant) ([]File, error) {
	return db.List(tx, scanFile, sqlLooseFiles, tx.Realm(), before)
}

func dropFile(tx *db.Tx, id string) error {
	_, err := tx.Exec(sqlDropFile, tx.Realm(), id)
	return err
}

func putDraft(tx *db.Tx, hash, content []byte) error {
	_, err := tx.Exec(sqlPutDraft, tx.Realm(), hash, content, tx.Now())
	return err
}

func draftBy(tx *db.Tx, hash []byte, from when.Instant) (content []byte, err error) {
	err = tx.Row(sqlDraft, tx.Realm(), hash, from).Scan(&content)
	return content, err
}

func dropOldDrafts(tx *db.Tx, before when.Instant) error {
	_, err := tx.Exec(sqlDropOldDrafts, tx.Realm(), before)
	return err
}
