package ledger

import (
	"iter"

	"golang.org/x/mod/sumdb/tlog"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlLog = `select origin, vkey, sealed, size, root, version, stopped from ledger_logs where realm = $1`

	sqlNewLog = `insert into ledger_logs (realm, origin, vkey, sealed, made_at, size, root, version)
		values ($1, $2, $3, $4, $5, 0, $6, 1) on conflict (realm) do nothing`

	sqlGrow = `update ledger_logs set size = $4, root = $5, version = version + 1
		where realm = $1 and version = $2 and size = $3`

	sqlStop = `update ledger_logs set stopped = $2 where realm = $1 and stopped <> $2`

	sqlRenew = `update ledger_logs set origin = $3, vkey = $4, sealed = $5, stopped = '', version = version + 1
		where realm = $1 and version = $2`

	sqlForget = `delete from ledger_checkpoints where realm = $1`

	sqlAddFormer = `insert into ledger_former (realm, origin, vkey, size, root, ended_at) values ($1, $2, $3, $4, $5, $6)`

	sqlFormer = `select origin, vkey, size, root, ended_at from ledger_former where realm = $1 order by ended_at desc, origin`

	sqlWaiting = `select id, part, client, count, leaves from ledger_batches
		where realm = $1 and first < 0 order by id, part limit $2`

	sqlWaitingCounts = `select count from ledger_batches where realm = $1 and first < 0 order by id, part limit $2`

	sqlInsertBatch = `insert into ledger_batches (realm, id, part, client, repeat_key, count, first, leaves, at)
		values ($1, $2, $3, $4, $5, $6, -1, $7, $8)`

	sqlPlaceBatch = `update ledger_batches set first = $4, leaves = $5 where realm = $1 and id = $2 and part = $3 and first < 0`

	sqlBatch = `select part, client, count, first, at from ledger_batches where realm = $1 and id = $2 order by part`

	sqlPart = `select part, client, count, first, at from ledger_batches where realm = $1 and id = $2 and part = $3`

	sqlRepeated = `select id from ledger_batches where realm = $1 and client = $2 and repeat_key = $3 and part = 0`

	sqlEntry = `select leaf from ledger_entries where realm = $1 and place = $2`

	sqlEntries = `select leaf from ledger_entries where realm = $1 and place >= $2 and place < $3 order by place`

	sqlByDigest = `select place, leaf from ledger_entries where realm = $1 and digest = $2 and digest <> '' order by place limit $3`

	sqlStated = `select count(*) from ledger_entries where realm = $1 and digest = $2 and digest <> '' and issuer = $3`

	sqlTile = `select hashes from ledger_tiles where realm = $1 and level = $2 and number = $3`

	sqlPutTile = `insert into ledger_tiles (realm, level, number, hashes) values ($1, $2, $3, $4)
		on conflict (realm, level, number) do update set hashes = excluded.hashes`

	sqlCheckpoint = `select size, note, at from ledger_checkpoints where realm = $1`

	sqlPublish = `insert into ledger_checkpoints (realm, size, note, at) values ($1, $2, $3, $4)
		on conflict (realm) do update set size = excluded.size, note = excluded.note, at = excluded.at
		where ledger_checkpoints.size < excluded.size`
)

// logRow is a realm's log as it stands.
type logRow struct {
	Origin, VKey string
	Sealed       []byte
	Size         int64
	Root         tlog.Hash
	version      int64
	Stopped      string // why it stands still: a key of words
}

func findLog(tx *db.Tx) (l logRow, err error) {
	var root []byte
	if err = tx.Row(sqlLog, tx.Realm()).Scan(&l.Origin, &l.VKey, &l.Sealed, &l.Size, &root, &l.version, &l.Stopped); err != nil {
		return l, err
	}
	copy(l.Root[:], root)
	return l, nil
}

func insertLog(tx *db.Tx, l logRow) error {
	_, err := tx.Exec(sqlNewLog, tx.Realm(), l.Origin, l.VKey, l.Sealed, tx.Now(), l.Root[:])
	return err
}

// growLog moves the log on from where it was read. Two who do so at once meet here: one of
// them gets a Conflict, and the log cannot fork.
func growLog(tx *db.Tx, was logRow, size int64, root tlog.Hash) error {
	return tx.Change(sqlGrow, tx.Realm(), was.version, was.Size, size, root[:])
}

// stopLog says why a log stands still, or with no reason that it does not.
func stopLog(tx *db.Tx, why string) error {
	return tx.Do(sqlStop, tx.Realm(), why)
}

// renewLog gives a log another name and key, and takes its checkpoint away. Its entries stay.
func renewLog(tx *db.Tx, was, now logRow) error {
	if err := tx.Do(sqlAddFormer, tx.Realm(), was.Origin, was.VKey, was.Size, was.Root[:], tx.Now()); err != nil {
		return err
	}
	if err := tx.Do(sqlForget, tx.Realm()); err != nil {
		return err
	}
	return tx.Change(sqlRenew, tx.Realm(), was.version, now.Origin, now.VKey, now.Sealed)
}

// formerLog is a name that a log had.
type formerLog struct {
	Origin, VKey string
	Size         int64
	Root         tlog.Hash
	EndedAt      when.Instant
}

func formerLogs(tx *db.Tx) ([]formerLog, error) {
	return db.List(tx, func(s db.Scanner) (f formerLog, err error) {
		var root []byte
		err = s.Scan(&f.Origin, &f.VKey, &f.Size, &root, &f.EndedAt)
		copy(f.Root[:], root)
		return f, err
	}, sqlFormer, tx.Realm())
}

// waitingRow is a batch, or a part of one, that has no place yet.
type waitingRow struct {
	id     string
	part   int64
	client string // the issuer; none of commitments
	count  int64
	leaves []byte
}

// waiting reads as many waiting rows as hold some number of leaves, one row at least. How many
// those are is asked first: a row may hold many leaves.
func waiting(tx *db.Tx, leaves int64) ([]waitingRow, error) {
	counts, err := waitingCounts(tx, leaves)
	if err != nil || len(counts) == 0 {
		return nil, err
	}
	rows, sum := 1, counts[0]
	for _, n := range counts[1:] {
		if sum += n; sum > leaves {
			break
		}
		rows++
	}
	return db.List(tx, func(s db.Scanner) (r waitingRow, err error) {
		return r, s.Scan(&r.id, &r.part, &r.client, &r.count, &r.leaves)
	}, sqlWaiting, tx.Realm(), rows)
}

func waitingCounts(tx *db.Tx, limit int64) ([]int64, error) {
	return db.List(tx, db.Value[int64], sqlWaitingCounts, tx.Realm(), limit)
}

func insertBatch(tx *db.Tx, client, repeatKey string, r waitingRow) error {
	return tx.Do(sqlInsertBatch, tx.Realm(), r.id, r.part, client, repeatKey, r.count, r.leaves, tx.Now())
}

func placeBatch(tx *db.Tx, r waitingRow, first int64) error {
	n, err := tx.Exec(sqlPlaceBatch, tx.Realm(), r.id, r.part, first, []byte{})
	if err == nil && n != 1 {
		err = fault.New(fault.Conflict, "web.fault.conflict.text")
	}
	return err
}

// batchRow is a batch, or a part of one.
type batchRow struct {
	part, count, first int64
	client             string
	at                 when.Instant
}

func findBatch(tx *db.Tx, id string) ([]batchRow, error) {
	return db.List(tx, func(s db.Scanner) (r batchRow, err error) {
		return r, s.Scan(&r.part, &r.client, &r.count, &r.first, &r.at)
	}, sqlBatch, tx.Realm(), id)
}

func findPart(tx *db.Tx, id string, part int64) (r batchRow, err error) {
	return r, tx.Row(sqlPart, tx.Realm(), id, part).Scan(&r.part, &r.client, &r.count, &r.first, &r.at)
}

func findRepeated(tx *db.Tx, client, key string) (id string, err error) {
	return id, tx.Row(sqlRepeated, tx.Realm(), client, key).Scan(&id)
}

// placed is a leaf and where it stands.
type placed struct {
	place int64
	leaf  []byte
}

// entryRow is a leaf that gets its place, with what it is found by.
type entryRow struct {
	leaf           []byte
	digest, issuer string
}

func insertEntries(tx *db.Tx, first int64, all []entryRow) error {
	rows := iter.Seq[[]any](func(yield func([]any) bool) {
		for i, e := range all {
			if !yield([]any{tx.Realm(), first + int64(i), e.leaf, e.digest, e.issuer}) {
				return
			}
		}
	})
	_, err := tx.InsertMany("ledger_entries", []string{"realm", "place", "leaf", "digest", "issuer"}, rows)
	return err
}

func findEntry(tx *db.Tx, place int64) (leaf []byte, err error) {
	return leaf, tx.Row(sqlEntry, tx.Realm(), place).Scan(&leaf)
}

func entriesBetween(tx *db.Tx, from, to int64) ([][]byte, error) {
	return db.List(tx, db.Value[[]byte], sqlEntries, tx.Realm(), from, to)
}

func entriesOf(tx *db.Tx, digest string, limit int) ([]placed, error) {
	return db.List(tx, func(s db.Scanner) (p placed, err error) {
		return p, s.Scan(&p.place, &p.leaf)
	}, sqlByDigest, tx.Realm(), digest, limit)
}

// stated reports whether an issuer has an entry about a document.
func stated(tx *db.Tx, digest, issuer string) (bool, error) {
	var n int64
	err := tx.Row(sqlStated, tx.Realm(), digest, issuer).Scan(&n)
	return n > 0, err
}

func findTile(tx *db.Tx, at tileAt) (hashes []byte, err error) {
	return hashes, tx.Row(sqlTile, tx.Realm(), at.Level, at.Number).Scan(&hashes)
}

func putTile(tx *db.Tx, at tileAt, hashes []byte) error {
	return tx.Do(sqlPutTile, tx.Realm(), at.Level, at.Number, hashes)
}

// published is a checkpoint as everybody may read it.
type published struct {
	Size int64
	Note []byte
	At   when.Instant
}

func findCheckpoint(tx *db.Tx) (p published, err error) {
	return p, tx.Row(sqlCheckpoint, tx.Realm()).Scan(&p.Size, &p.Note, &p.At)
}

// publish keeps a checkpoint unless a larger one is there already.
func publish(tx *db.Tx, size int64, note []byte) error {
	return tx.Do(sqlPublish, tx.Realm(), size, note, tx.Now())
}
