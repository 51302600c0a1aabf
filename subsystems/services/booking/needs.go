package booking

import (
	"context"

	"praya/kernel/lang"
)

// People puts notices before people.
type People interface {
	// Tell says something to a person, in three languages, once for each key.
	Tell(ctx context.Context, account, key, path string, title, text lang.Text) error
}

// Cases says whether a person may book a service for a case; a fault says why not.
type Cases interface {
	MayBook(ctx context.Context, account, of, service string) error
}

// OfficerRole looks after the bookings, the queue and the schedules of a department's places; the
// app declares it to the directory.
const OfficerRole = "booking-officer"
