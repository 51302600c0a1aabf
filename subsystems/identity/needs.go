package identity

import (
	"context"

	"praya/kernel/lang"
)

// Roles that the directory may grant to officers.
const (
	CounterRole   = "identity-counter"   // registers people at a counter
	DeveloperRole = "identity-developer" // registers a department's online services
	ApproverRole  = "identity-approver"  // approves what reaches production
)

// Staff is what the identity must know about officers: the directory's part, given by app.
type Staff interface {
	// Accepted tells that an invited officer has an account now.
	Accepted(ctx context.Context, officer, account string) error
	// Department is the name of a bureau or department, by its code.
	Department(ctx context.Context, code string) (lang.Text, error)
	// Departments are the names of all that exist today, by code.
	Departments(ctx context.Context) (map[string]lang.Text, error)
}

// Verifier is the port through which a site plugs in its check of documents and of the
// living person.
type Verifier interface {
	// Simulated reports whether nothing is really checked: pages then say so.
	Simulated() bool
	// Verify checks what is claimed. A refusal is a Verdict, not an error; an error is a
	// verifier that could not be reached. It keeps nothing of the evidence.
	Verify(ctx context.Context, c Claim) (Verdict, error)
}

// Claim is what somebody says about themselves, with the evidence.
type Claim struct {
	Document DocumentNumber
	Values   []Value
	Alive    bool   // the living person is to be compared with the document as well
	Card     []byte // picture of the document
	Face     []byte // picture of the person
	Scripted string // what a simulated verifier is to answer
}

// Verdict is what the check found. Reason is a word of identity.verdict.<reason>.
type Verdict struct {
	Passed bool
	Reason string
}
