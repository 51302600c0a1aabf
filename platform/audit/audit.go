package audit

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is what this package keeps in the store.
func Schema() db.Schema { return db.Schema{Owner: "audit", Files: files} }

// Act is one administrative act. Who, when, realm and request come from the transaction.
type Act struct {
	Act     string            // "calendar.put": the folder, and the verb
	Object  string            // the id of what it was done to
	Outcome string            // "done", or "refused"
	Detail  map[string]string // ids and values that are no personal data
}

// Entry is an act as it stands in the trail.
type Entry struct {
	Act
	Realm   who.Realm
	Number  int64
	At      when.Instant
	Actor   who.Actor
	Request string
	Hash    string
	detail  string
}

// Write adds an act to the trail of the transaction's realm.
func Write(tx *db.Tx, a Act) error {
	if a.Act == "" || a.Outcome == "" {
		return fmt.Errorf("audit: an act needs a name and an outcome: %+v", a)
	}
	if _, err := tx.Exec(sqlBegin, tx.Realm()); err != nil {
		return err
	}
	number, hash, err := Head(tx)
	if err != nil {
		return err
	}
	r := who.From(tx.Context())
	detail, err := json.Marshal(a.Detail)
	if err != nil {
		return err
	}
	e := Entry{Act: a, Realm: tx.Realm(), Number: number + 1, At: tx.Now(), Actor: r.Actor, Request: r.ID, detail: string(detail)}
	next := e.chain(hash)
	if err := tx.Change(sqlMove, e.Realm, e.Number, next); err != nil {
		return err
	}
	_, err = tx.Exec(sqlInsert, e.Realm, e.Number, e.At, e.Actor.Kind, e.Actor.ID, a.Act, a.Object, a.Outcome, e.Request, e.detail, next)
	return err
}

// Head is the number and hash of the last entry: keep it elsewhere, and the trail's end
// cannot be cut off unseen.
func Head(tx *db.Tx) (number int64, hash string, err error) {
	err = tx.Row(sqlHead, tx.Realm()).Scan(&number, &hash)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return number, hash, err
}

// chain is the hash of the entry and of the one before it. JSON separates the fields,
// so that no two entries read alike.
func (e Entry) chain(before string) string {
	b, err := json.Marshal([]string{before, string(e.Realm), fmt.Sprint(e.Number), e.At.String(), string(e.Actor.Kind), e.Actor.ID,
		e.Act.Act, e.Object, e.Outcome, e.Request, e.detail})
	if err != nil {
		panic("audit: strings have no JSON: " + err.Error()) // documented never to happen
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// List lists entries, newest first, from before a number; 0 begins at the end.
func List(tx *db.Tx, before int64, limit int) ([]Entry, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	return db.List(tx, scan(tx), sqlList, tx.Realm(), before, limit)
}

func scan(tx *db.Tx) func(db.Scanner) (Entry, error) {
	return func(s db.Scanner) (e Entry, err error) {
		e.Realm = tx.Realm()
		if err := s.Scan(&e.Number, &e.At, &e.Actor.Kind, &e.Actor.ID, &e.Act.Act, &e.Object, &e.Outcome, &e.Request, &e.detail, &e.Hash); err != nil {
			return e, err
		}
		return e, json.Unmarshal([]byte(e.detail), &e.Detail)
	}
}

// Verify walks the trail of the transaction's realm. It returns how many entries fit,
// and an error that names the first that does not.
func Verify(tx *db.Tx) (int64, error) {
	var number int64
	hash := ""
	for {
		some, err := db.List(tx, scan(tx), sqlWalk, tx.Realm(), number)
		if err != nil {
			return number, err
		}
		if len(some) == 0 {
			if last, kept, err := Head(tx); err != nil || last != number || kept != hash {
				return number, errors.Join(fmt.Errorf("audit: the trail of %s ends at entry %d, its head says %d", tx.Realm(), number, last), err)
			}
			return number, nil
		}
		for _, e := range some {
			if e.Number != number+1 {
				return number, fmt.Errorf("audit: entry %d of %s is missing", number+1, e.Realm)
			}
			if e.chain(hash) != e.Hash {
				return number, fmt.Errorf("audit: entry %d of %s was changed", e.Number, e.Realm)
			}
			number, hash = e.Number, e.Hash
		}
	}
}
