package identity

import (
	"context"
	"errors"
	"strings"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/sign"
)

// longestPasskeyName is how many characters a passkey's name may have.
const longestPasskeyName = 40

func labelPlace(tx *db.Tx, credential string) sign.Place {
	return place(tx, "identity_passkeys", "label", credential)
}

// nameOf is what the owner calls a passkey, or else the device on which it was made.
func (s *Service) nameOf(tx *db.Tx, p storedPasskey) (string, error) {
	if len(p.Label) == 0 {
		return p.Name, nil
	}
	plain, err := s.Keys.Decrypt(labelPlace(tx, p.ID), p.Label)
	return string(plain), err
}

// RenamePasskey lets its owner call a passkey something else; empty is what it was called
// at first. The name may say whose device it is, so it is sealed, and the history says only
// that there is another.
func (s *Service) RenamePasskey(ctx context.Context, credential, name, device string) error {
	account, err := owner(ctx)
	if err != nil {
		return err
	}
	if name = strings.TrimSpace(name); name != "" && !plainText(name, longestPasskeyName, false) {
		return fault.New(fault.Invalid, "identity.fault.passkey-name").At("name", "identity.fault.passkey-name")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		label := []byte{}
		if name != "" {
			if label, err = s.Keys.Encrypt(labelPlace(tx, credential), []byte(name)); err != nil {
				return err
			}
		}
		return errors.Join(labelPasskey(tx, account, credential, label),
			addHistory(tx, account, HistoryEntry{What: PasskeyRenamed, Device: device}))
	})
}
