package cases

import (
	"slices"

	"praya/platform/db"
)

// putEarlier puts cases and the steps of their histories, many rows at once.
func putEarlier(tx *db.Tx, rows, steps [][]any) error {
	_, err := tx.InsertMany("contact_cases_cases", []string{
		"realm", "id", "reference", "code_hash", "kind", "state", "channel", "language", "service", "department", "level", "anonymous", "account", "call_id",
		"holder", "phone_index", "mail_index", "district", "cell", "public", "photo", "late", "outcome", "rating", "merged_into", "words", "contact", "draft",
		"draft_by", "received", "opened_at", "changed_at", "refer_due", "answered_at", "closed_at", "chase_at", "messages", "steps", "version", "urgency",
	}, slices.Values(rows))
	if err != nil {
		return err
	}
	_, err = tx.InsertMany("contact_cases_history", []string{
		"realm", "case_id", "number", "what", "by_whom", "department", "other", "level", "note", "at",
	}, slices.Values(steps))
	return err
}

func caseValues(tx *db.Tx, c Case, by found, cell string) []any {
	return []any{
		tx.Realm(), c.ID, c.Reference, c.codeHash, c.Kind, c.State, c.Channel, c.Language, c.Service, c.Department, c.Level, c.Anonymous, c.Account, c.Call,
		c.Holder, by.phone, by.mail, c.District, cell, c.Public, c.Photo, c.Late, c.Outcome, c.Rating, c.MergedInto, c.sealedWords, c.sealedContact, c.sealedDraft,
		c.DraftBy, c.Received, c.OpenedAt, c.ChangedAt, c.ReferDue, c.AnsweredAt, c.ClosedAt, c.chaseAt, c.messages, c.steps, c.Version, c.Urgency,
	}
}

func takenOver(tx *db.Tx, of CaseID, by string) []any {
	return []any{tx.Realm(), of, 1, "taken-over", by, "", "", 0, []byte{}, tx.Now()}
}
