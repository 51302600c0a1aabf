package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"praya/kernel/fault"
)

// explain gives a driver's error its kind. What has none is our own defect.
func explain(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Fault
	if errors.As(err, &known) {
		return err
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return explainSQLite(lite.Code(), err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return explainPostgres(pg.Code, err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return interrupted(err)
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err) {
		return fault.New(fault.Unavailable, "db.unavailable").Because(err)
	}
	return err
}

func interrupted(err error) error {
	return fault.New(fault.Unavailable, "db.interrupted").Because(err)
}

func explainSQLite(code int, err error) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fault.New(fault.Conflict, "db.duplicate").Because(err)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fault.New(fault.Conflict, "db.referenced").Because(err)
	}
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT:
		return fault.New(fault.Unavailable, "db.unavailable").Because(err)
	}
	return err
}

// explainPostgres goes by SQLSTATE (PostgreSQL's manual, appendix A).
func explainPostgres(code string, err error) error {
	switch code {
	case "23505":
		return fault.New(fault.Conflict, "db.duplicate").Because(err)
	case "23503":
		return fault.New(fault.Conflict, "db.referenced").Because(err)
	case "40001", "40P01": // serialisation failure, deadlock
		return fault.New(fault.Unavailable, "db.busy").Because(err)
	case "57014":
		return interrupted(err)
	}
	for _, class := range []string{"08", "53", "57P", "58"} { // connection, resources, shutdown, system
		if strings.HasPrefix(code, class) {
			return fault.New(fault.Unavailable, "db.unavailable").Because(err)
		}
	}
	return err
}

// duplicate reports whether a row was there already that may be there once.
func duplicate(err error) bool {
	var f *fault.Fault
	return errors.As(err, &f) && f.Key == "db.duplicate"
}

// again reports whether PostgreSQL wants the transaction to begin again.
func again(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}
