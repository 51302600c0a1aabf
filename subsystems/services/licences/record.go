package licences

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/sign"
)

// Record is a licence as an act left it. Its JSON, in this order of fields and with the names of
// values sorted, is what the ledger has the salted hash of.
type Record struct {
	V       int               `json:"v"`
	Number  string            `json:"number"`
	Kind    string            `json:"kind"`
	Act     Act               `json:"act"`
	Change  int64             `json:"change"`
	At      when.Instant      `json:"at"`
	From    when.Day          `json:"from"`
	Until   when.Day          `json:"until"`
	State   State             `json:"state"`
	Holder  string            `json:"holder,omitempty"`
	Values  map[string]string `json:"values"`
	Why     lang.Text         `json:"why"`
	Changed []string          `json:"changed,omitempty"` // names of the fields that an amendment changed
}

// recordVersion is the version of a record's form.
const recordVersion = 1

// kept is a record with its salt, as it stands sealed.
type kept struct {
	Salt   []byte          `json:"salt"`
	Record json.RawMessage `json:"record"`
}

// newKept salts a record. Without the salt nobody can guess the record from its digest.
func newKept(r Record) (kept, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return kept{}, err
	}
	salt := make([]byte, 32)
	if _, err := rand.Read(salt); err != nil {
		return kept{}, err
	}
	return kept{salt, raw}, nil
}

// digest is SHA-256 over salt and record.
func (k kept) digest() [sha256.Size]byte {
	return sha256.Sum256(append(append([]byte(nil), k.Salt...), k.Record...))
}

func (k kept) hex() string {
	d := k.digest()
	return hex.EncodeToString(d[:])
}

// What is sealed, and where it opens.

func valuesPlace(realm who.Realm, l LicenceID) sign.Place {
	return sign.Place{Realm: realm, Table: "services_licences_licences", Column: "sealed", ID: string(l)}
}

func recordPlace(realm who.Realm, l LicenceID, number int64) sign.Place {
	return sign.Place{Realm: realm, Table: "services_licences_changes", Column: "sealed", ID: string(l) + "." + strconv.FormatInt(number, 10)}
}

func proposalPlace(realm who.Realm, l LicenceID) sign.Place {
	return sign.Place{Realm: realm, Table: "services_licences_proposals", Column: "sealed", ID: string(l)}
}

// inside is what stands sealed beside a licence.
type inside struct {
	Values map[string]string `json:"values,omitempty"`
	Why    lang.Text         `json:"why"`
}

// sealJSON seals a value for its place.
func (s *Service) sealJSON(at sign.Place, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.Keys.Encrypt(at, raw)
}

func (s *Service) openJSON(at sign.Place, sealed []byte, v any) error {
	raw, err := s.Keys.Decrypt(at, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// proof is a change's record and salt as JSON, for its holder: SHA-256 over both is what the ledger
// has.
func (s *Service) proof(tx *db.Tx, c Change) ([]byte, error) {
	sealed, err := scanChange(tx.Row(sqlChange, tx.Realm(), c.Licence, c.Number))
	if err != nil {
		return nil, err
	}
	_, box, err := s.openChange(tx, sealed)
	if err != nil {
		return nil, err
	}
	return json.Marshal(box)
}
