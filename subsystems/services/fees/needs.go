package fees

import (
	"context"

	"praya/kernel/lang"
)

// Departments tells of bureaux and departments. A fault of kind NotFound is one that nobody knows.
type Departments interface {
	Department(ctx context.Context, code string) (lang.Text, error)
}

// The roles of this folder; the app declares them to the directory.
const (
	OfficerRole  = "fees-officer"  // sees payments, proposes refunds, settles differences
	ApproverRole = "fees-approver" // decides on refunds that somebody else proposed
)
