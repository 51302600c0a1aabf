package triage

import (
	"encoding/json"

	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlNewest = `select number, report, model from contact_triage_models where realm = $1 order by number desc limit 1`

	sqlNewestNumber = `select coalesce(max(number), 0) from contact_triage_models where realm = $1`

	sqlModel = `select model from contact_triage_models where realm = $1 and number = $2`

	sqlInsertModel = `insert into contact_triage_models (realm, number, at, report, model) values ($1, $2, $3, $4, $5)`

	sqlDropModels = `delete from contact_triage_models where realm = $1 and number < $2`

	sqlChoose = `insert into contact_triage_choices (realm, case_id, question, proposed, chosen, changed, at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (realm, case_id, question) do update set proposed = excluded.proposed, chosen = excluded.chosen, changed = excluded.changed, at = excluded.at`

	sqlChoices = `select case_id, question, chosen from contact_triage_choices 
where realm = $1 and (case_id > $2 or case_id = $2 and question > $3) order by case_id, question limit $4`

	sqlChosen = `select question, changed, count(*) from contact_triage_choices where realm = $1 and proposed <> '' group by question, changed order by question, changed`

	sqlForget = `delete from contact_triage_choices where realm = $1 and case_id = $2`

	sqlSince = `select count(*) from contact_triage_choices where realm = $1 and at > $2`

	sqlStale = `select count(*) from contact_triage_models where realm = $1 and length(model) > 0 and substr(model, 1, $3) <> $2`

	sqlLooked = `update contact_triage_models set report = $3 where realm = $1 and number = $2`

	sqlSealedModels = `select number, model from contact_triage_models where realm = $1 and number > $2 and length(model) > 0 order by number limit $3`

	sqlResealModel = `update contact_triage_models set model = $4 where realm = $1 and number = $2 and model = $3`
)

// stored is a model as it is kept.
type stored struct {
	number int64
	report Report
	model  []byte // sealed
}

func newest(tx *db.Tx) (s stored, err error) {
	var report string
	if err := tx.Row(sqlNewest, tx.Realm()).Scan(&s.number, &report, &s.model); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(report), &s.report)
}

func newestNumber(tx *db.Tx) (n int64, err error) {
	err = tx.Row(sqlNewestNumber, tx.Realm()).Scan(&n)
	return n, err
}

func sealedModel(tx *db.Tx, number int64) (b []byte, err error) {
	err = tx.Row(sqlModel, tx.Realm(), number).Scan(&b)
	return b, err
}

// keptModels is how many older models stay.
const keptModels = 5

func insertModel(tx *db.Tx, s stored) error {
	report, err := json.Marshal(s.report)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(sqlInsertModel, tx.Realm(), s.number, tx.Now(), string(report), s.model); err != nil {
		return err
	}
	_, err = tx.Exec(sqlDropModels, tx.Realm(), s.number-keptModels)
	return err
}

func choose(tx *db.Tx, caseID, question, proposed, chosen string) error {
	_, err := tx.Exec(sqlChoose, tx.Realm(), caseID, question, proposed, chosen, proposed != "" && proposed != chosen, tx.Now())
	return err
}

// choice is what a person chose.
type choice struct{ caseID, question, chosen string }

func choicesAfter(tx *db.Tx, after choice, limit int) ([]choice, error) {
	return db.List(tx, func(s db.Scanner) (c choice, err error) { return c, s.Scan(&c.caseID, &c.question, &c.chosen) }, sqlChoices, tx.Realm(), after.caseID, after.question, limit)
}

// Chosen is how often people were shown a proposal and what came of it.
type Chosen struct{ Agreed, Corrected int64 }

func chosen(tx *db.Tx) (map[string]Chosen, error) {
	type line struct {
		question string
		changed  bool
		n        int64
	}
	all, err := db.List(tx, func(s db.Scanner) (l line, err error) { return l, s.Scan(&l.question, &l.changed, &l.n) }, sqlChosen, tx.Realm())
	out := map[string]Chosen{}
	for _, l := range all {
		c := out[l.question]
		if l.changed {
			c.Corrected = l.n
		} else {
			c.Agreed = l.n
		}
		out[l.question] = c
	}
	return out, err
}

func sealedModels(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, func(s db.Scanner) (r sign.Row, err error) {
		var number int64
		err = s.Scan(&number, &r.Sealed)
		r.ID = numbered(number)
		return r, err
	}, sqlSealedModels, tx.Realm(), numberOf(after.ID), sign.Slice)
}

func resealModel(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealModel, tx.Realm(), numberOf(r.ID), r.Sealed, sealed)
	return err
}

func forget(tx *db.Tx, caseID string) error {
	_, err := tx.Exec(sqlForget, tx.Realm(), caseID)
	return err
}

// choicesSince counts what people chose after an instant.
func choicesSince(tx *db.Tx, at when.Instant) (n int64, err error) {
	err = tx.Row(sqlSince, tx.Realm(), at).Scan(&n)
	return n, err
}

// staleModels counts the models that are sealed with an older key.
func staleModels(tx *db.Tx, mark []byte) (n int64, err error) {
	err = tx.Row(sqlStale, tx.Realm(), mark, len(mark)).Scan(&n)
	return n, err
}

// looked keeps in a model's report that it was looked at again.
func looked(tx *db.Tx, s stored) error {
	report, err := json.Marshal(s.report)
	if err == nil {
		_, err = tx.Exec(sqlLooked, tx.Realm(), s.number, string(report))
	}
	return err
}
