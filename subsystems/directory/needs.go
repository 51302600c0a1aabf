package directory

import (
	"context"

	"praya/kernel/lang"
)

// Accounts is what the directory wants of the subsystem by which officers sign in. Without
// it the pages say that invitations are not available, and nothing else is missing.
type Accounts interface {
	// InviteOfficer makes a link that works once, by which an officer makes an account. When
	// it was used, LinkAccount is called with the officer's and the account's id.
	InviteOfficer(ctx context.Context, officerID string, l lang.Lang) (link string, err error)
	// EndOfficer ends an account's sessions as an officer, because the officer has left or
	// the account was unlinked. It may be called more than once.
	EndOfficer(ctx context.Context, accountID string) error
}
