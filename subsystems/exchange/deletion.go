package exchange

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/httpsig"
	"praya/platform/jobs"
)

// JobTell tells a consumer by its webhook that a consent has changed or ended.
const JobTell = "exchange.tell"

type tellArgs struct {
	Consent ConsentID `json:"consent"`
}

// tellJob is keyed by the version that it tells of; 0 is the end.
func tellJob(id ConsentID, number int64) jobs.Job {
	return jobs.Job{Kind: JobTell, Key: string(id) + "." + itoa(number), Args: json.RawMessage(jsonText(tellArgs{id}))}
}

// told is what a webhook gets: a CloudEvent (CloudEvents 1.0, JSON) without personal data.
type told struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Time        string    `json:"time"`
	Data        toldState `json:"data"`
}

type toldState struct {
	Consent  ConsentID    `json:"consent_id"`
	State    ConsentState `json:"state"`
	Fields   []string     `json:"fields"`
	Until    string       `json:"until"`
	DeleteBy string       `json:"delete_by,omitempty"`
	Receipt  string       `json:"deletion_receipt,omitempty"` // where the receipt goes
}

// Tell is the job: it is tried again until the consumer has taken it.
func (s *Service) Tell(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var args tellArgs
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return fault.New(fault.Invalid, "exchange.fault.wish").Because(err)
	}
	var c Consent
	var d Deletion
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if c, err = findConsent(tx, args.Consent); err != nil {
			return err
		}
		if d, err = findDeletion(tx, args.Consent); fault.Is(err, fault.NotFound) {
			d, err = Deletion{}, nil
		}
		return err
	})
	if err != nil {
		return err
	}
	reg, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	hook := reg.parties[c.Consumer].Webhook
	if hook == "" {
		return nil // it asks by itself
	}
	t := told{
		SpecVersion: "1.0", ID: j.Key, Source: s.Origin + "/api/exchange", Type: "exchange.consent." + string(c.State), Time: s.Clock().String(),
		Data: toldState{Consent: c.ID, State: c.State, Fields: c.Fields, Until: c.Until.String()},
	}
	if d.Consent != "" {
		t.Data.DeleteBy, t.Data.Receipt = d.Due.String(), s.path(ctx, apiBase+"/deletions/"+string(c.ID))
	}
	if err := s.post(ctx, hook, "application/cloudevents+json", []byte(jsonText(t))); err != nil || d.Consent == "" || !d.Told.IsZero() {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := findDeletion(tx, c.ID)
		if err != nil {
			return err
		}
		d.Told = tx.Now()
		return changeDeletion(tx, d)
	})
}

// path is the address of an API in the context's realm.
func (s *Service) path(ctx context.Context, path string) string {
	if who.From(ctx).Realm == who.Sandbox {
		path = "/sandbox" + path
	}
	return s.Origin + path
}

// End notes which consents have ended by their day.
func (s *Service) End(ctx context.Context) (n int, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := endedConsents(tx, tx.Now(), 1)
		n = len(all)
		return err
	})
	if err != nil || n == 0 {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		all, err := endedConsents(tx, tx.Now(), 200)
		n = len(all)
		for _, c := range all {
			if err == nil {
				err = mustDelete(tx, c, "ended")
			}
			if err == nil {
				err = settled(tx, c.ID)
			}
		}
		return err
	})
	return n, err
}

// Sweep forgets the nonces of slots before one, a little at a time so that calls need not wait.
func (s *Service) Sweep(ctx context.Context, before int64) error {
	for first := range 256 {
		err := s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
			_, err := sweepNonces(tx, before, byte(first))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	sweepEvery = 30 * time.Second
	// passesKept times sweepEvery is longer than any message can be taken after it was taken first:
	// life and twice the skew.
	passesKept = 6
)

// passes remembers what the clock said at the last few passes. What is forgotten was over several
// minutes ago by the clock of that time: a clock that jumps ahead and back makes nothing be
// forgotten that could still be played again.
type passes []int64

// next notes the present slot, and gives the one before which all may be forgotten; 0 for none.
func (p *passes) next(slot int64) (before int64) {
	if *p = append(*p, slot); len(*p) <= passesKept {
		return 0
	}
	before, *p = (*p)[0], (*p)[1:]
	return before
}

// Run forgets old nonces and ends consents, until the context ends. Several processes may.
func (s *Service) Run(ctx context.Context) error {
	var seen passes
	for {
		before := seen.next(s.Clock().Time().Unix() / slotSeconds)
		for _, realm := range []who.Realm{who.Production, who.Sandbox} {
			ctx := who.AsSystem(ctx, realm)
			if err := s.keepHouse(ctx, before); err != nil && ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "exchange: keeping house", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(sweepEvery):
		}
	}
}

func (s *Service) keepHouse(ctx context.Context, before int64) error {
	if before > 0 {
		if err := s.Sweep(ctx, before); err != nil {
			return err
		}
	}
	for {
		if n, err := s.End(ctx); err != nil || n == 0 {
			return err
		}
	}
}

// Deleted takes a consumer's signed word that it has deleted what it received on a consent.
func (s *Service) Deleted(ctx context.Context, consumer string, id ConsentID, sig httpsig.Signature, statement []byte) (d Deletion, err error) {
	salt := make([]byte, 32)
	rand.Read(salt)
	receipt := jsonText(map[string]string{
		"key": sig.KeyID, "base": string(sig.Base), "signature": base64.StdEncoding.EncodeToString(sig.Value),
		"statement": string(statement), "salt": base64.StdEncoding.EncodeToString(salt),
	})
	return d, s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err = findDeletion(tx, id)
		if err == nil && d.Consumer != consumer {
			err = fault.New(fault.NotFound, "exchange.fault.no-consent")
		}
		if err == nil && !d.Received.IsZero() {
			err = fault.New(fault.Conflict, "exchange.fault.received")
		}
		if err != nil {
			return err
		}
		logged, err := s.Ledger.Commit(tx, []Commitment{{
			Type: CommitDeletion, Of: [][sha256.Size]byte{blind([32]byte(salt), sig.Base)}, Keys: []string{sig.KeyID},
		}})
		if err != nil {
			return err
		}
		d.Receipt, d.Received, d.Entry = receipt, tx.Now(), logged[0].Entry
		if err := changeDeletion(tx, d); err != nil {
			return err
		}
		return events.Publish(tx, events.Event{Subject: "exchange.deletion.received", Data: fact(consentEvent{id, "", consumer})})
	})
}

// DeletionOf is what a consumer must delete of a consent; false when nothing.
func (s *Service) DeletionOf(ctx context.Context, id ConsentID) (d Deletion, there bool, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		d, err = findDeletion(tx, id)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return d, false, nil
	}
	return d, err == nil, err
}

// AccessFilter chooses among accesses; empty is any.
type AccessFilter struct {
	Consent  ConsentID
	Consumer string
}

// Accesses lists what was done with a person's data, newest first: by their consents, and by law
// once it is shown. Before is the last one of the page before.
func (s *Service) Accesses(ctx context.Context, account string, f AccessFilter, before AccessID, limit int) (all []Access, err error) {
	persons := []string{account}
	if f.Consent == "" {
		if number, err := s.People.Subject(ctx, account, ByDocument); err == nil {
			index, err := s.personIndex(ctx, number)
			if err != nil {
				return nil, err
			}
			persons = append(persons, index)
		} else if !fault.Is(err, fault.Conflict) {
			return nil, err
		}
	}
	if before == "" {
		before = "~" // behind every id
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all = all[:0]
		for _, p := range persons {
			some, err := accessesOf(tx, p, f, before, limit)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		return nil
	})
	sortAccesses(all)
	if len(all) > limit {
		all = all[:limit]
	}
	return all, err
}

// Access gives one access of a person's own, with its evidence.
func (s *Service) Access(ctx context.Context, account string, id AccessID) (a Access, e Evidence, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, err = findAccess(tx, id)
		return err
	})
	if err == nil && a.Person != account {
		number, perr := s.People.Subject(ctx, account, ByDocument)
		index, ierr := s.personIndex(ctx, number)
		if perr != nil || ierr != nil || index != a.Person || s.Clock().Before(a.Shown) {
			err = fault.New(fault.NotFound, "exchange.fault.no-access")
		}
	}
	if err != nil {
		return a, e, err
	}
	e, err = s.open(ctx, a)
	return a, e, err
}

func (s *Service) open(ctx context.Context, a Access) (Evidence, error) {
	plain, err := s.Keys.Decrypt(evidencePlace(who.From(ctx).Realm, a.ID), a.sealed)
	if err != nil {
		return Evidence{}, err
	}
	return decodeEvidence(bytes.Clone(plain))
}

// sortAccesses puts the newest first.
func sortAccesses(all []Access) {
	slices.SortFunc(all, func(a, b Access) int { return strings.Compare(string(b.ID), string(a.ID)) })
}

// accessFor gives a provider an access that it answered.
func (s *Service) accessFor(ctx context.Context, party string, id AccessID) (a Access, e Evidence, err error) {
	reg, err := s.fresh(ctx)
	if err != nil {
		return a, e, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, err = findAccess(tx, id)
		return err
	})
	if d := reg.services[a.Service]; fault.Is(err, fault.NotFound) || err == nil && (d == nil || d.Provider != party || a.Outcome != "") {
		return a, e, fault.New(fault.NotFound, "exchange.fault.no-access")
	}
	if err != nil {
		return a, e, err
	}
	e, err = s.open(ctx, a)
	return a, e, err
}
