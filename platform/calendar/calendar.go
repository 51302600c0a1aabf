package calendar

import (
	"context"
	"embed"
	"encoding/csv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/audit"
	"praya/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

//go:embed holidays.csv
var shipped string

// Schema is what this package keeps in the store. It needs audit's as well.
func Schema() db.Schema { return db.Schema{Owner: "calendar", Files: files} }

// Holiday is a general holiday.
type Holiday struct {
	Day  when.Day
	Name lang.Text
}

// Shipped gives the holidays that come with the program.
func Shipped() ([]Holiday, error) {
	records, err := csv.NewReader(strings.NewReader(shipped)).ReadAll()
	if err != nil {
		return nil, err
	}
	var all []Holiday
	for _, r := range records[1:] {
		day, err := when.ParseDay(r[0])
		if err != nil {
			return nil, err
		}
		all = append(all, Holiday{day, lang.Text{EN: r[1], TC: r[2], SC: r[3]}})
	}
	return all, nil
}

// Seed puts the shipped lists into the context's realm, each year once.
func Seed(ctx context.Context, d *db.DB) error {
	all, err := Shipped()
	if err != nil {
		return err
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		years := map[int]bool{}
		for _, h := range all {
			isNew, known := years[h.Day.Year]
			if !known {
				n, err := tx.Exec(sqlListed, tx.Realm(), h.Day.Year)
				if err != nil {
					return err
				}
				isNew = n > 0
				years[h.Day.Year] = isNew
			}
			if !isNew {
				continue
			}
			if _, err := tx.Exec(sqlPut, tx.Realm(), h.Day, h.Name.EN, h.Name.TC, h.Name.SC); err != nil {
				return err
			}
		}
		return nil
	})
}

// Put adds a holiday, or gives it another name.
func Put(tx *db.Tx, h Holiday) error {
	switch {
	case h.Day.IsZero():
		return fault.New(fault.Invalid, "calendar.wrong").At("day", "calendar.no-day")
	case !h.Name.Complete():
		return fault.New(fault.Invalid, "calendar.wrong").At("name", "calendar.three-languages")
	}
	if _, err := tx.Exec(sqlPut, tx.Realm(), h.Day, h.Name.EN, h.Name.TC, h.Name.SC); err != nil {
		return err
	}
	return audit.Write(tx, audit.Act{Act: "calendar.put", Object: h.Day.String(), Outcome: "done", Detail: map[string]string{"name": h.Name.EN}})
}

// Remove takes a holiday out, or gives NotFound.
func Remove(tx *db.Tx, day when.Day) error {
	n, err := tx.Exec(sqlRemove, tx.Realm(), day)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "calendar.not-found")
	}
	return audit.Write(tx, audit.Act{Act: "calendar.remove", Object: day.String(), Outcome: "done"})
}

// Year lists the holidays of a calendar year.
func Year(tx *db.Tx, year int) ([]Holiday, error) {
	return db.List(tx, func(s db.Scanner) (h Holiday, err error) {
		return h, s.Scan(&h.Day, &h.Name.EN, &h.Name.TC, &h.Name.SC)
	}, sqlYear, tx.Realm(), when.Day{Year: year, Month: 1, Date: 1}, when.Day{Year: year, Month: 12, Date: 31})
}

// Working gives the calendar of working days as it stands.
func Working(tx *db.Tx) (when.Calendar, error) {
	days, err := db.List(tx, db.Value[when.Day], sqlDays, tx.Realm())
	return when.NewCalendar(days), err
}

// Known is the last year that has a holiday; 0 when there is none.
func Known(tx *db.Tx) (int, error) {
	var last when.Day
	err := tx.Row(sqlKnown, tx.Realm()).Scan(&last)
	return last.Year, err
}
