package services

import (
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlSealedContent = `select id, '', content from services_applications where realm = $1 and id > $2 order by id limit $3`
	sqlResealContent = `update services_applications set content = $3 where realm = $1 and id = $2`

	sqlSealedHistory = `select application, cast(number as text) || ' ' || kind || ' ' || case when internal then 'true' else 'false' end, sealed from services_history
		where realm = $1 and (application > $2 or application = $2 and number > $3) order by application, number limit $4`
	sqlResealHistory = `update services_history set sealed = $4 where realm = $1 and application = $2 and number = $3`

	sqlSealedHeads = `select application, id, head from services_files
		where realm = $1 and (application > $2 or application = $2 and id > $3) order by application, id limit $4`
	sqlResealHead = `update services_files set head = $4 where realm = $1 and application = $2 and id = $3`

	sqlSealedOthers = `select token, '', sealed from services_co_applicants where realm = $1 and token > $2 order by token limit $3`
	sqlResealOther  = `update services_co_applicants set sealed = $3 where realm = $1 and token = $2`

	sqlSealedParties = `select department, '', sealed from services_parties where realm = $1 and department > $2 order by department limit $3`
	sqlResealParty   = `update services_parties set sealed = $3 where realm = $1 and department = $2`

	sqlUploadsUnder = `select application, id, address from services_files
		where realm = $1 and bytes_key <> $2 and (application > $3 or application = $3 and id > $4) order by application, id limit $5`
	sqlMoveUpload = `update services_files set address = $5, bytes_key = $6 where realm = $1 and application = $2 and id = $3 and address = $4`

	sqlCountUploadsUnder = `select count(*) from services_files where realm = $1 and bytes_key <> $2`

	// $2 is how the values begin that are sealed with the present key, and $3 its length.
	sqlStaleSealed = `select (select count(*) from services_applications where realm = $1 and substr(content, 1, $3) <> $2)
		+ (select count(*) from services_history where realm = $1 and substr(sealed, 1, $3) <> $2)
		+ (select count(*) from services_files where realm = $1 and substr(head, 1, $3) <> $2)
		+ (select count(*) from services_co_applicants where realm = $1 and substr(sealed, 1, $3) <> $2)
		+ (select count(*) from services_parties where realm = $1 and substr(sealed, 1, $3) <> $2)`
)

func scanSealed(s db.Scanner) (r sign.Row, err error) { return r, s.Scan(&r.ID, &r.Part, &r.Sealed) }

func numberOf(r sign.Row) int64 {
	number, _, _ := strings.Cut(r.Part, " ")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0 // before the first
	}
	return n
}

// historyEntryPlace reads an entry's place out of its part: number, kind, and who may read it.
func historyEntryPlace(tx *db.Tx, r sign.Row) sign.Place {
	_, rest, _ := strings.Cut(r.Part, " ")
	kind, internal, _ := strings.Cut(rest, " ")
	return historyPlace(tx, ApplicationID(r.ID), HistoryKind(kind), internal == "true")
}

// byID is a column whose rows have one key.
func byID(sqlRead, sqlWrite string, place func(*db.Tx, sign.Row) sign.Place) sign.Column {
	return sign.Column{
		Read: func(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
			return db.List(tx, scanSealed, sqlRead, tx.Realm(), after.ID, sign.Slice)
		},
		Place: place,
		Write: func(tx *db.Tx, r sign.Row, sealed []byte) error {
			return tx.Do(sqlWrite, tx.Realm(), r.ID, sealed)
		},
	}
}

// sealedColumns are the values that are written anew when the ring turns. Versions stay: nothing
// has changed but the key.
func sealedColumns() []sign.Column {
	history := sign.Column{
		Read: func(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
			return db.List(tx, scanSealed, sqlSealedHistory, tx.Realm(), after.ID, numberOf(after), sign.Slice)
		},
		Place: func(tx *db.Tx, r sign.Row) sign.Place { return historyEntryPlace(tx, r) },
		Write: func(tx *db.Tx, r sign.Row, sealed []byte) error {
			return tx.Do(sqlResealHistory, tx.Realm(), r.ID, numberOf(r), sealed)
		},
	}
	heads := sign.Column{
		Read: func(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
			return db.List(tx, scanSealed, sqlSealedHeads, tx.Realm(), after.ID, after.Part, sign.Slice)
		},
		Place: func(tx *db.Tx, r sign.Row) sign.Place {
			return filePlace(tx.Realm(), ApplicationID(r.ID), r.Part, "head")
		},
		Write: func(tx *db.Tx, r sign.Row, sealed []byte) error {
			return tx.Do(sqlResealHead, tx.Realm(), r.ID, r.Part, sealed)
		},
	}
	return []sign.Column{
		byID(sqlSealedContent, sqlResealContent, func(tx *db.Tx, r sign.Row) sign.Place { return contentPlace(tx, ApplicationID(r.ID)) }),
		history, heads,
		byID(sqlSealedOthers, sqlResealOther, func(tx *db.Tx, r sign.Row) sign.Place { return coApplicantPlace(tx, r.ID) }),
		byID(sqlSealedParties, sqlResealParty, func(tx *db.Tx, r sign.Row) sign.Place { return partyPlace(tx, r.ID) }),
	}
}

// upload is where the sealed bytes of a file are.
type upload struct {
	application   ApplicationID
	file, address string
}

// uploadsAtOnce are read at a time: each is then a transaction of its own.
const uploadsAtOnce = 50

// uploadsUnder are the next ones whose bytes are not known to be sealed with a key.
func uploadsUnder(tx *db.Tx, key string, after upload) ([]upload, error) {
	return db.List(tx, func(s db.Scanner) (u upload, err error) {
		return u, s.Scan(&u.application, &u.file, &u.address)
	}, sqlUploadsUnder, tx.Realm(), key, after.application, after.file, uploadsAtOnce)
}

// moveUpload names the new bytes of a file, unless it has changed or gone.
func moveUpload(tx *db.Tx, u upload, address, key string) (bool, error) {
	n, err := tx.Exec(sqlMoveUpload, tx.Realm(), u.application, u.file, u.address, address, key)
	return n > 0, err
}

// stands reports whether a file's row is still there.
func stands(tx *db.Tx, u upload) (bool, error) {
	var address string
	var head []byte
	err := tx.Row(sqlFile, tx.Realm(), u.application, u.file).Scan(&address, &head)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return true, err
}

func staleSealed(tx *db.Tx, mark []byte) (n int64, err error) {
	var uploads int64
	if err := tx.Row(sqlCountUploadsUnder, tx.Realm(), keyOf(mark)).Scan(&uploads); err != nil {
		return 0, err
	}
	err = tx.Row(sqlStaleSealed, tx.Realm(), mark, len(mark)).Scan(&n)
	return n + uploads, err
}
