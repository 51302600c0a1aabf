package directory

import (
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	departmentColumns = `code, kind, tc, en, sc, short_tc, short_en, short_sc, parent, from_day, to_day, telephone, website, version`

	sqlDepartments = `select ` + departmentColumns + ` from directory_departments where realm = $1 order by code`

	sqlDepartment = `select ` + departmentColumns + ` from directory_departments where realm = $1 and code = $2`

	sqlAnyDepartment = `select count(*) from directory_departments where realm = $1`

	sqlInsertDepartment = `insert into directory_departments (realm, ` + departmentColumns + `, busy)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, 0)`

	sqlUpdateDepartment = `update directory_departments set kind = $4, tc = $5, en = $6, sc = $7, short_tc = $8, short_en = $9,
		short_sc = $10, parent = $11, from_day = $12, to_day = $13, telephone = $14, website = $15, version = version + 1
		where realm = $1 and code = $2 and version = $3`

	sqlTouchDepartment = `update directory_departments set busy = busy + 1 where realm = $1 and code = $2`

	postColumns = `id, department, tc, en, sc, grade, listed, from_day, to_day, version`

	sqlPost = `select ` + postColumns + ` from directory_posts where realm = $1 and id = $2`

	sqlPostsOfDepartment = `select ` + postColumns + ` from directory_posts where realm = $1 and department = $2 order by id`

	sqlPostsPage = `select ` + postColumns + ` from directory_posts
		where realm = $1 and department = $2 and ($3 = '' or to_day = '' or to_day >= $3) order by id limit $4 offset $5`

	sqlPostsCount = `select count(*) from directory_posts
		where realm = $1 and department = $2 and ($3 = '' or to_day = '' or to_day >= $3)`

	sqlInsertPost = `insert into directory_posts (realm, id, department, tc, en, sc, grade, listed, from_day, to_day, busy, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 1)`

	sqlUpdatePost = `update directory_posts set tc = $4, en = $5, sc = $6, grade = $7, listed = $8, from_day = $9, to_day = $10,
		version = version + 1 where realm = $1 and id = $2 and version = $3`

	sqlTouchPost = `update directory_posts set busy = busy + 1 where realm = $1 and id = $2`
)

func scanDepartment(s db.Scanner) (d Department, err error) {
	return d, s.Scan(&d.Code, &d.Kind, &d.Name.TC, &d.Name.EN, &d.Name.SC, &d.Short.TC, &d.Short.EN, &d.Short.SC,
		&d.Parent, &d.From, &d.To, &d.Telephone, &d.Website, &d.Version)
}

func departments(tx *db.Tx) ([]Department, error) {
	return db.List(tx, scanDepartment, sqlDepartments, tx.Realm())
}

func departmentByCode(tx *db.Tx, code string) (Department, error) {
	return scanDepartment(tx.Row(sqlDepartment, tx.Realm(), code))
}

func anyDepartment(tx *db.Tx) (bool, error) {
	var n int64
	err := tx.Row(sqlAnyDepartment, tx.Realm()).Scan(&n)
	return n > 0, err
}

// writeDepartment inserts a department of version 0, else changes the one of that version.
func writeDepartment(tx *db.Tx, d Department) error {
	if d.Version == 0 {
		_, err := tx.Exec(sqlInsertDepartment, tx.Realm(), d.Code, string(d.Kind), d.Name.TC, d.Name.EN, d.Name.SC,
			d.Short.TC, d.Short.EN, d.Short.SC, d.Parent, d.From, d.To, d.Telephone, d.Website)
		return err
	}
	return tx.Change(sqlUpdateDepartment, tx.Realm(), d.Code, d.Version, string(d.Kind), d.Name.TC, d.Name.EN, d.Name.SC,
		d.Short.TC, d.Short.EN, d.Short.SC, d.Parent, d.From, d.To, d.Telephone, d.Website)
}

func touchDepartment(tx *db.Tx, code string) error {
	_, err := tx.Exec(sqlTouchDepartment, tx.Realm(), code)
	return err
}

func scanPost(s db.Scanner) (p Post, err error) {
	return p, s.Scan(&p.ID, &p.Department, &p.Title.TC, &p.Title.EN, &p.Title.SC, &p.Rank, &p.Listed, &p.From, &p.To, &p.Version)
}

func postByID(tx *db.Tx, id PostID) (Post, error) {
	return scanPost(tx.Row(sqlPost, tx.Realm(), string(id)))
}

func postsOfDepartment(tx *db.Tx, code string) ([]Post, error) {
	return db.List(tx, scanPost, sqlPostsOfDepartment, tx.Realm(), code)
}

// postsPage gives posts that there are on a day or later; a zero day gives the old ones too.
func postsPage(tx *db.Tx, code string, day when.Day, limit, offset int) (out []Post, total int, err error) {
	if err = tx.Row(sqlPostsCount, tx.Realm(), code, day).Scan(&total); err != nil {
		return nil, 0, err
	}
	out, err = db.List(tx, scanPost, sqlPostsPage, tx.Realm(), code, day, limit, offset)
	return out, total, err
}

func writePost(tx *db.Tx, p Post) error {
	if p.Version == 0 {
		_, err := tx.Exec(sqlInsertPost, tx.Realm(), string(p.ID), p.Department, p.Title.TC, p.Title.EN, p.Title.SC,
			p.Rank, p.Listed, p.From, p.To)
		return err
	}
	return tx.Change(sqlUpdatePost, tx.Realm(), string(p.ID), p.Version, p.Title.TC, p.Title.EN, p.Title.SC,
		p.Rank, p.Listed, p.From, p.To)
}

func touchPost(tx *db.Tx, id PostID) error {
	_, err := tx.Exec(sqlTouchPost, tx.Realm(), string(id))
	return err
}
