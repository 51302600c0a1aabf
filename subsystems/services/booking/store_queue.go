package booking

import (
	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlMakeDay = `insert into services_booking_days (realm, place, day, last, calls) values ($1, $2, $3, 0, 0) on conflict (realm, place, day) do nothing`

	sqlNextNumber = `update services_booking_days set last = last + 1 where realm = $1 and place = $2 and day = $3`

	sqlLastNumber = `select last from services_booking_days where realm = $1 and place = $2 and day = $3`

	sqlCalling = `update services_booking_days set calls = calls + 1 where realm = $1 and place = $2 and day = $3`

	ticketColumns = `place, day, number, service, booking, due, state, counter, made_at, called_at, version`

	sqlInsertTicket = `insert into services_booking_tickets (realm, ` + ticketColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, 'waiting', '', $8, '', 1)`

	// Who has a booking whose time has come, then by what is due first.
	sqlNextTicket = `select ` + ticketColumns + ` from services_booking_tickets where realm = $1 and place = $2 and day = $3 and state = 'waiting'
		order by case when booking <> '' and due <= $4 then 0 else 1 end, due, number limit 1`

	sqlTicket = `select ` + ticketColumns + ` from services_booking_tickets where realm = $1 and place = $2 and day = $3 and number = $4`

	sqlTickets = `select ` + ticketColumns + ` from services_booking_tickets where realm = $1 and place = $2 and day = $3
		and state in ('waiting', 'called') order by number limit $4`

	sqlCalled = `select ` + ticketColumns + ` from services_booking_tickets where realm = $1 and place = $2 and day = $3
		and state <> 'waiting' and called_at <> '' order by called_at desc, number desc limit $4`

	sqlWaitingCount = `select count(*) from services_booking_tickets where realm = $1 and place = $2 and day = $3 and state = 'waiting'`

	sqlUpdateTicket = `update services_booking_tickets set state = $5, counter = $6, called_at = $7, version = version + 1
		where realm = $1 and place = $2 and day = $3 and number = $4 and version = $8`
)

func scanTicket(s db.Scanner) (t Ticket, err error) {
	return t, s.Scan(&t.Place, &t.Day, &t.Number, &t.Service, &t.Booking, &t.Due, &t.State, &t.Counter, &t.MadeAt, &t.CalledAt, &t.Version)
}

// nextNumber gives the next number of a place and a day. The row of the day is the lock.
func nextNumber(tx *db.Tx, place string, d when.Day) (n int64, err error) {
	if err := tx.Do(sqlMakeDay, tx.Realm(), place, d); err != nil {
		return 0, err
	}
	if err := tx.Do(sqlNextNumber, tx.Realm(), place, d); err != nil {
		return 0, err
	}
	err = tx.Row(sqlLastNumber, tx.Realm(), place, d).Scan(&n)
	return n, err
}

func insertTicket(tx *db.Tx, t Ticket) error {
	return tx.Do(sqlInsertTicket, tx.Realm(), t.Place, t.Day, t.Number, t.Service, t.Booking, t.Due, t.MadeAt)
}

func calling(tx *db.Tx, place string, d when.Day) error {
	return tx.Do(sqlCalling, tx.Realm(), place, d)
}

func nextTicket(tx *db.Tx, place string, d when.Day, now when.Instant) (Ticket, error) {
	return scanTicket(tx.Row(sqlNextTicket, tx.Realm(), place, d, now))
}

func ticketByNumber(tx *db.Tx, place string, d when.Day, number int64) (Ticket, error) {
	t, err := scanTicket(tx.Row(sqlTicket, tx.Realm(), place, d, number))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "booking.fault.no-ticket")
	}
	return t, err
}

func openTickets(tx *db.Tx, place string, d when.Day, limit int) ([]Ticket, error) {
	return db.List(tx, scanTicket, sqlTickets, tx.Realm(), place, d, limit)
}

func calledTickets(tx *db.Tx, place string, d when.Day, limit int) ([]Ticket, error) {
	return db.List(tx, scanTicket, sqlCalled, tx.Realm(), place, d, limit)
}

func waitingCount(tx *db.Tx, place string, d when.Day) (n int, err error) {
	err = tx.Row(sqlWaitingCount, tx.Realm(), place, d).Scan(&n)
	return n, err
}

func updateTicket(tx *db.Tx, t Ticket) error {
	return tx.Change(sqlUpdateTicket, tx.Realm(), t.Place, t.Day, t.Number, t.State, t.Counter, t.CalledAt, t.Version)
}
