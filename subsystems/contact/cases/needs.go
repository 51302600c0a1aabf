package cases

import (
	"context"
	"io"

	"praya/kernel/lang"
	"praya/platform/db"
)

// Department is a bureau or department as people are told of it.
type Department struct {
	Code string
	Name lang.Text
}

// Departments knows bureaux and departments.
type Departments interface {
	// Department finds one by its code, or gives NotFound.
	Department(tx *db.Tx, code string) (Department, error)
	// Departments lists them all.
	Departments(tx *db.Tx) ([]Department, error)
}

// Staff knows officers.
type Staff interface {
	// Officers are the accounts of a department's officers in a role; of every department when it is
	// empty, as for the roles of the centre.
	Officers(ctx context.Context, department, role string) ([]string, error)
}

// People puts notices before people.
type People interface {
	// Tell says something to a person or an officer, in three languages, once for each key.
	Tell(ctx context.Context, account, key, path string, title, text lang.Text) error
}

// Scanner looks for malware. It gives nil for a clean file, ErrUnsafe for one that must not be kept,
// and another error when it could not look: then the file isn't taken either.
type Scanner interface {
	Scan(ctx context.Context, r io.Reader) error
}

// Outgoing is what the centre says to a person. To is sealed: Service.Contact opens it. A job must not
// carry Text; Service.Message reads it again by Case and Number.
type Outgoing struct {
	Case      CaseID
	Number    int64 // of the message; 0 for a receipt
	Reference string
	Language  lang.Lang
	Account   string // empty for who has none
	To        []byte // the sealed Contact; empty for none
	Subject   string
	Text      string
	MessageID string // for threads of mail: an answer refers to it
	InReplyTo string
}

// The roles that this folder asks for; the app declares them to the directory.
const (
	AgentRole      = "contact-agent"      // takes cases in, refers, answers
	SupervisorRole = "contact-supervisor" // level 1
	HeadRole       = "contact-head"       // level 2
	DirectorRole   = "contact-director"   // level 3
	OfficerRole    = "contact-officer"    // of a department: accepts, refuses, replies
	ReplierRole    = "contact-replier"    // of a department: the second pair of eyes
)

// Machine is who did what happens by itself, and Person who did what the person did.
const (
	Machine = "machine"
	Person  = "person"
)
