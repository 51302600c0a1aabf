package cases

import (
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlClosedBefore = `select id from contact_cases_cases where realm = $1 and closed_at <> '' and closed_at < $2 order by closed_at limit $3`

	sqlEraseCase = `delete from contact_cases_cases where realm = $1 and id = $2`

	sqlEraseMessages = `delete from contact_cases_messages where realm = $1 and case_id = $2`

	sqlEraseHistory = `delete from contact_cases_history where realm = $1 and case_id = $2`

	sqlEraseReferrals = `delete from contact_cases_referrals where realm = $1 and case_id = $2`

	sqlEraseLinks = `delete from contact_cases_links where realm = $1 and one = $2`

	sqlEraseLinked = `delete from contact_cases_links where realm = $1 and one in (select other from contact_cases_links where realm = $1 and one = $2) and other = $2`

	// Files that no case has are swept with their bytes.
	sqlLetFilesGo = `update contact_cases_files set case_id = '', message = 0, head = $3 where realm = $1 and case_id = $2 and case_id <> ''`
)

func closedBefore(tx *db.Tx, before when.Instant, limit int) ([]CaseID, error) {
	return db.List(tx, db.Value[CaseID], sqlClosedBefore, tx.Realm(), before, limit)
}

// eraseRows takes a case's rows away; the other ends of links are found by its own, so those go first.
func eraseRows(tx *db.Tx, of CaseID) error {
	_, files := tx.Exec(sqlLetFilesGo, tx.Realm(), of, []byte{})
	_, linked := tx.Exec(sqlEraseLinked, tx.Realm(), of)
	_, links := tx.Exec(sqlEraseLinks, tx.Realm(), of)
	_, messages := tx.Exec(sqlEraseMessages, tx.Realm(), of)
	_, history := tx.Exec(sqlEraseHistory, tx.Realm(), of)
	_, referrals := tx.Exec(sqlEraseReferrals, tx.Realm(), of)
	_, own := tx.Exec(sqlEraseCase, tx.Realm(), of)
	return errorsOf(files, linked, links, messages, history, referrals, own)
}
