package exchange

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"regexp"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/jobs"
)

// CDI joins the exchange to the Commercial Data Interchange (商業數據通): banks ask through it, and
// its journal hears what happened. Its specification is not public. What is here follows what one
// provider's guide shows of a consent, and is tried against a stub of the interchange; see
// docs/standards/divergences.md. The data do not pass through it: a bank fetches them by a call
// like any other, so that every rule of a call holds.
type CDI struct {
	Party   string // the interchange, as a party with a key; empty: there is none
	Address string // where it takes events
}

// The jobs of this adapter.
const (
	JobCDIEvent    = "exchange.cdi.event"
	JobCDIDelivery = "exchange.cdi.delivery"
)

// What the journal hears beside the states of a consent.
const (
	cdiDelivered  = "DataDelivered"
	cdiNotFetched = "DataNotFetched"
)

// cdiPatience is for how long a bank may take to fetch what it asked for.
const cdiPatience = 10 * 60 // seconds

var cdiForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// cdiEvent is a line for the journal: ids and the outcome, as in the ledger.
type cdiEvent struct {
	ID        string `json:"eventId"`
	Type      string `json:"eventType"`
	ConsentID string `json:"consentId"`
	RequestID string `json:"requestId,omitempty"`
	Reason    string `json:"reasonCode,omitempty"`
	Exchange  string `json:"exchangeId,omitempty"`
	Entry     string `json:"ledgerEntry,omitempty"`
	Time      string `json:"eventTime"`
}

// cdiAnswer is what the interchange is told at once.
type cdiAnswer struct {
	ConsentID string `json:"consentId"`
	Status    string `json:"status"`
	Reason    string `json:"reasonCode,omitempty"`
	// Ask is what the bank asks the owner for (RFC 9396), when there is no consent yet. The token's
	// authorization_details bring the consent_id that is the auth code.
	Ask []Wish `json:"authorizationDetails,omitempty"`
}

// cdiDataRequest is a bank's wish to fetch data now.
type cdiDataRequest struct {
	RequestID string `json:"requestId"`
	ConsentID string `json:"consentId"`
	Consumer  string `json:"dataConsumerId"`
}

// cdiFetch says how a bank fetches.
type cdiFetch struct {
	RequestID string `json:"requestId"`
	Status    string `json:"status"`
	Address   string `json:"address"`
	Basis     string `json:"basis"`
	Until     string `json:"until"`
}

type cdiDelivery struct {
	Request string       `json:"request"`
	CDI     string       `json:"cdi"`
	Consent ConsentID    `json:"consent"`
	Since   when.Instant `json:"since"`
	Look    int64        `json:"look"`
}

// submitCDI takes a bank's consent from the interchange: the owner has authorised it here, which
// the auth code in its private part shows, or must do so first.
func (s *Service) submitCDI(ctx context.Context, in cdiConsent) (out cdiAnswer, err error) {
	out.ConsentID = string(in.ConsentID)
	if !cdiForm.MatchString(out.ConsentID) || len(in.Private.PurposePrivate) != 1 {
		return out, wrong("consentId", "exchange.fault.cdi")
	}
	secret, err := base64.RawURLEncoding.DecodeString(in.Private.Secret)
	if err != nil {
		return out, fault.New(fault.Invalid, "exchange.fault.cdi").Because(err)
	}
	if key, err := hashKey(secret, in.Private); err != nil || key != in.HashKey || len(secret) < 16 {
		return out, fault.New(fault.Invalid, "exchange.fault.cdi-hash").Because(err)
	}
	p := in.Private.PurposePrivate[0]
	if p.AuthCode == "" {
		out.Status = cdiSubmitted
		out.Ask = []Wish{{Type: DetailType, Service: p.Service, Purpose: p.Code, Fields: p.Fields, Until: in.Scope.EndDate}}
		return out, nil
	}
	c, why, err := s.matchCDI(ctx, in, p)
	if err != nil {
		return out, err
	}
	out.Status, out.Reason = cdiConfirmed, string(why)
	if why != "" {
		out.Status = cdiRejected
	}
	return out, s.DB.Write(ctx, func(tx *db.Tx) error {
		if why == "" {
			if err := addCDI(tx, out.ConsentID, c.ID, c.Consumer); err != nil {
				return err
			}
			// The same number with another consent is a mistake of the interchange.
			if known, _, err := findCDI(tx, out.ConsentID); err != nil || known != c.ID {
				return fault.New(fault.Conflict, "exchange.fault.taken").Because(err)
			}
		}
		return tellCDI(tx, cdiEvent{Type: out.Status, ConsentID: out.ConsentID, Reason: out.Reason}, out.ConsentID+"."+out.Status+"."+out.Reason)
	})
}

// matchCDI holds a bank's consent against what the owner agreed to.
func (s *Service) matchCDI(ctx context.Context, in cdiConsent, p cdiPurpose) (c Consent, why Refusal, err error) {
	if !id.Valid(p.AuthCode) {
		return c, NoConsent, nil
	}
	c, _, err = s.consent(ctx, ConsentID(p.AuthCode))
	if fault.Is(err, fault.NotFound) || err == nil && (c.Provider != in.DataProviderID || c.Consumer != in.DataConsumerID) {
		return c, NoConsent, nil
	}
	if err != nil {
		return c, "", err
	}
	if why := c.refusal(in.DataConsumerID, p.Service, p.Fields, s.Clock()); why != "" {
		return c, why, nil
	}
	if p.Code != c.Purpose || !c.spans(in.Scope) {
		return c, BeyondConsent, nil
	}
	return c, "", nil
}

// spans reports whether all days of a scope lie within the consent.
func (c *Consent) spans(scope cdiScope) bool {
	start, err := when.ParseDay(scope.StartDate)
	if err != nil || start.Before(c.From.Day()) {
		return false
	}
	end, err := when.ParseDay(scope.EndDate)
	return err == nil && !end.Before(start) && !c.Until.Add(-1).Day().Before(end)
}

// requestCDI lets a bank fetch on a consent that holds, and has the journal told what came of it.
func (s *Service) requestCDI(ctx context.Context, in cdiDataRequest) (out cdiFetch, err error) {
	if !cdiForm.MatchString(in.RequestID) || !cdiForm.MatchString(in.ConsentID) {
		return out, wrong("requestId", "exchange.fault.cdi")
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		ours, consumer, err := findCDI(tx, in.ConsentID)
		if fault.Is(err, fault.NotFound) || err == nil && consumer != in.Consumer {
			return fault.New(fault.NotFound, "exchange.fault.no-consent")
		}
		if err != nil {
			return err
		}
		c, err := findConsent(tx, ours)
		if err != nil {
			return err
		}
		if why := c.refusal(c.Consumer, c.Service, c.Fields, tx.Now()); why != "" {
			return fault.New(fault.Conflict, "exchange.refusal."+string(why))
		}
		out = cdiFetch{
			in.RequestID, "DataRequestAccepted", s.path(ctx, callBase+c.Service), "consent " + string(c.ID), tx.Now().Add(cdiPatience * 1e9).String(),
		}
		_, err = jobs.Enqueue(tx, jobs.Job{
			Kind: JobCDIDelivery, Key: in.RequestID, RunAt: tx.Now().Add(1e9),
			Args: fact(cdiDelivery{in.RequestID, in.ConsentID, c.ID, tx.Now(), 0}),
		})
		return err
	})
	return out, err
}

// CDIDelivery is the job that finds out whether a bank has fetched, and tells the journal. It looks
// again and again until the bank's time is over.
func (s *Service) CDIDelivery(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var args cdiDelivery
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return fault.New(fault.Invalid, "exchange.fault.cdi").Because(err)
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := findConsent(tx, args.Consent)
		if err != nil {
			return err
		}
		all, err := accessesOf(tx, c.Subject, AccessFilter{Consent: c.ID}, "~", 50)
		if err != nil {
			return err
		}
		e := cdiEvent{Type: cdiNotFetched, ConsentID: args.CDI, RequestID: args.Request}
		for _, a := range all {
			if a.At.Before(args.Since) {
				continue
			}
			if e.Reason == "" || a.Outcome == "" {
				e.Reason, e.Exchange, e.Entry = string(a.Outcome), string(a.ID), a.Entry
			}
			if a.Outcome == "" {
				e.Type = cdiDelivered
				break
			}
		}
		if e.Type == cdiDelivered || tx.Now().Sub(args.Since) > cdiPatience*1e9 {
			return tellCDI(tx, e, args.Request+"."+e.Type)
		}
		args.Look++
		_, err = jobs.Enqueue(tx, jobs.Job{Kind: JobCDIDelivery, Key: args.Request + "." + itoa(args.Look), Args: fact(args), RunAt: tx.Now().Add(2e9)})
		return err
	})
}

// CDIConsumers hear of withdrawn consents, for the interchange.
func (s *Service) CDIConsumers() []events.Consumer {
	return []events.Consumer{{Name: "exchange.cdi", Subjects: []string{"exchange.consent.withdrawn"}, Handle: revokeCDI}}
}

func revokeCDI(tx *db.Tx, e events.Event) error {
	var c consentEvent
	if err := json.Unmarshal(e.Data, &c); err != nil {
		return err
	}
	all, err := cdiIDsOf(tx, c.Consent)
	if err != nil {
		return err
	}
	for _, cdiID := range all {
		if err := tellCDI(tx, cdiEvent{Type: cdiRevoked, ConsentID: cdiID, Reason: string(WithdrawnConsent)}, cdiID+"."+cdiRevoked); err != nil {
			return err
		}
	}
	return nil
}

// tellCDI has the journal told, once for each key.
func tellCDI(tx *db.Tx, e cdiEvent, key string) error {
	e.ID, e.Time = key, tx.Now().String()
	_, err := jobs.Enqueue(tx, jobs.Job{Kind: JobCDIEvent, Key: key, Args: fact(e)})
	return err
}
