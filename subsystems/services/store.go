package services

import (
	"encoding/json"
	"sync"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

const (
	sqlCurrent = `select number, state, version from services_catalogue where realm = $1 and code = $2`

	sqlAddService = `insert into services_catalogue (realm, code, department, number, state, version) values ($1, $2, $3, $4, $5, 1)`

	sqlChangeService = `update services_catalogue set department = $4, number = $5, state = $6, version = version + 1
		where realm = $1 and code = $2 and version = $3`

	sqlCatalogue = `select code, number, state, version from services_catalogue where realm = $1 order by code`

	sqlVersion = `select service, form, process, at from services_versions where realm = $1 and code = $2 and number = $3`

	sqlBundle = `select files, at, by_actor from services_versions where realm = $1 and code = $2 and number = $3`

	sqlAddVersion = `insert into services_versions (realm, code, number, service, form, files, process, digest, at, by_actor) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	sqlNumbers = `select number, at, by_actor from services_versions where realm = $1 and code = $2 order by number desc`

	sqlLastDigest = `select number, digest from services_versions where realm = $1 and code = $2 order by number desc limit 1`

	sqlAddKiosk = `insert into services_kiosks (realm, id, token, name, region, state, health, seen, version) values ($1, $2, $3, $4, $5, '', '{}', '', 1)`

	sqlKiosks = `select id, name, region, state, health, seen, version from services_kiosks where realm = $1 order by id`

	sqlKioskOf = `select id, name, region, state, health, seen, version from services_kiosks where realm = $1 and token = $2`

	sqlStopKiosk = `update services_kiosks set state = $4, version = version + 1 where realm = $1 and id = $2 and version = $3`

	sqlKioskHealth = `update services_kiosks set health = $3, seen = $4 where realm = $1 and id = $2`

	sqlParty = `select sealed from services_parties where realm = $1 and department = $2`

	sqlAddParty = `insert into services_parties (realm, department, sealed) values ($1, $2, $3) on conflict (realm, department) do nothing`
)

type versionKey struct {
	realm  who.Realm
	code   string
	number int64
}

// versions remembers what never changes; when there are too many it begins anew.
type versions struct {
	mu  sync.RWMutex
	all map[versionKey]*Offer
}

const mostVersions = 500

func (v *versions) get(k versionKey) (*Offer, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	o, ok := v.all[k]
	return o, ok
}

func (v *versions) put(k versionKey, o *Offer) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.all == nil || len(v.all) >= mostVersions {
		v.all = map[versionKey]*Offer{}
	}
	v.all[k] = o
}

func findCurrent(tx *db.Tx, code string) (number int64, state State, version int64, err error) {
	err = tx.Row(sqlCurrent, tx.Realm(), code).Scan(&number, &state, &version)
	return number, state, version, err
}

func findVersion(tx *db.Tx, code string, number int64) (o Offer, form []byte, err error) {
	var service string
	if err = tx.Row(sqlVersion, tx.Realm(), code, number).Scan(&service, &form, &o.Process, &o.At); err != nil {
		return o, nil, err
	}
	o.Number = number
	return o, form, json.Unmarshal([]byte(service), &o.PublicService)
}

// current is a row of the catalogue.
type current struct {
	code    string
	number  int64
	state   State
	version int64
}

func allCurrent(tx *db.Tx) ([]current, error) {
	return db.List(tx, func(s db.Scanner) (c current, err error) {
		return c, s.Scan(&c.code, &c.number, &c.state, &c.version)
	}, sqlCatalogue, tx.Realm())
}

// Published is one version in the list of a service's versions.
type Published struct {
	Number int64
	At     when.Instant
	By     string
}

func numbersOf(tx *db.Tx, code string) ([]Published, error) {
	return db.List(tx, func(s db.Scanner) (p Published, err error) {
		return p, s.Scan(&p.Number, &p.At, &p.By)
	}, sqlNumbers, tx.Realm(), code)
}

// jsonText writes plain data.
func jsonText(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("services: " + err.Error())
	}
	return string(raw)
}
