package cases

import (
	"crypto/rand"
	"crypto/sha256"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/platform/db"
)

// NewKey makes a key by which a program brings cases. It is said once.
func (s *Service) NewKey(tx *db.Tx, name, department, by string) (APIKey, string, error) {
	name = tidy(name)
	if name == "" || size(name) > 100 || by == "" {
		return APIKey{}, "", invalid("key-name")
	}
	if department != "" {
		if _, err := s.Departments.Department(tx, department); err != nil {
			return APIKey{}, "", invalid("department")
		}
	}
	secret := rand.Text()
	k := APIKey{ID: id.New[string](tx.Now()), Name: name, Department: department, MadeAt: tx.Now()}
	return k, secret, errorsOf(insertKey(tx, k, keyHash(secret), by), note(tx, "key.made", k.ID))
}

// EndKey ends a key.
func (s *Service) EndKey(tx *db.Tx, key string) error {
	return errorsOf(endKey(tx, key), note(tx, "key.ended", key))
}

// KeyOf finds a key that has not ended by its secret.
func (s *Service) KeyOf(tx *db.Tx, secret string) (APIKey, error) {
	k, err := keyByHash(tx, keyHash(secret))
	if fault.Is(err, fault.NotFound) || err == nil && !k.EndedAt.IsZero() {
		err = fault.New(fault.NotFound, "cases.fault.no-key")
	}
	return k, err
}

func keyHash(secret string) []byte {
	sum := sha256.Sum256([]byte("contact.cases.key\x00" + secret))
	return sum[:]
}
