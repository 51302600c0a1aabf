package booking

import (
	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	bookingColumns = `id, reference, schedule, service, place, department, account, case_id, start, minutes, cents, state, note, sequence,
		made_at, changed_at, version`

	sqlBooking = `select ` + bookingColumns + ` from services_booking_bookings where realm = $1 and id = $2`

	sqlByReference = `select ` + bookingColumns + ` from services_booking_bookings where realm = $1 and reference = $2`

	sqlOfCase = `select ` + bookingColumns + ` from services_booking_bookings where realm = $1 and case_id = $2 and case_id <> ''
		and state in ('booked', 'arrived')`

	sqlOwnOf = `select ` + bookingColumns + ` from services_booking_bookings where realm = $1 and account = $2 and account <> ''
		and start >= $3 order by start desc limit $4`

	sqlOfDay = `select ` + bookingColumns + ` from services_booking_bookings where realm = $1 and place = $2 and start >= $3 and start < $4
		order by start, id limit $5`

	sqlComingOf = `select ` + bookingColumns + ` from services_booking_bookings where realm = $1 and schedule = $2 and start > $3 and state = 'booked'
		order by start, made_at, id limit $4`

	sqlInsertBooking = `insert into services_booking_bookings (realm, ` + bookingColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, $15, $15, 1)`

	sqlTouchBooking = `update services_booking_bookings set version = version + 1 where realm = $1 and id = $2 and version = $3`

	sqlUpdateBooking = `update services_booking_bookings set schedule = $3, place = $4, department = $5, start = $6, minutes = $7, cents = $8,
		state = $9, sequence = $10, changed_at = $11 where realm = $1 and id = $2`

	sqlInsertChange = `insert into services_booking_changes (realm, booking, number, what, by_whom, at, place, start)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`

	sqlChanges = `select number, what, by_whom, at, place, start from services_booking_changes where realm = $1 and booking = $2 order by number desc`

	sqlOver = `select ` + bookingColumns + ` from services_booking_bookings where realm = $1 and start < $2 and state in ('booked', 'arrived')
		order by start limit $3`

	sqlPutFeed = `insert into services_booking_feeds (realm, account, hash, made_at) values ($1, $2, $3, $4)
		on conflict (realm, account) do update set hash = excluded.hash, made_at = excluded.made_at`

	sqlEndFeed = `delete from services_booking_feeds where realm = $1 and account = $2`

	sqlFeed = `select account from services_booking_feeds where realm = $1 and hash = $2`

	sqlFeedOf = `select made_at from services_booking_feeds where realm = $1 and account = $2`

	sqlSealedNotes = `select id, '', note from services_booking_bookings where realm = $1 and id > $2 and length(note) > 0 order by id limit $3`

	sqlResealNote = `update services_booking_bookings set note = $3 where realm = $1 and id = $2`

	// $2 is how the values begin that are sealed with the present key, and $3 its length.
	sqlStale = `select count(*) from services_booking_bookings where realm = $1 and length(note) > 0 and substr(note, 1, $3) <> $2`
)

// row is a booking before its note is opened.
type row struct {
	Booking
	sealed []byte
}

func scanBooking(s db.Scanner) (r row, err error) {
	return r, s.Scan(&r.ID, &r.Reference, &r.Schedule, &r.Service, &r.Place, &r.Department, &r.Account, &r.Case, &r.Start, &r.Minutes, &r.Cents, &r.State,
		&r.sealed, &r.Sequence, &r.MadeAt, &r.ChangedAt, &r.Version)
}

func one(tx *db.Tx, sqlOne string, args ...any) (row, error) {
	r, err := scanBooking(tx.Row(sqlOne, append([]any{tx.Realm()}, args...)...))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "booking.fault.no-booking")
	}
	return r, err
}

func ownOf(tx *db.Tx, account string, from when.Instant, limit int) ([]row, error) {
	return db.List(tx, scanBooking, sqlOwnOf, tx.Realm(), account, from, limit)
}

func ofDay(tx *db.Tx, place string, d when.Day, limit int) ([]row, error) {
	return db.List(tx, scanBooking, sqlOfDay, tx.Realm(), place, midnight(d), midnight(d.Add(1)), limit)
}

// comingOf are the next bookings of a schedule that nobody has come for yet, those of a time in the
// order in which they were made.
func comingOf(tx *db.Tx, of ScheduleID, after when.Instant, limit int) ([]row, error) {
	return db.List(tx, scanBooking, sqlComingOf, tx.Realm(), of, after, limit)
}

func insertBooking(tx *db.Tx, b Booking, note []byte) error {
	return tx.Do(sqlInsertBooking, tx.Realm(), b.ID, b.Reference, b.Schedule, b.Service, b.Place, b.Department, b.Account, b.Case, b.Start, b.Minutes,
		b.Cents, b.State, note, b.MadeAt)
}

func touchBooking(tx *db.Tx, b Booking) error {
	return tx.Change(sqlTouchBooking, tx.Realm(), b.ID, b.Version)
}

func updateBooking(tx *db.Tx, b Booking) error {
	return tx.Do(sqlUpdateBooking, tx.Realm(), b.ID, b.Schedule, b.Place, b.Department, b.Start, b.Minutes, b.Cents, b.State, b.Sequence, b.ChangedAt)
}

// Change is what became of a booking.
type Change struct {
	Number int64
	What   string
	By     string
	At     when.Instant
	Place  string
	Start  when.Instant
}

func insertChange(tx *db.Tx, b Booking, what, by string) error {
	return tx.Do(sqlInsertChange, tx.Realm(), b.ID, b.Sequence+1, what, by, tx.Now(), b.Place, b.Start)
}

func changesOf(tx *db.Tx, of BookingID) ([]Change, error) {
	return db.List(tx, func(s db.Scanner) (c Change, err error) {
		return c, s.Scan(&c.Number, &c.What, &c.By, &c.At, &c.Place, &c.Start)
	}, sqlChanges, tx.Realm(), of)
}

// over are live bookings of days before one.
func over(tx *db.Tx, before when.Day, limit int) ([]row, error) {
	return db.List(tx, scanBooking, sqlOver, tx.Realm(), midnight(before), limit)
}

func putFeed(tx *db.Tx, account string, hash []byte) error {
	return tx.Do(sqlPutFeed, tx.Realm(), account, hash, tx.Now())
}

func endFeed(tx *db.Tx, account string) error {
	return tx.Do(sqlEndFeed, tx.Realm(), account)
}

func feedOwner(tx *db.Tx, hash []byte) (account string, err error) {
	if err = tx.Row(sqlFeed, tx.Realm(), hash).Scan(&account); fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "booking.fault.no-feed")
	}
	return account, err
}

func feedMade(tx *db.Tx, account string) (at when.Instant, err error) {
	if err = tx.Row(sqlFeedOf, tx.Realm(), account).Scan(&at); fault.Is(err, fault.NotFound) {
		err = nil
	}
	return at, err
}

func sealedNotes(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, func(s db.Scanner) (r sign.Row, err error) { return r, s.Scan(&r.ID, &r.Part, &r.Sealed) }, sqlSealedNotes, tx.Realm(), after.ID, sign.Slice)
}

func resealNote(tx *db.Tx, r sign.Row, sealed []byte) error {
	return tx.Do(sqlResealNote, tx.Realm(), r.ID, sealed)
}

func countStale(tx *db.Tx, mark []byte) (n int64, err error) {
	err = tx.Row(sqlStale, tx.Realm(), mark, len(mark)).Scan(&n)
	return n, err
}
