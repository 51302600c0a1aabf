package cases

import (
	"strconv"

	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlSealedWords = `select id, '', words from contact_cases_cases where realm = $1 and id > $2 order by id limit $3`

	sqlResealWords = `update contact_cases_cases set words = $3 where realm = $1 and id = $2`

	sqlSealedContacts = `select id, '', contact from contact_cases_cases where realm = $1 and id > $2 and length(contact) > 0 order by id limit $3`

	sqlResealContact = `update contact_cases_cases set contact = $3 where realm = $1 and id = $2`

	sqlSealedReferrals = `select id, '', words from contact_cases_referrals where realm = $1 and id > $2 order by id limit $3`

	sqlResealReferral = `update contact_cases_referrals set words = $3 where realm = $1 and id = $2`

	sqlSealedHeads = `select id, '', head from contact_cases_files where realm = $1 and id > $2 and length(head) > 0 order by id limit $3`

	sqlResealHead = `update contact_cases_files set head = $3 where realm = $1 and id = $2`

	sqlStaleWords = `select count(*) from contact_cases_cases where realm = $1 and (substr(words, 1, $3) <> $2 or length(contact) > 0 and substr(contact, 1, $3) <> $2)`

	sqlSealedDrafts = `select id, '', draft from contact_cases_cases where realm = $1 and id > $2 and length(draft) > 0 order by id limit $3`

	sqlResealDraft = `update contact_cases_cases set draft = $3 where realm = $1 and id = $2`

	sqlSealedTexts = `select case_id, number, text, mail_id from contact_cases_messages where realm = $1 and (case_id > $2 or case_id = $2 and number > $3)
		order by case_id, number limit $4`

	sqlResealText = `update contact_cases_messages set text = $4 where realm = $1 and case_id = $2 and number = $3`

	sqlResealMailID = `update contact_cases_messages set mail_id = $4 where realm = $1 and case_id = $2 and number = $3`

	sqlSealedNotes = `select case_id, number, note from contact_cases_history where realm = $1 and (case_id > $2 or case_id = $2 and number > $3)
		and length(note) > 0 order by case_id, number limit $4`

	sqlResealNote = `update contact_cases_history set note = $4 where realm = $1 and case_id = $2 and number = $3`
)

func scanSealed(s db.Scanner) (r sign.Row, err error) {
	return r, s.Scan(&r.ID, &r.Part, &r.Sealed)
}

func sealedWords(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedWords, tx.Realm(), after.ID, sign.Slice)
}

func resealWords(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealWords, tx.Realm(), r.ID, sealed)
	return err
}

func sealedContacts(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedContacts, tx.Realm(), after.ID, sign.Slice)
}

func resealContact(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealContact, tx.Realm(), r.ID, sealed)
	return err
}

func sealedReferrals(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedReferrals, tx.Realm(), after.ID, sign.Slice)
}

func resealReferral(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealReferral, tx.Realm(), r.ID, sealed)
	return err
}

func sealedHeads(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedHeads, tx.Realm(), after.ID, sign.Slice)
}

func resealHead(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealHead, tx.Realm(), r.ID, sealed)
	return err
}

func countStale(tx *db.Tx, mark []byte) (n int64, err error) {
	err = tx.Row(sqlStaleWords, tx.Realm(), mark, len(mark)).Scan(&n)
	return n, err
}

func sealedDrafts(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedDrafts, tx.Realm(), after.ID, sign.Slice)
}

func resealDraft(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealDraft, tx.Realm(), r.ID, sealed)
	return err
}

// numberOf is the number within its case of a row that is found by its owner and its part.
func numberOf(r sign.Row) int64 {
	n, _ := strconv.ParseInt(r.Part, 10, 64) // empty before the first
	return n
}

func sealedNotes(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, func(s db.Scanner) (r sign.Row, err error) {
		var n int64
		err = s.Scan(&r.Owner, &n, &r.Sealed)
		r.Part = strconv.FormatInt(n, 10)
		return r, err
	}, sqlSealedNotes, tx.Realm(), after.Owner, numberOf(after), sign.Slice)
}

func resealNote(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealNote, tx.Realm(), r.Owner, numberOf(r), sealed)
	return err
}

// sealedMessages gives the texts of messages, or their Message-IDs. What is empty is left out by
// looking on.
func sealedMessages(mail bool) func(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return func(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
		for {
			read, last := 0, after
			all, err := db.List(tx, func(s db.Scanner) (r sign.Row, err error) {
				var n int64
				var text, id []byte
				err = s.Scan(&r.Owner, &n, &text, &id)
				if r.Part, r.Sealed = strconv.FormatInt(n, 10), text; mail {
					r.Sealed = id
				}
				read, last = read+1, r
				return r, err
			}, sqlSealedTexts, tx.Realm(), after.Owner, numberOf(after), sign.Slice)
			if err != nil {
				return nil, err
			}
			var out []sign.Row
			for _, r := range all {
				if len(r.Sealed) > 0 {
					out = append(out, r)
				}
			}
			if len(out) > 0 || read == 0 {
				return out, nil
			}
			after = last
		}
	}
}

func resealText(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealText, tx.Realm(), r.Owner, numberOf(r), sealed)
	return err
}

func resealMailID(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealMailID, tx.Realm(), r.Owner, numberOf(r), sealed)
	return err
}
