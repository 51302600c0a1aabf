package exchange

import (
	"encoding/json"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlNewRealm = `insert into exchange_realms (realm, register, consents) values ($1, 1, 1) on conflict (realm) do nothing`

	sqlNumbers = `select register, consents from exchange_realms where realm = $1`

	sqlRegisterChanged = `update exchange_realms set register = register + 1 where realm = $1`

	sqlConsentsChanged = `update exchange_realms set consents = consents + 1 where realm = $1`

	sqlParties = `select code, department, name, clients, webhook, suspended, version from exchange_parties where realm = $1 order by code`

	sqlAddParty = `insert into exchange_parties (realm, code, department, name, clients, webhook, suspended, version)
		values ($1, $2, $3, $4, $5, $6, $7, 1) on conflict (realm, code) do nothing`

	sqlChangeParty = `update exchange_parties set department = $4, name = $5, clients = $6, webhook = $7, suspended = $8, version = version + 1
		where realm = $1 and code = $2 and version = $3`

	sqlKeys = `select id, party, use, public, from_at, until_at, revoked_at from exchange_keys where realm = $1 order by id`

	sqlAddKey = `insert into exchange_keys (realm, id, party, use, public, from_at, until_at, revoked_at)
		values ($1, $2, $3, $4, $5, $6, $7, '') on conflict (realm, id) do nothing`

	sqlEndKey = `update exchange_keys set until_at = $3, revoked_at = $4 where realm = $1 and id = $2 and revoked_at = ''`

	sqlServices = `select code, provider, words, base, openapi, fields, rules, state, version from exchange_services where realm = $1 order by code`

	sqlAddService = `insert into exchange_services (realm, code, provider, words, base, openapi, fields, rules, state, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1) on conflict (realm, code) do nothing`

	sqlChangeService = `update exchange_services set words = $4, base = $5, openapi = $6, fields = $7, rules = $8, state = $9, version = version + 1
		where realm = $1 and code = $2 and version = $3`

	sqlRights = `select id, service, consumer, purpose, terms, state, at, version from exchange_rights where realm = $1 order by id`

	sqlAddRight = `insert into exchange_rights (realm, id, service, consumer, purpose, terms, state, at, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, 1)`

	sqlChangeRight = `update exchange_rights set terms = $4, state = $5, version = version + 1 where realm = $1 and id = $2 and version = $3`
)

// numbers are how often things have changed.
type numbers struct{ register, consents int64 }

func newRealm(tx *db.Tx) error {
	_, err := tx.Exec(sqlNewRealm, tx.Realm())
	return err
}

func findNumbers(tx *db.Tx) (n numbers, err error) {
	return n, tx.Row(sqlNumbers, tx.Realm()).Scan(&n.register, &n.consents)
}

func registerChanged(tx *db.Tx) error {
	_, err := tx.Exec(sqlRegisterChanged, tx.Realm())
	return err
}

func consentsChanged(tx *db.Tx) error {
	_, err := tx.Exec(sqlConsentsChanged, tx.Realm())
	return err
}

// jsonText reads and writes a value that stands as JSON in a column.
func jsonText(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("exchange: " + err.Error()) // plain data
	}
	return string(raw)
}

func allParties(tx *db.Tx) ([]Party, error) {
	return db.List(tx, func(s db.Scanner) (p Party, err error) {
		var name, clients string
		if err = s.Scan(&p.Code, &p.Department, &name, &clients, &p.Webhook, &p.Suspended, &p.Version); err != nil {
			return p, err
		}
		p.Clients = strings.Fields(clients)
		return p, json.Unmarshal([]byte(name), &p.Name)
	}, sqlParties, tx.Realm())
}

func putParty(tx *db.Tx, p Party) error {
	name, clients := jsonText(p.Name), strings.Join(p.Clients, " ")
	if p.Version > 0 {
		return tx.Change(sqlChangeParty, tx.Realm(), p.Code, p.Version, p.Department, name, clients, p.Webhook, p.Suspended)
	}
	return added(tx.Exec(sqlAddParty, tx.Realm(), p.Code, p.Department, name, clients, p.Webhook, p.Suspended))
}

// added makes a Conflict of a row that was there already.
func added(n int64, err error) error {
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "exchange.fault.taken")
	}
	return err
}

func allKeys(tx *db.Tx) ([]PartyKey, error) {
	return db.List(tx, func(s db.Scanner) (k PartyKey, err error) {
		return k, s.Scan(&k.ID, &k.Party, &k.Use, &k.Public, &k.From, optional{&k.Until}, optional{&k.Revoked})
	}, sqlKeys, tx.Realm())
}

func addKey(tx *db.Tx, k PartyKey) error {
	return added(tx.Exec(sqlAddKey, tx.Realm(), k.ID, k.Party, k.Use, k.Public, k.From, instantText(k.Until)))
}

func endKey(tx *db.Tx, id string, until, revoked when.Instant) error {
	n, err := tx.Exec(sqlEndKey, tx.Realm(), id, instantText(until), instantText(revoked))
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "exchange.fault.no-key")
	}
	return err
}

// optional scans an instant that may be empty.
type optional struct{ to *when.Instant }

// Scan reads it.
func (o optional) Scan(v any) error {
	if s, ok := v.(string); ok && s == "" {
		*o.to = when.Instant{}
		return nil
	}
	return o.to.Scan(v)
}

type serviceWords struct {
	Title lang.Text `json:"title"`
	About lang.Text `json:"about"`
	Level lang.Text `json:"level"`
}

type serviceRules struct {
	Purposes []string      `json:"purposes,omitempty"`
	Subject  SubjectKind   `json:"subject"`
	Surplus  Surplus       `json:"surplus"`
	Content  Content       `json:"content"`
	Methods  []string      `json:"methods"`
	Patience time.Duration `json:"patience"`
}

func allServices(tx *db.Tx) ([]DataService, error) {
	return db.List(tx, func(s db.Scanner) (d DataService, err error) {
		var said, openapi, fields, rules string
		if err = s.Scan(&d.Code, &d.Provider, &said, &d.Base, &openapi, &fields, &rules, &d.State, &d.Version); err != nil {
			return d, err
		}
		var w serviceWords
		var r serviceRules
		for _, x := range []struct {
			text string
			to   any
		}{{said, &w}, {fields, &d.Fields}, {rules, &r}} {
			if err = json.Unmarshal([]byte(x.text), x.to); err != nil {
				return d, err
			}
		}
		d.Title, d.About, d.Level = w.Title, w.About, w.Level
		d.Purposes, d.Subject, d.Surplus, d.Content, d.Methods, d.Patience = r.Purposes, r.Subject, r.Surplus, r.Content, r.Methods, r.Patience
		d.OpenAPI = json.RawMessage(openapi)
		return d, nil
	}, sqlServices, tx.Realm())
}

func putService(tx *db.Tx, d DataService) error {
	said := jsonText(serviceWords{d.Title, d.About, d.Level})
	rules := jsonText(serviceRules{d.Purposes, d.Subject, d.Surplus, d.Content, d.Methods, d.Patience})
	if d.Version > 0 {
		return tx.Change(sqlChangeService, tx.Realm(), d.Code, d.Version, said, d.Base, string(d.OpenAPI), jsonText(d.Fields), rules, d.State)
	}
	return added(tx.Exec(sqlAddService, tx.Realm(), d.Code, d.Provider, said, d.Base, string(d.OpenAPI), jsonText(d.Fields), rules, d.State))
}

type rightTerms struct {
	Fields  []string  `json:"fields"`
	Why     string    `json:"why"`
	Basis   Basis     `json:"basis"`
	Law     lang.Text `json:"law"`
	Delay   int       `json:"delay,omitempty"`
	Until   string    `json:"until,omitempty"`
	AskedBy string    `json:"asked_by"`
	FirstBy string    `json:"first_by,omitempty"`
	Decided string    `json:"decided_by,omitempty"`
	Reason  string    `json:"reason,omitempty"` // the last decision's, in rights of before Said
	Tested  int64     `json:"tested,omitempty"`
	Said    []Saying  `json:"said,omitempty"`
}

func termsOf(r Right) string {
	until := ""
	if !r.Until.IsZero() {
		until = r.Until.String()
	}
	return jsonText(rightTerms{r.Fields, r.Why, r.Basis, r.Law, r.Delay, until, r.AskedBy, r.FirstBy, r.Decided, "", r.Tested, r.Said})
}

func allRights(tx *db.Tx) ([]Right, error) {
	return db.List(tx, func(s db.Scanner) (r Right, err error) {
		var terms string
		if err = s.Scan(&r.ID, &r.Service, &r.Consumer, &r.Purpose, &terms, &r.State, &r.At, &r.Version); err != nil {
			return r, err
		}
		var t rightTerms
		if err = json.Unmarshal([]byte(terms), &t); err != nil {
			return r, err
		}
		r.Fields, r.Why, r.Basis, r.Law, r.Delay = t.Fields, t.Why, t.Basis, t.Law, t.Delay
		r.AskedBy, r.FirstBy, r.Decided, r.Said = t.AskedBy, t.FirstBy, t.Decided, t.Said
		if r.Tested = t.Tested; t.Reason != "" {
			r.Said = append(r.Said, Saying{Did: r.State, By: r.Decided, Why: t.Reason, At: r.At})
		}
		if t.Until != "" {
			r.Until, err = when.ParseDay(t.Until)
		}
		return r, err
	}, sqlRights, tx.Realm())
}

func putRight(tx *db.Tx, r Right) error {
	if r.Version > 0 {
		return tx.Change(sqlChangeRight, tx.Realm(), r.ID, r.Version, termsOf(r), r.State)
	}
	_, err := tx.Exec(sqlAddRight, tx.Realm(), r.ID, r.Service, r.Consumer, r.Purpose, termsOf(r), r.State, r.At)
	return err
}
