package exchange

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/jobs"
	"praya/platform/sign"
)

// DetailType is the type of authorization_details by which a consumer asks a person for consent
// (RFC 9396, 2).
const DetailType = "exchange_consent"

// Wish is one such request. Fields are needed, OptionalFields are not.
type Wish struct {
	Type           string   `json:"type"`
	Service        string   `json:"service"`
	Purpose        string   `json:"purpose"`
	Fields         []string `json:"fields"`
	OptionalFields []string `json:"optional_fields,omitempty"`
	Until          string   `json:"until,omitempty"` // the last day; a day from now when for once
	Often          Often    `json:"often,omitzero"`  // once, when absent and Until is too
	KeepDays       int      `json:"keep_days"`

	Consent ConsentID `json:"consent_id,omitempty"` // ours
}

const maxWish = 8 << 10

// ReadWish reads a request for consent strictly. Its error is told to the developer.
func ReadWish(raw json.RawMessage) (w Wish, err error) {
	if len(raw) > maxWish {
		return w, wrong("authorization_details", "exchange.fault.wish")
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	if err = d.Decode(&w); err != nil || w.Type != DetailType || w.Consent != "" {
		return w, fault.New(fault.Invalid, "exchange.fault.wish").Because(err)
	}
	return w, nil
}

// Offer is a wish that may be put before a person: everything that stands in it is known and
// allowed.
type Offer struct {
	Wish
	Right    Right
	Data     DataService
	Consumer Party
	Provider Party
}

// Offer checks a client's wish against the register.
func (s *Service) Offer(ctx context.Context, client string, w Wish) (o Offer, err error) {
	reg, err := s.fresh(ctx)
	if err != nil {
		return o, err
	}
	o.Wish = w
	for _, p := range reg.parties {
		if slices.Contains(p.Clients, client) && !p.Suspended {
			o.Consumer = p
		}
	}
	d, ok := reg.services[w.Service]
	if o.Consumer.Code == "" || !ok || d.State != Open {
		return o, fault.New(fault.Invalid, "exchange.fault.wish-service")
	}
	o.Data, o.Provider = d.DataService, reg.parties[d.Provider]
	fields := slices.Concat(w.Fields, w.OptionalFields)
	for _, r := range reg.rights {
		if r.Consumer == o.Consumer.Code && r.Service == w.Service && r.Purpose == w.Purpose && r.Basis == OnConsent &&
			r.holds(s.Clock().Day()) && within(fields, r.Fields) {
			o.Right = r
		}
	}
	if o.Right.ID == "" {
		return o, fault.New(fault.Invalid, "exchange.fault.wish-right")
	}
	c, err := o.consent(w.OptionalFields, s.Clock())
	if err == nil {
		err = c.check(o.Right)
	}
	return o, err
}

// consent is what the person would agree to, with the optional fields that they chose.
func (o Offer) consent(chosen []string, now when.Instant) (c Consent, err error) {
	c = Consent{
		Right: o.Right.ID, Consumer: o.Consumer.Code, Provider: o.Provider.Code, Service: o.Data.Code, Purpose: o.Wish.Purpose,
		Fields: slices.Clone(o.Wish.Fields), From: now, Often: o.Often, Keep: o.KeepDays, State: Active, Made: now, Changed: now,
	}
	for _, f := range o.OptionalFields {
		if slices.Contains(chosen, f) {
			c.Fields, c.Optional = append(c.Fields, f), append(c.Optional, f)
		}
	}
	if o.Wish.Until == "" {
		if o.Often == (Often{}) {
			c.Often = Once()
		}
		c.Until = now.Add(24 * time.Hour)
		c.settle = c.Until
		return c, nil
	}
	day, err := when.ParseDay(o.Wish.Until)
	if err != nil {
		return c, wrong("until", "exchange.fault.until")
	}
	c.Until = endOf(day)
	c.settle = c.Until
	return c, nil
}

// endOf is the instant at which a day of Hong Kong ends.
func endOf(d when.Day) when.Instant {
	next := d.Add(1)
	return when.At(time.Date(next.Year, next.Month, next.Date, 0, 0, 0, 0, when.HongKong))
}

// Give writes a person's consent down. By is who agreed: the subject, until others may.
func (s *Service) Give(ctx context.Context, client string, w Wish, subject, by string, chosen []string) (Consent, error) {
	o, err := s.Offer(ctx, client, w)
	if err != nil {
		return Consent{}, err
	}
	c, err := o.consent(chosen, s.Clock())
	if err != nil {
		return c, err
	}
	c.ID, c.Subject, c.By, c.Client = id.New[ConsentID](c.Made), subject, by, client
	identifier, err := s.identifier(ctx, o.Data, subject)
	if err != nil {
		return c, err
	}
	if c.subjectID, err = s.Keys.Encrypt(subjectPlace(who.From(ctx).Realm, c.ID), []byte(identifier)); err != nil {
		return c, err
	}
	rec, err := s.signRecord(ctx, &c, o.Data, o.Consumer, o.Provider, 1, "given")
	if err != nil {
		return c, err
	}
	return c, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := addConsent(tx, c); err != nil {
			return err
		}
		return s.keepRecord(tx, rec, CommitConsent, "")
	})
}

// identifier is how the provider knows the subject.
func (s *Service) identifier(ctx context.Context, d DataService, account string) (string, error) {
	if d.Subject == ByPseudonym {
		return s.pseudonymAt(ctx, d.Provider, account)
	}
	return s.People.Subject(ctx, account, d.Subject)
}

// pseudonymAt names an account to one provider: nothing else knows it by that.
func (s *Service) pseudonymAt(ctx context.Context, provider, account string) (string, error) {
	return s.personIndex(ctx, "pseudonym\n"+provider+"\n"+account)
}

// signRecord writes a version of a consent down and signs it.
func (s *Service) signRecord(ctx context.Context, c *Consent, d DataService, consumer, provider Party, number int64, what string) (r SignedRecord, err error) {
	text, err := canonical(recordOf(*c, d, consumer, provider, number))
	if err != nil {
		return r, err
	}
	key, signer, err := s.Keys.Signer()
	if err != nil {
		return r, err
	}
	r = SignedRecord{Consent: c.ID, Number: number, What: what, At: c.Changed, Record: string(text)}
	r.JWS, err = detachedJWS(gatewayKey+key, func(b []byte) ([]byte, error) { return signer.Sign(nil, b, noHash) }, text)
	if err != nil {
		return r, err
	}
	sum := sha256.Sum256(text)
	c.hash = sum[:]
	salt := make([]byte, 32)
	rand.Read(salt)
	r.plainSalt = [32]byte(salt)
	r.salt, err = s.Keys.Encrypt(recordPlace(who.From(ctx).Realm, c.ID, number), salt)
	return r, err
}

// keepRecord keeps a signed version, and gives the ledger its commitment.
func (s *Service) keepRecord(tx *db.Tx, r SignedRecord, kind, previous string) error {
	sum := sha256.Sum256([]byte(r.Record))
	key, _, _ := strings.Cut(r.JWS, "..")
	logged, err := s.Ledger.Commit(tx, []Commitment{{
		Type: kind, Of: [][sha256.Size]byte{blind(r.plainSalt, sum[:])}, Keys: []string{jwsKey(key)}, Previous: previous,
	}})
	if err != nil {
		return err
	}
	r.Entry = logged[0].Entry
	if err := addRecord(tx, r); err != nil {
		return err
	}
	c, err := findConsent(tx, r.Consent)
	if err != nil {
		return err
	}
	return events.Publish(tx, events.Event{Subject: "exchange.consent." + r.What, Data: fact(consentEvent{c.ID, c.Service, c.Consumer})})
}

// Own gives a person's consent.
func (s *Service) Own(ctx context.Context, account string, id ConsentID) (c Consent, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err = findConsent(tx, id)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && c.Subject != account && c.By != account {
		return c, fault.New(fault.NotFound, "exchange.fault.no-consent")
	}
	return c, err
}

// OwnAll lists a person's consents, newest first.
func (s *Service) OwnAll(ctx context.Context, account string) (all []Consent, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = consentsOf(tx, account, mostListed)
		return err
	})
	return all, err
}

const mostListed = 500

// Amend narrows or extends a consent of a person's own.
func (s *Service) Amend(ctx context.Context, account string, id ConsentID, to Change) error {
	return s.change(ctx, account, id, "changed", func(c *Consent, r Right, now when.Instant) error { return c.amend(r, to, now) })
}

// Withdraw ends a consent: from the next call on nothing goes, in any process.
func (s *Service) Withdraw(ctx context.Context, account string, id ConsentID) error {
	return s.change(ctx, account, id, "withdrawn", func(c *Consent, _ Right, _ when.Instant) error {
		if c.State == Withdrawn {
			return fault.New(fault.Conflict, "exchange.fault.not-active")
		}
		c.State, c.settle = Withdrawn, when.Instant{}
		return nil
	})
}

// change makes a new version of a consent. Uses that are counted meanwhile don't stand in its
// way; another change does.
func (s *Service) change(ctx context.Context, account string, id ConsentID, what string, how func(*Consent, Right, when.Instant) error) error {
	c, err := s.Own(ctx, account, id)
	if err != nil {
		return err
	}
	reg, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	was, now := c.Changed, s.Clock()
	if err := how(&c, reg.rights[c.Right], now); err != nil {
		return err
	}
	c.Changed = now
	records, err := s.Records(ctx, c.ID)
	if err != nil {
		return err
	}
	last := records[len(records)-1]
	rec, err := s.signRecord(ctx, &c, reg.services[c.Service].DataService, reg.parties[c.Consumer], reg.parties[c.Provider], last.Number+1, what)
	if err != nil {
		return err
	}
	kind := CommitConsent
	if c.State == Withdrawn {
		kind = CommitWithdrawal
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		present, err := findConsent(tx, c.ID)
		if err != nil {
			return err
		}
		if present.Changed != was {
			return fault.New(fault.Conflict, "db.stale")
		}
		c.Version = present.Version
		if err := changeConsent(tx, c); err != nil {
			return err
		}
		if err := consentsChanged(tx); err != nil {
			return err
		}
		if err := s.keepRecord(tx, rec, kind, last.Entry); err != nil {
			return err
		}
		if c.State == Withdrawn {
			return mustDelete(tx, present, what)
		}
		_, err = jobs.Enqueue(tx, tellJob(c.ID, rec.Number))
		return err
	})
}

// withdrawnKeep is for how many days at most a consumer may keep data after a withdrawal.
const withdrawnKeep = 30

// mustDelete has a consumer told that a consent has ended, and notes that it must delete what it
// received, if it did.
func mustDelete(tx *db.Tx, c Consent, why string) error {
	if _, err := jobs.Enqueue(tx, tellJob(c.ID, 0)); err != nil {
		return err
	}
	if n, err := received(tx, c); err != nil || n == 0 {
		return err
	}
	d := Deletion{Consent: c.ID, Consumer: c.Consumer, Why: why, Since: tx.Now()}
	switch {
	case why == "withdrawn":
		d.Due = tx.Now().Day().Add(min(c.Keep, withdrawnKeep))
	case c.State == Used:
		d.Due = c.keepUntil(c.Made)
	default:
		d.Due = c.keepUntil(c.Until)
	}
	return addDeletion(tx, d)
}

// Records are the signed versions of a consent, oldest first.
func (s *Service) Records(ctx context.Context, id ConsentID) (all []SignedRecord, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = recordsOf(tx, id)
		return err
	})
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "exchange.fault.no-consent")
	}
	return all, err
}

func recordPlace(realm who.Realm, c ConsentID, number int64) sign.Place {
	return sign.Place{Realm: realm, Table: "exchange_records", Column: "salt", ID: string(c) + "." + itoa(number)}
}

// consent reads a consent for the gateway's own use, and how often data went on it.
func (s *Service) consent(ctx context.Context, id ConsentID) (c Consent, n int64, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if c, err = findConsent(tx, id); err != nil {
			return err
		}
		n, err = received(tx, c)
		return err
	})
	return c, n, err
}
