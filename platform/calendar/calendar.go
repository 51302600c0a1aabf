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
var schemaFiles embed.FS

//go:embed seed.csv
var seed string

// Schema is what the calendar keeps.
func Schema() db.Schema { return db.Schema{Owner: "calendar", Files: schemaFiles} }

// Holiday is a general holiday. Version is 0 for one that is not kept yet.
type Holiday struct {
	Day     when.Day
	Name    lang.Text
	Version int64
}

// Calendar is the holidays of a store.
type Calendar struct{ db *db.DB }

// New gives the calendar of a store.
func New(d *db.DB) *Calendar { return &Calendar{d} }

// Seed keeps the gazetted holidays in an empty calendar; one that was edited stays as it is.
func (c *Calendar) Seed(ctx context.Context) error {
	records, err := csv.NewReader(strings.NewReader(seed)).ReadAll()
	if err != nil {
		return err
	}
	return c.db.Write(ctx, func(tx *db.Tx) error {
		known, err := list(tx, "", "9999")
		if err != nil || len(known) > 0 {
			return err
		}
		for _, r := range records[1:] {
			day, err := when.ParseDay(r[0])
			if err != nil {
				return err
			}
			if err := insert(tx, Holiday{Day: day, Name: lang.Text{TC: r[1], EN: r[2], SC: r[3]}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Holidays lists the holidays of a calendar year.
func (c *Calendar) Holidays(ctx context.Context, year int) (out []Holiday, err error) {
	from, to := when.Day{Year: year, Month: 1, Date: 1}, when.Day{Year: year, Month: 12, Date: 31}
	err = c.db.Read(ctx, func(tx *db.Tx) error {
		out, err = list(tx, from.String(), to.String())
		return err
	})
	return out, err
}

// Known reports whether the holidays of a year are there.
func (c *Calendar) Known(ctx context.Context, year int) (bool, error) {
	all, err := c.Holidays(ctx, year)
	return len(all) > 0, err
}

// Working gives the calendar by which working days are counted.
func (c *Calendar) Working(ctx context.Context) (out when.Calendar, err error) {
	err = c.db.Read(ctx, func(tx *db.Tx) error {
		out, err = Working(tx)
		return err
	})
	return out, err
}

// Working is the calendar within a transaction.
func Working(tx *db.Tx) (when.Calendar, error) {
	all, err := list(tx, "", "9999")
	days := make([]when.Day, len(all))
	for i, h := range all {
		days[i] = h.Day
	}
	return when.NewCalendar(days), err
}

// Put keeps a holiday. A Version of 0 makes a new one; any other must be the one that was
// read, or it is a Conflict.
func (c *Calendar) Put(ctx context.Context, h Holiday) error {
	if h.Day.IsZero() || !h.Name.Complete() {
		return fault.New(fault.Invalid, "app.holidays.incomplete")
	}
	return c.db.Write(ctx, func(tx *db.Tx) error {
		if err := put(tx, h); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "calendar.put", On: h.Day.String(), Outcome: audit.Done})
	})
}

// Remove takes a holiday out.
func (c *Calendar) Remove(ctx context.Context, h Holiday) error {
	return c.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Change(sqlRemove, tx.Realm(), h.Day, h.Version); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "calendar.remove", On: h.Day.String(), Outcome: audit.Done})
	})
}
