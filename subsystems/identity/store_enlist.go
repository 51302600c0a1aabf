package identity

import (
	"errors"
	"iter"

	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

// addEnlisted writes accounts with all that belongs to them, as many rows at once as the
// engine takes. It gives Conflict when one of them is there already.
func addEnlisted(tx *db.Tx, all []enlisted) error {
	realm, now := tx.Realm(), tx.Now()
	var errs []error
	add := func(table string, columns []string, rows iter.Seq[[]any]) {
		_, err := tx.InsertMany(table, columns, rows)
		errs = append(errs, err)
	}
	add("identity_accounts", []string{"realm", "id", "kind", "level", "state", "persona", "lang", "document_index", "created", "closed", "version"},
		func(yield func([]any) bool) {
			for _, e := range all {
				if !yield([]any{realm, e.ID, e.Kind, e.Level, e.State, "", e.Lang, e.index, now, when.Instant{}, int64(1)}) {
					return
				}
			}
		})
	add("identity_profile", []string{"realm", "account", "field", "value", "source", "verified", "changed"},
		func(yield func([]any) bool) {
			for _, e := range all {
				for _, v := range e.values {
					if !yield([]any{realm, e.ID, v.Field, v.sealed, v.Source, v.Verified, now}) {
						return
					}
				}
			}
		})
	add("identity_passkeys", []string{"realm", "id", "account", "name", "record", "created", "used", "version"},
		func(yield func([]any) bool) {
			for _, e := range all {
				if e.key != nil && !yield([]any{realm, e.key.ID, e.ID, e.key.Name, e.key.Record, now, now, int64(1)}) {
					return
				}
			}
		})
	add("identity_history", []string{"realm", "account", "id", "at", "what", "client", "detail", "device"},
		func(yield func([]any) bool) {
			for _, e := range all {
				if !yield([]any{realm, e.ID, id.New[string](now), now, Registered, "", "", ""}) {
					return
				}
			}
		})
	return errors.Join(errs...)
}
