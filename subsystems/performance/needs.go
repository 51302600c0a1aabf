package performance

import (
	"context"

	"praya/kernel/lang"
	"praya/kernel/money"
)

// Papers is what is wanted of the subsystem that reads the Estimates.
type Papers interface {
	// Paper gives what a version says.
	Paper(ctx context.Context, version string) (Paper, error)
	// Newest lists the newest version of each head and year that is a paper.
	Newest(ctx context.Context) ([]string, error)
}

// Paper is one version of the Estimates.
type Paper struct {
	Version, Head, Year string
	Facts               []Fact
}

// Fact is one thing that a paper says; docs/apis/estimates-facts.md explains the fields.
type Fact struct {
	Kind, Table, Row, Column string
	Code, Name, Group, Total string
	Value                    *money.Decimal
	Unit, Raw, How           string
	Line, Order              int
	Marks                    []string
}

// Staff is what is wanted of the directory: what a department and a post are called.
type Staff interface {
	Department(ctx context.Context, code string) (lang.Text, error)
	Departments(ctx context.Context) (map[string]lang.Text, error)
	// Posts are the titles of a department's listed posts, by id.
	Posts(ctx context.Context, department string) (map[string]lang.Text, error)
}

// Reminders is what is wanted of whoever tells officers that work waits: once for each key.
type Reminders interface {
	Remind(ctx context.Context, department string, roles []string, key, path string) error
}
