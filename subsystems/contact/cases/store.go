package cases

import (
	"praya/kernel/fault"
	"praya/platform/db"
)

const (
	caseColumns = `id, reference, code_hash, kind, state, channel, language, service, department, level, anonymous, account, call_id, holder,
		district, public, photo, late, outcome, rating, merged_into, words, contact, draft, draft_by, received, opened_at, changed_at, refer_due,
		answered_at, closed_at, chase_at, messages, steps, version, urgency`

	sqlCase = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and id = $2`

	sqlCaseByReference = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and reference = $2`

	// Whoever changes a case passes here first.
	sqlHoldCase = `update contact_cases_cases set version = version + 1, changed_at = $3 where realm = $1 and id = $2`

	sqlInsertCase = `insert into contact_cases_cases (realm, id, reference, code_hash, kind, state, channel, language, service, department, level,
		anonymous, account, call_id, holder, phone_index, mail_index, district, cell, public, photo, late, outcome, rating, merged_into, words,
		contact, draft, draft_by, received, opened_at, changed_at, refer_due, answered_at, closed_at, chase_at, messages, steps, version, urgency)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, $10, $11, $12, $13, $14, $15, $16, $17, $18, '', 0, '', 0, '', $19, $20, $21, '', $22,
		$23, $23, $24, '', '', $25, 0, 0, 1, $26)`

	sqlSaveCase = `update contact_cases_cases set code_hash = $3, kind = $4, state = $5, service = $6, department = $7, level = $8, holder = $9,
		public = $10, photo = $11, late = $12, outcome = $13, rating = $14, merged_into = $15, draft = $16, draft_by = $17, answered_at = $18,
		closed_at = $19, chase_at = $20, refer_due = $21, messages = $22, steps = $23, changed_at = $24, language = $25, urgency = $26 where realm = $1 and id = $2`

	sqlByAccount = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and account = $2 and account <> '' order by id desc limit $3`

	sqlBefore = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and id < $2 order by id desc limit $3`

	sqlByPhone = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and phone_index = $2 and length(phone_index) > 0
		order by id desc limit $3`

	sqlByMail = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and mail_index = $2 and length(mail_index) > 0
		order by id desc limit $3`

	sqlByMailID = `select case_id from contact_cases_messages where realm = $1 and mail_index = $2 and length(mail_index) > 0
		order by case_id desc limit 1`

	sqlMergedInto = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and merged_into = $2 and merged_into <> '' order by id limit $3`

	sqlNear = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and kind = $2 and cell = $3 and cell <> '' and public
		and state in ('new', 'referred', 'escalated', 'replied', 'answered') order by id desc limit $4`

	sqlOpenIn = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and kind = $2 and district = $3 and public
		and state in ('new', 'referred', 'escalated', 'replied', 'answered') order by id desc limit $4`

	sqlOpenAbout = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and kind = $2 and service = $3 and public
		and state in ('new', 'referred', 'escalated', 'replied', 'answered') order by id desc limit $4`

	messageColumns = `number, from_whom, channel, by_whom, internal, mail_id, text, at`

	sqlMessages = `select ` + messageColumns + ` from contact_cases_messages where realm = $1 and case_id = $2 order by number limit $3`

	sqlMessage = `select ` + messageColumns + ` from contact_cases_messages where realm = $1 and case_id = $2 and number = $3`

	sqlInsertMessage = `insert into contact_cases_messages (realm, case_id, number, from_whom, channel, by_whom, internal, mail_index, mail_id, text, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	sqlHistory = `select number, what, by_whom, department, other, level, note, at from contact_cases_history where realm = $1 and case_id = $2
		order by number desc limit $3`

	sqlInsertHistory = `insert into contact_cases_history (realm, case_id, number, what, by_whom, department, other, level, note, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	sqlLink = `insert into contact_cases_links (realm, one, other, at) values ($1, $2, $3, $4) on conflict (realm, one, other) do nothing`

	sqlLinks = `select other from contact_cases_links where realm = $1 and one = $2 order by other limit 100`

	sqlMoveIndexes = `update contact_cases_cases set phone_index = $3, mail_index = $4, contact = $5 where realm = $1 and id = $2`
)

func scanCase(s db.Scanner) (c Case, err error) {
	err = s.Scan(&c.ID, &c.Reference, &c.codeHash, &c.Kind, &c.State, &c.Channel, &c.Language, &c.Service, &c.Department, &c.Level, &c.Anonymous,
		&c.Account, &c.Call, &c.Holder, &c.District, &c.Public, &c.Photo, &c.Late, &c.Outcome, &c.Rating, &c.MergedInto, &c.sealedWords, &c.sealedContact,
		&c.sealedDraft, &c.DraftBy, &c.Received, &c.OpenedAt, &c.ChangedAt, &c.ReferDue, &c.AnsweredAt, &c.ClosedAt, &c.chaseAt, &c.messages, &c.steps,
		&c.Version, &c.Urgency)
	c.was = c.State
	return c, err
}

func oneCase(tx *db.Tx, sqlOne string, key any) (Case, error) {
	c, err := scanCase(tx.Row(sqlOne, tx.Realm(), key))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "cases.fault.no-case")
	}
	return c, err
}

// holdCase locks a case and reads it: who changes a case waits here for others, or begins again.
func holdCase(tx *db.Tx, of CaseID) (Case, error) {
	n, err := tx.Exec(sqlHoldCase, tx.Realm(), of, tx.Now())
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "cases.fault.no-case")
	}
	if err != nil {
		return Case{}, err
	}
	return oneCase(tx, sqlCase, of)
}

// found is what a case is found by without being read.
type found struct{ phone, mail []byte }

func insertCase(tx *db.Tx, c Case, by found, cell string) error {
	_, err := tx.Exec(sqlInsertCase, tx.Realm(), c.ID, c.Reference, c.codeHash, c.Kind, c.State, c.Channel, c.Language, c.Service, c.Anonymous, c.Account,
		c.Call, c.Holder, by.phone, by.mail, c.District, cell, c.Public, c.sealedWords, c.sealedContact, []byte{}, c.Received, c.OpenedAt, c.ReferDue, c.chaseAt, c.Urgency)
	return errorsOf(err, countState(tx, c.ID, "", c.State))
}

func saveCase(tx *db.Tx, c Case) error {
	_, err := tx.Exec(sqlSaveCase, tx.Realm(), c.ID, c.codeHash, c.Kind, c.State, c.Service, c.Department, c.Level, c.Holder, c.Public, c.Photo, c.Late,
		c.Outcome, c.Rating, c.MergedInto, c.sealedDraft, c.DraftBy, c.AnsweredAt, c.ClosedAt, c.chaseAt, c.ReferDue, c.messages, c.steps, tx.Now(), c.Language, c.Urgency)
	return errorsOf(err, countState(tx, c.ID, c.was, c.State))
}

func casesBy(tx *db.Tx, sqlMany string, key any, limit int) ([]Case, error) {
	return db.List(tx, scanCase, sqlMany, tx.Realm(), key, limit)
}

func caseOfMail(tx *db.Tx, index []byte) (of CaseID, err error) {
	err = tx.Row(sqlByMailID, tx.Realm(), index).Scan(&of)
	return of, err
}

type messageRow struct {
	Message
	sealedID, sealedText []byte
}

// ofPerson reports whether a message is a mail that the person wrote. The mail that a case came by
// stands in its thread as the machine's and without text, since the case itself has it; a receipt, an
// absence note and a report that a mail bounced say something.
func (m messageRow) ofPerson() bool {
	return len(m.sealedID) > 0 && (m.From == ByPerson || m.From == ByMachine && len(m.sealedText) == 0)
}

func scanMessage(s db.Scanner) (m messageRow, err error) {
	return m, s.Scan(&m.Number, &m.From, &m.Channel, &m.By, &m.Internal, &m.sealedID, &m.sealedText, &m.At)
}

func messageRows(tx *db.Tx, of CaseID, limit int) ([]messageRow, error) {
	return db.List(tx, scanMessage, sqlMessages, tx.Realm(), of, limit)
}

func messageByNumber(tx *db.Tx, of CaseID, number int64) (messageRow, error) {
	return scanMessage(tx.Row(sqlMessage, tx.Realm(), of, number))
}

func insertMessage(tx *db.Tx, of CaseID, m messageRow, index []byte) error {
	_, err := tx.Exec(sqlInsertMessage, tx.Realm(), of, m.Number, m.From, m.Channel, m.By, m.Internal, index, m.sealedID, m.sealedText, m.At)
	return err
}

type stepRow struct {
	Step
	sealed []byte
}

func stepRows(tx *db.Tx, of CaseID, limit int) ([]stepRow, error) {
	return db.List(tx, func(s db.Scanner) (r stepRow, err error) {
		return r, s.Scan(&r.Number, &r.What, &r.By, &r.Department, &r.Other, &r.Level, &r.sealed, &r.At)
	}, sqlHistory, tx.Realm(), of, limit)
}

func insertStep(tx *db.Tx, of CaseID, r stepRow) error {
	_, err := tx.Exec(sqlInsertHistory, tx.Realm(), of, r.Number, r.What, r.By, r.Department, r.Other, r.Level, r.sealed, r.At)
	return err
}

func insertLink(tx *db.Tx, one, other CaseID) error {
	_, err := tx.Exec(sqlLink, tx.Realm(), one, other, tx.Now())
	return err
}

func linksOf(tx *db.Tx, of CaseID) ([]CaseID, error) {
	return db.List(tx, db.Value[CaseID], sqlLinks, tx.Realm(), of)
}

func moveContact(tx *db.Tx, of CaseID, by found, contact []byte) error {
	_, err := tx.Exec(sqlMoveIndexes, tx.Realm(), of, by.phone, by.mail, contact)
	return err
}

func casesNear(tx *db.Tx, kind Kind, cell string, limit int) ([]Case, error) {
	return db.List(tx, scanCase, sqlNear, tx.Realm(), kind, cell, limit)
}

// openAlike are open cases that everybody may know of, the newest first: those of a district, or of a
// service where no place is told.
func openAlike(tx *db.Tx, kind Kind, district, service string, limit int) ([]Case, error) {
	if district != "" {
		return db.List(tx, scanCase, sqlOpenIn, tx.Realm(), kind, district, limit)
	}
	return db.List(tx, scanCase, sqlOpenAbout, tx.Realm(), kind, service, limit)
}
