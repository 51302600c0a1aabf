package identity

import (
	"context"

	"praya/kernel/fault"
	"praya/platform/access"
	"praya/platform/db"
)

// Remind tells the owner of an account that work waits for them, once for each key: what it is
// stands on the page that the notice leads to, never in the notice. A closed account is not told.
func (s *Service) Remind(ctx context.Context, account, key, link string) error {
	if err := s.Policy.Allow(ctx, "identity.remind", access.Resource{Type: "Account", ID: account}); err != nil {
		return err
	}
	key = account + " " + key
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := findAccount(tx, AccountID(account))
		if fault.Is(err, fault.NotFound) || err == nil && a.State == Closed {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := repeatedNotice(tx, "", key); !fault.Is(err, fault.NotFound) {
			return err // told before, or not to be found out
		}
		_, err = s.keepNew(tx, Notice{
			Account: a.ID, Category: OnAccount, NoticeContent: NoticeContent{Key: "reminder", Link: link, Day: tx.Now()},
		}, key)
		return err
	})
}
