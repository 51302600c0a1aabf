package booking

import (
	"encoding/json"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlPlaces = `select code, department, name, address, counters, version from services_booking_places where realm = $1 order by code`

	sqlPlace = `select code, department, name, address, counters, version from services_booking_places where realm = $1 and code = $2`

	sqlInsertPlace = `insert into services_booking_places (realm, code, department, name, address, counters, version) values ($1, $2, $3, $4, $5, $6, 1)`

	sqlUpdatePlace = `update services_booking_places set name = $3, address = $4, counters = $6, version = version + 1 where realm = $1 and code = $2 and version = $5`

	scheduleColumns = `id, place, service, title, weekdays, opens, closes, minutes, quota, cents, from_day, until, ahead, closed, holidays, version`

	sqlSchedules = `select ` + scheduleColumns + ` from services_booking_schedules where realm = $1 order by service, place, id`

	sqlSchedulesOfService = `select ` + scheduleColumns + ` from services_booking_schedules where realm = $1 and service = $2
		and ($3 = '' or place = $3) order by place, id`

	sqlSchedulesOfPlace = `select ` + scheduleColumns + ` from services_booking_schedules where realm = $1 and place = $2 order by service, id`

	sqlSchedule = `select ` + scheduleColumns + ` from services_booking_schedules where realm = $1 and id = $2`

	sqlInsertSchedule = `insert into services_booking_schedules (realm, ` + scheduleColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)`

	sqlUpdateSchedule = `update services_booking_schedules set title = $3, weekdays = $4, opens = $5, closes = $6, minutes = $7, quota = $8,
		cents = $9, from_day = $10, until = $11, ahead = $12, closed = $13, holidays = $14, version = version + 1
		where realm = $1 and id = $2 and version = $15`

	sqlSlot = `select taken from services_booking_slots where realm = $1 and schedule = $2 and start = $3`

	sqlMakeSlot = `insert into services_booking_slots (realm, schedule, start, taken) values ($1, $2, $3, 0)
		on conflict (realm, schedule, start) do nothing`

	sqlTakeSlot = `update services_booking_slots set taken = taken + 1 where realm = $1 and schedule = $2 and start = $3 and taken < $4`

	sqlGiveBack = `update services_booking_slots set taken = taken - 1 where realm = $1 and schedule = $2 and start = $3 and taken > 0`

	sqlTaken = `select start, taken from services_booking_slots where realm = $1 and schedule = $2 and start >= $3 and start < $4`

	sqlMakeHolder = `insert into services_booking_holders (realm, account, service, live) values ($1, $2, $3, 0)
		on conflict (realm, account, service) do nothing`

	sqlHold = `update services_booking_holders set live = live + 1 where realm = $1 and account = $2 and service = $3 and live < $4`

	sqlLetGo = `update services_booking_holders set live = live - 1 where realm = $1 and account = $2 and service = $3 and live > 0`
)

func scanPlace(s db.Scanner) (p Place, err error) {
	var name, address, counters string
	if err := s.Scan(&p.Code, &p.Department, &name, &address, &counters, &p.Version); err != nil {
		return p, err
	}
	return p, unpack(part{name, &p.Name}, part{address, &p.Address}, part{counters, &p.Counters})
}

// part is a piece of a row that stands as JSON.
type part struct {
	text string
	into any
}

func unpack(parts ...part) error {
	for _, p := range parts {
		if err := json.Unmarshal([]byte(p.text), p.into); err != nil {
			return err
		}
	}
	return nil
}

func pack(values ...any) ([]string, error) {
	out := make([]string, len(values))
	for i, v := range values {
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		out[i] = string(raw)
	}
	return out, nil
}

// listed is never null.
func listed(all []string) []string { return append([]string{}, all...) }

func allPlaces(tx *db.Tx) ([]Place, error) { return db.List(tx, scanPlace, sqlPlaces, tx.Realm()) }

func placeByCode(tx *db.Tx, code string) (Place, error) {
	p, err := scanPlace(tx.Row(sqlPlace, tx.Realm(), code))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "booking.fault.no-place")
	}
	return p, err
}

func insertPlace(tx *db.Tx, p Place) error {
	t, err := pack(p.Name, p.Address, listed(p.Counters))
	if err == nil {
		err = tx.Do(sqlInsertPlace, tx.Realm(), p.Code, p.Department, t[0], t[1], t[2])
	}
	return err
}

func updatePlace(tx *db.Tx, p Place) error {
	t, err := pack(p.Name, p.Address, listed(p.Counters))
	if err != nil {
		return err
	}
	return tx.Change(sqlUpdatePlace, tx.Realm(), p.Code, t[0], t[1], p.Version, t[2])
}

func scanSchedule(s db.Scanner) (o Schedule, err error) {
	var title, weekdays, closed string
	err = s.Scan(&o.ID, &o.Place, &o.Service, &title, &weekdays, &o.From, &o.To, &o.Minutes, &o.Quota, &o.Cents, &o.Begin, &o.Until, &o.Ahead, &closed,
		&o.Holidays, &o.Version)
	if err != nil {
		return o, err
	}
	return o, unpack(part{title, &o.Title}, part{weekdays, &o.Weekdays}, part{closed, &o.Closed})
}

func schedulesOf(tx *db.Tx, service, place string) ([]Schedule, error) {
	return db.List(tx, scanSchedule, sqlSchedulesOfService, tx.Realm(), service, place)
}

func schedulesAt(tx *db.Tx, place string) ([]Schedule, error) {
	return db.List(tx, scanSchedule, sqlSchedulesOfPlace, tx.Realm(), place)
}

func allSchedules(tx *db.Tx) ([]Schedule, error) {
	return db.List(tx, scanSchedule, sqlSchedules, tx.Realm())
}

func scheduleByID(tx *db.Tx, of ScheduleID) (Schedule, error) {
	o, err := scanSchedule(tx.Row(sqlSchedule, tx.Realm(), of))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "booking.fault.no-schedule")
	}
	return o, err
}

func insertSchedule(tx *db.Tx, o Schedule) error {
	t, err := pack(o.Title, o.Weekdays, o.Closed)
	if err == nil {
		err = tx.Do(sqlInsertSchedule, tx.Realm(), o.ID, o.Place, o.Service, t[0], t[1], o.From, o.To, o.Minutes, o.Quota, o.Cents, o.Begin, o.Until,
			o.Ahead, t[2], o.Holidays)
	}
	return err
}

func updateSchedule(tx *db.Tx, o Schedule) error {
	t, err := pack(o.Title, o.Weekdays, o.Closed)
	if err != nil {
		return err
	}
	return tx.Change(sqlUpdateSchedule, tx.Realm(), o.ID, t[0], t[1], o.From, o.To, o.Minutes, o.Quota, o.Cents, o.Begin, o.Until, o.Ahead, t[2],
		o.Holidays, o.Version)
}

// takeSlot takes one of a slot's quota, if there is one left. A look before spares those who come
// too late a row to wait for.
func takeSlot(tx *db.Tx, o Schedule, start when.Instant) (bool, error) {
	var taken int
	err := tx.Row(sqlSlot, tx.Realm(), o.ID, start).Scan(&taken)
	switch {
	case fault.Is(err, fault.NotFound):
		if err := tx.Do(sqlMakeSlot, tx.Realm(), o.ID, start); err != nil {
			return false, err
		}
	case err != nil:
		return false, err
	case taken >= o.Quota:
		return false, nil
	}
	n, err := tx.Exec(sqlTakeSlot, tx.Realm(), o.ID, start, o.Quota)
	return n == 1, err
}

func giveBack(tx *db.Tx, of ScheduleID, start when.Instant) error {
	return tx.Do(sqlGiveBack, tx.Realm(), of, start)
}

func takenBetween(tx *db.Tx, of ScheduleID, from, to when.Instant) (map[when.Instant]int, error) {
	type pair struct {
		start when.Instant
		taken int
	}
	rows, err := db.List(tx, func(s db.Scanner) (p pair, err error) { return p, s.Scan(&p.start, &p.taken) }, sqlTaken, tx.Realm(), of, from, to)
	out := make(map[when.Instant]int, len(rows))
	for _, p := range rows {
		out[p.start] = p.taken
	}
	return out, err
}

// holdOne counts one more live booking of a person, up to the bound. Who has no account is not
// counted.
func holdOne(tx *db.Tx, account, service string) error {
	if account == "" {
		return nil
	}
	if _, err := tx.Exec(sqlMakeHolder, tx.Realm(), account, service); err != nil {
		return err
	}
	n, err := tx.Exec(sqlHold, tx.Realm(), account, service, mostLive)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "booking.fault.many", "count", "3")
	}
	return err
}

func letGo(tx *db.Tx, account, service string) error {
	if account == "" {
		return nil
	}
	return tx.Do(sqlLetGo, tx.Realm(), account, service)
}
