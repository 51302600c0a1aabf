package fees

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/sign"
)

// SimulatedName is the code of the provider that ships.
const SimulatedName = "simulated"

// simulatedPath is where its payers go.
const simulatedPath = "/pay/simulated"

// Simulated is a provider that takes no money: its page asks what should happen. It keeps books of
// its own, and speaks to us as a real one would, by signed notifications and statements.
type Simulated struct {
	DB   *db.DB
	Keys *sign.Ring // its secret is drawn from the ring's index key
}

// Name is its code.
func (*Simulated) Name() string { return SimulatedName }

// simulated is a row of its books.
type simulated struct {
	ID, Kind, Department, Reference, Back string
	Cents                                 int64
	State                                 string
	At                                    when.Instant
	Day                                   when.Day
	Version                               int64
}

// Begin opens a payment in its books, once.
func (p *Simulated) Begin(ctx context.Context, o Order) (string, error) {
	err := p.DB.Write(ctx, func(tx *db.Tx) error {
		return insertSimulated(tx, simulated{
			ID: string(o.Payment), Kind: "payment", Department: o.Department, Reference: o.Reference, Back: o.Return, Cents: o.Cents, State: "waiting", At: tx.Now(),
		})
	})
	return simulatedPath + "/" + string(o.Payment), err
}

// Choose does what the payer wants to see, once, and gives the notification that it sends. A second
// choice changes nothing, and gives the first.
func (p *Simulated) Choose(ctx context.Context, payment PaymentID, outcome Outcome) (signature string, body []byte, back string, err error) {
	switch outcome {
	case IsPaid, IsFailed, IsAbandoned:
	default:
		return "", nil, "", fault.New(fault.Invalid, "fees.fault.notice")
	}
	var r simulated
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		if r, err = simulatedByID(tx, string(payment)); err != nil || r.State != "waiting" {
			return err
		}
		r.State, r.At, r.Day = string(outcome), tx.Now(), tx.Now().Day()
		return updateSimulated(tx, r)
	})
	if err != nil {
		return "", nil, "", err
	}
	if body, err = json.Marshal(r.notice()); err != nil {
		return "", nil, "", err
	}
	signature, err = p.sign(ctx, body)
	return signature, body, r.Back, err
}

func (r simulated) notice() Notice {
	n := Notice{Payment: PaymentID(r.ID), Outcome: Outcome(r.State), Cents: r.Cents, At: r.At}
	if r.State == "waiting" {
		n.Outcome = IsOpen
	}
	return n
}

// sign is HMAC-SHA-256, cut to 128 bits, under a key that is bound to the realm and this use.
func (p *Simulated) sign(ctx context.Context, body []byte) (string, error) {
	mac, err := p.Keys.BlindIndex(who.From(ctx).Realm, "services_fees_simulated", "notification", string(body))
	return base64.StdEncoding.EncodeToString(mac), err
}

// Read verifies a notification in constant time before it reads it.
func (p *Simulated) Read(ctx context.Context, signature string, body []byte) (n Notice, err error) {
	want, err := p.sign(ctx, body)
	if err != nil {
		return n, err
	}
	if !hmac.Equal([]byte(want), []byte(signature)) {
		return n, fault.New(fault.Unauthenticated, "fees.fault.signature")
	}
	if err := json.Unmarshal(body, &n); err != nil {
		return n, fault.New(fault.Invalid, "fees.fault.notice").Because(err)
	}
	return n, nil
}

// Look says how a payment stands.
func (p *Simulated) Look(ctx context.Context, payment PaymentID) (n Notice, err error) {
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := simulatedByID(tx, string(payment))
		n = r.notice()
		return err
	})
	return n, err
}

// Refund gives back, once.
func (p *Simulated) Refund(ctx context.Context, o RefundOrder) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		paid, err := simulatedByID(tx, string(o.Payment))
		if err != nil {
			return err
		}
		if paid.State != string(IsPaid) || o.Cents > paid.Cents || o.Department != paid.Department {
			return fault.New(fault.Invalid, "fees.fault.not-paid")
		}
		return insertSimulated(tx, simulated{
			ID: string(o.ID), Kind: "refund", Department: paid.Department, Reference: paid.Reference, Cents: -o.Cents, State: string(IsPaid),
			At: tx.Now(), Day: tx.Now().Day(),
		})
	})
}

// Statement is what moved on a day.
func (p *Simulated) Statement(ctx context.Context, department string, day when.Day) (out []Entry, err error) {
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = simulatedOn(tx, department, day)
		return err
	})
	return out, err
}
