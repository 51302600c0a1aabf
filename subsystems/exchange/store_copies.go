package exchange

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
)

const (
	sqlCopyConsents = `insert into exchange_consents select realm, id || $2, right_id, subject || $2, by_account, client, consumer, provider, service, purpose, fields,
		optional, from_at, until_at, often, keep, state, uses, period, in_period, made_at, changed_at, subject_id, hash, settle_at, version
		from exchange_consents where realm = $1 and id not like '%~%'`

	sqlCopyRecords = `insert into exchange_records select realm, consent || $2, number, what, at, record, jws, salt, entry
		from exchange_records where realm = $1 and consent not like '%~%'`
)

// CopyConsents puts a copy of each consent and its records beside it, to see what stays fast among a
// million. Copies are rows to find one's own among: what is sealed in them opens for nobody. Only the
// program itself may, and no page or interface leads here.
func (s *Service) CopyConsents(ctx context.Context, mark string) error {
	if who.From(ctx).Actor.Kind != who.System {
		return fault.New(fault.Forbidden, "")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, sqlCopy := range []string{sqlCopyConsents, sqlCopyRecords} {
			if _, err := tx.Exec(sqlCopy, tx.Realm(), "~"+mark); err != nil {
				return err
			}
		}
		return nil
	})
}
