package fees

import (
	"context"

	"praya/kernel/when"
)

// Provider takes money for departments. Its calls go outside: none is made within a transaction of
// ours. Every call may be made twice, and counts once by its id.
type Provider interface {
	// Name is its code in addresses and in words: fees.provider.NAME.
	Name() string
	// Begin registers a payment, and gives where the payer goes: a path of this site, or an
	// address of https.
	Begin(ctx context.Context, o Order) (string, error)
	// Read verifies a notification. What is not the provider's is Unauthenticated.
	Read(ctx context.Context, signature string, body []byte) (Notice, error)
	// Look asks how a payment stands, when nothing was heard of it.
	Look(ctx context.Context, p PaymentID) (Notice, error)
	// Refund gives money back for a payment.
	Refund(ctx context.Context, r RefundOrder) error
	// Statement is what moved on a department's account on a day.
	Statement(ctx context.Context, department string, day when.Day) ([]Entry, error)
}

// Order is a payment that is to begin.
type Order struct {
	Payment    PaymentID
	Department string
	Reference  string // of the bill
	Cents      int64
	Return     string // path where the payer comes back to
}

// Outcome is how a payment stands with its provider.
type Outcome string

// The outcomes.
const (
	IsOpen      Outcome = "open"
	IsPaid      Outcome = "paid"
	IsFailed    Outcome = "failed"
	IsAbandoned Outcome = "abandoned"
)

// Notice is what a provider says of a payment.
type Notice struct {
	Payment PaymentID    `json:"payment"`
	Outcome Outcome      `json:"outcome"`
	Cents   int64        `json:"cents"`
	At      when.Instant `json:"at"`
}

// RefundOrder is money that is to go back.
type RefundOrder struct {
	ID         RefundID
	Payment    PaymentID
	Department string
	Cents      int64
}

// Entry is a row of a statement: a payment, or a refund below zero.
type Entry struct {
	ID    string // of the payment or refund, as we named it
	Cents int64
}
