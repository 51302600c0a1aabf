package process

import (
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/sign"
)

// Definitions.
const (
	definitionColumns = `kind, key, version, department, message, digest, enabled, made`

	sqlDefinitions = `select ` + definitionColumns + ` from services_process_definitions where realm = $1 order by kind desc, key, version desc`

	sqlDefinition = `select ` + definitionColumns + `, xml from services_process_definitions
		where realm = $1 and kind = $2 and key = $3 and version = $4`

	sqlLast = `select version, digest, department from services_process_definitions
		where realm = $1 and kind = $2 and key = $3 order by version desc limit 1`

	sqlNewest = `select version, digest, department from services_process_definitions
		where realm = $1 and kind = $2 and key = $3 and enabled order by version desc limit 1`

	sqlPinned = `select digest, department, made from services_process_definitions where realm = $1 and kind = $2 and key = $3 and version = $4`

	sqlXML = `select xml from services_process_definitions where realm = $1 and kind = $2 and key = $3 and version = $4`

	sqlStartedBy = `select key, version, department from services_process_definitions
		where realm = $1 and message = $2 and message <> '' and enabled order by key, version`

	sqlInsertDefinition = `insert into services_process_definitions
		(realm, kind, key, version, department, message, digest, xml, enabled, made) values ($1, $2, $3, $4, $5, $6, $7, $8, true, $9)`

	sqlInsertPin = `insert into services_process_pins (realm, key, version, decision, pinned) values ($1, $2, $3, $4, $5)`

	sqlPin = `select pinned from services_process_pins where realm = $1 and key = $2 and version = $3 and decision = $4`

	sqlEnable = `update services_process_definitions set enabled = $5 where realm = $1 and kind = $2 and key = $3 and version = $4`
)

// Instances and their history.
const (
	instanceColumns = `id, key, version, digest, subject, department, state, finish, started, ended, why, stands, revision`

	sqlInstance = `select ` + instanceColumns + ` from services_process_instances where realm = $1 and id = $2`

	sqlInstancesOf = `select ` + instanceColumns + ` from services_process_instances where realm = $1 and subject = $2 order by id`

	sqlInstances = `select ` + instanceColumns + ` from services_process_instances where realm = $1 order by id desc limit $2 offset $3`

	sqlInstancesByState = `select ` + instanceColumns + ` from services_process_instances
		where realm = $1 and state = $2 order by id desc limit $3 offset $4`

	sqlInstancesByKey = `select ` + instanceColumns + ` from services_process_instances
		where realm = $1 and key = $2 order by id desc limit $3 offset $4`

	sqlInstancesByBoth = `select ` + instanceColumns + ` from services_process_instances
		where realm = $1 and key = $2 and state = $3 order by id desc limit $4 offset $5`

	sqlInsertInstance = `insert into services_process_instances
		(realm, id, key, version, digest, subject, department, state, finish, started, ended, why, stands, revision)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)`

	sqlUpdateInstance = `update services_process_instances set state = $3, finish = $4, ended = $5, why = $6, stands = $7,
		revision = revision + 1 where realm = $1 and id = $2 and revision = $8`

	sqlMoveInstance = `update services_process_instances set version = $3, digest = $4 where realm = $1 and id = $2`

	sqlInsertStep = `insert into services_process_steps (realm, instance, id, number, at, by_whom, nodes) values ($1, $2, $3, $4, $5, $6, $7)`

	sqlSteps = `select instance, number, at, by_whom, nodes from services_process_steps where realm = $1 and instance = $2 order by number`
)

// row is an instance as it is stored.
type row struct {
	Instance
	digest   string
	stands   *stands
	revision int64
}

func placeOf(tx *db.Tx, id string) sign.Place {
	return sign.Place{Realm: tx.Realm(), Table: "services_process_instances", Column: "stands", ID: id}
}

func (r *row) columns(sealed *[]byte) []any {
	return []any{
		&r.ID, &r.Key, &r.Version, &r.digest, &r.Subject, &r.Department, &r.State, &r.End, &r.Started, &r.Ended, &r.Why, sealed, &r.revision,
	}
}

func (s *Service) scanRow(tx *db.Tx, from db.Scanner) (r row, err error) {
	var sealed []byte
	if err = from.Scan(r.columns(&sealed)...); err != nil {
		return r, err
	}
	return r, s.unseal(tx, &r, sealed)
}

func (s *Service) unseal(tx *db.Tx, r *row, sealed []byte) error {
	raw, err := s.Keys.Decrypt(placeOf(tx, r.ID), sealed)
	if err != nil {
		return err
	}
	if r.stands, err = decodeStands(raw); err == nil {
		r.Vars = r.stands.Vars
	}
	return err
}

func (s *Service) row(tx *db.Tx, instance string) (row, error) {
	return s.scanRow(tx, tx.Row(sqlInstance, tx.Realm(), instance))
}

func (s *Service) rowsOf(tx *db.Tx, subject string) ([]row, error) {
	return db.List(tx, s.scan(tx), sqlInstancesOf, tx.Realm(), subject)
}

// watched lists instances, newest first; an empty key or state is any.
func (s *Service) watched(tx *db.Tx, key string, state InstanceState, limit, offset int) ([]row, error) {
	switch {
	case key != "" && state != "":
		return db.List(tx, s.scan(tx), sqlInstancesByBoth, tx.Realm(), key, state, limit, offset)
	case key != "":
		return db.List(tx, s.scan(tx), sqlInstancesByKey, tx.Realm(), key, limit, offset)
	case state != "":
		return db.List(tx, s.scan(tx), sqlInstancesByState, tx.Realm(), state, limit, offset)
	}
	return db.List(tx, s.scan(tx), sqlInstances, tx.Realm(), limit, offset)
}

func (s *Service) scan(tx *db.Tx) func(db.Scanner) (row, error) {
	return func(from db.Scanner) (row, error) { return s.scanRow(tx, from) }
}

func (s *Service) seal(tx *db.Tx, r row) ([]byte, error) {
	raw, err := r.stands.encode()
	if err != nil {
		return nil, err
	}
	return s.Keys.Encrypt(placeOf(tx, r.ID), raw)
}

func (s *Service) insertRow(tx *db.Tx, r row) error {
	sealed, err := s.seal(tx, r)
	if err != nil {
		return err
	}
	return tx.Do(sqlInsertInstance, tx.Realm(), r.ID, r.Key, r.Version, r.digest, r.Subject, r.Department, r.State, r.End, r.Started,
		r.Ended, r.Why, sealed)
}

func (s *Service) updateRow(tx *db.Tx, r row) error {
	sealed, err := s.seal(tx, r)
	if err != nil {
		return err
	}
	return tx.DoChange(sqlUpdateInstance, tx.Realm(), r.ID, r.State, r.End, r.Ended, r.Why, sealed, r.revision)
}

func scanDefinition(from db.Scanner, xml *[]byte) (d Definition, err error) {
	dest := []any{&d.Kind, &d.Key, &d.Version, &d.Department, &d.Message, &d.digest, &d.Enabled, &d.Made}
	if xml != nil {
		dest = append(dest, xml)
	}
	return d, from.Scan(dest...)
}

func definitions(tx *db.Tx) ([]Definition, error) {
	return db.List(tx, func(from db.Scanner) (Definition, error) { return scanDefinition(from, nil) }, sqlDefinitions, tx.Realm())
}

func definition(tx *db.Tx, kind DefinitionKind, key string, version int64) (d Definition, err error) {
	var xml []byte
	d, err = scanDefinition(tx.Row(sqlDefinition, tx.Realm(), kind, key, version), &xml)
	d.raw = xml
	return d, err
}

// head is what is needed of a version to start it.
type head struct {
	version            int64
	digest, department string
}

// last is the highest version of a definition; newest the highest that may be started.
func last(tx *db.Tx, kind DefinitionKind, key string) (h head, found bool, err error) {
	err = tx.Row(sqlLast, tx.Realm(), kind, key).Scan(&h.version, &h.digest, &h.department)
	if fault.Is(err, fault.NotFound) {
		return h, false, nil
	}
	return h, err == nil, err
}

func newest(tx *db.Tx, kind DefinitionKind, key string) (h head, err error) {
	err = tx.Row(sqlNewest, tx.Realm(), kind, key).Scan(&h.version, &h.digest, &h.department)
	if fault.Is(err, fault.NotFound) {
		return h, fault.New(fault.NotFound, "process.no-definition", "key", key)
	}
	return h, err
}

// pinned is a version that somebody named. It never changes once it is there.
func (s *Service) pinned(tx *db.Tx, kind DefinitionKind, key string, version int64) (head, error) {
	at := strings.Join([]string{string(tx.Realm()), string(kind), key, strconv.FormatInt(version, 10)}, " ")
	if h, ok := s.heads.look(at); ok {
		return h, nil
	}
	h := head{version: version}
	var made when.Instant
	err := tx.Row(sqlPinned, tx.Realm(), kind, key, version).Scan(&h.digest, &h.department, &made)
	if fault.Is(err, fault.NotFound) {
		return h, fault.New(fault.NotFound, "process.no-definition", "key", key)
	}
	if err == nil && made.Before(tx.Now()) { // what this transaction itself has made may be undone
		s.heads.put(at, h)
	}
	return h, err
}

func rawOf(tx *db.Tx, kind DefinitionKind, key string, version int64) (raw []byte, err error) {
	return raw, tx.Row(sqlXML, tx.Realm(), kind, key, version).Scan(&raw)
}

// startedBy are the newest enabled versions that a message starts.
func startedBy(tx *db.Tx, message string) (map[string]string, error) {
	type start struct {
		key, department string
		version         int64
	}
	list, err := db.List(tx, func(from db.Scanner) (x start, err error) {
		return x, from.Scan(&x.key, &x.version, &x.department)
	}, sqlStartedBy, tx.Realm(), message)
	out := map[string]string{}
	for _, x := range list {
		out[x.key] = x.department
	}
	return out, err
}

func insertDefinition(tx *db.Tx, d Definition) error {
	return tx.Do(sqlInsertDefinition, tx.Realm(), d.Kind, d.Key, d.Version, d.Department, d.Message, d.digest, d.raw, tx.Now())
}

func insertStep(tx *db.Tx, instance string, number int64, by, nodes string) error {
	return tx.Do(sqlInsertStep, tx.Realm(), instance, id.New[string](tx.Now()), number, tx.Now(), by, nodes)
}

// recorded is a row of history.
type recorded struct {
	instance string
	number   int64
	at       when.Instant
	by       string
	nodes    string
}

func stepsOf(tx *db.Tx, instance string) ([]recorded, error) {
	return db.List(tx, func(from db.Scanner) (x recorded, err error) {
		return x, from.Scan(&x.instance, &x.number, &x.at, &x.by, &x.nodes)
	}, sqlSteps, tx.Realm(), instance)
}
