package services

import (
	"encoding/json"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

const applicationColumns = `id, reference, service, number, department, account, lang, state, channel, helper, due, made, changed, submitted, ended, version`

const (
	sqlAddApplication = `insert into services_applications (realm, id, reference, service, number, department, account, lang, state, content, channel, helper,
		due, made, changed, submitted, ended, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 1)`

	sqlApplication = `select ` + applicationColumns + `, content from services_applications where realm = $1 and id = $2`

	sqlHead = `select ` + applicationColumns + ` from services_applications where realm = $1 and id = $2`

	sqlByReference = `select ` + applicationColumns + ` from services_applications where realm = $1 and reference = $2`

	sqlChangeApplication = `update services_applications set state = $4, content = $5, due = $6, changed = $7, submitted = $8, ended = $9, lang = $10, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlMove = `update services_applications set state = $4, changed = $5, ended = $6, version = version + 1 where realm = $1 and id = $2 and version = $3`

	sqlOwn = `select ` + applicationColumns + ` from services_applications where realm = $1 and account = $2 and state <> 'abandoned' order by changed desc limit $3`

	sqlOwnOpen = `select ` + applicationColumns + ` from services_applications where realm = $1 and account = $2
		and state in ('draft', 'in-progress', 'waiting') order by changed desc limit $3`

	sqlOwnDrafts = `select ` + applicationColumns + ` from services_applications where realm = $1 and account = $2 and state = 'draft' order by changed desc`

	sqlOfDepartment = `select ` + applicationColumns + ` from services_applications where realm = $1 and department = $2 and state = $3 order by submitted desc limit $4 offset $5`

	sqlCountOfDepartment = `select count(*) from services_applications where realm = $1 and department = $2 and state = $3`

	sqlStale = `select id from services_applications where realm = $1 and state = 'draft' and changed < $2 order by changed limit $3`

	sqlForget = `delete from services_applications where realm = $1 and id = $2 and state = 'draft'`

	sqlAddEntry = `insert into services_history (realm, application, number, kind, at, actor_kind, actor, post, internal, sealed)
		values ($1, $2, (select coalesce(max(h.number), 0) + 1 from services_history h where h.realm = $1 and h.application = $2), $3, $4, $5, $6, $7, $8, $9)`

	sqlHistory = `select number, kind, at, actor_kind, actor, post, internal, sealed from services_history where realm = $1 and application = $2 order by number`

	sqlAddFile = `insert into services_files (realm, application, id, address, head, at, bytes_key) select $1, $2, $3, $4, $5, $6, $7
		where (select count(*) from services_files f where f.realm = $1 and f.application = $2) < $8`

	sqlFile = `select address, head from services_files where realm = $1 and application = $2 and id = $3`

	sqlFiles = `select id, address, head from services_files where realm = $1 and application = $2 order by id`

	sqlForgetFiles = `delete from services_files where realm = $1 and application = $2`

	sqlForgetHistory = `delete from services_history where realm = $1 and application = $2`

	sqlForgetCoApplicants = `delete from services_co_applicants where realm = $1 and application = $2`

	sqlAddCoApplicant = `insert into services_co_applicants (realm, application, token, account, digest, sealed, at) values ($1, $2, $3, '', '', $4, $5)`

	sqlCoApplicants = `select token, account, digest, sealed, at from services_co_applicants where realm = $1 and application = $2 order by at, token`

	sqlCoApplication = `select application, account from services_co_applicants where realm = $1 and token = $2`

	sqlConfirm = `update services_co_applicants set account = $4, digest = $5 where realm = $1 and application = $2 and token = $3`

	sqlRemoveCoApplicant = `delete from services_co_applicants where realm = $1 and application = $2 and token = $3`
)

// instantText is empty for no instant.
func instantText(i when.Instant) string {
	if i.IsZero() {
		return ""
	}
	return i.String()
}

func (a *Application) columns() []any {
	return []any{
		&a.ID, &a.Reference, &a.Service, &a.Number, &a.Department, &a.Account, &a.Lang, &a.Stage, &a.Channel, &a.Helper,
		&a.Due, &a.Made, &a.Changed, &a.Submitted, &a.Ended, &a.Version,
	}
}

func noApplication(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "services.fault.no-application")
	}
	return err
}

func scanApplication(s db.Scanner) (a Application, err error) {
	return a, s.Scan(a.columns()...)
}

// keptKey is where a transaction keeps an application that it has changed: what it wrote, nobody
// else changes before it ends, so it need not read it again.
type keptKey ApplicationID

type keptApplication struct {
	head    Application // without its content
	content []byte      // as JSON: who reads it gets one of their own
	held    bool        // it will be written at the end, once: see hold
}

// hold has all changes to an application be one, which [Service.release] writes: of handing it in
// and of what its process does at once.
func (s *Service) hold(tx *db.Tx, a Application) error {
	raw, err := json.Marshal(a.Content)
	if err != nil {
		return err
	}
	a.Content, a.Changed = Content{}, tx.Now()
	tx.Keep(keptKey(a.ID), &keptApplication{a, raw, true})
	return nil
}

// release writes an application that was held.
func (s *Service) release(tx *db.Tx, id ApplicationID) error {
	k := keptOf(tx, id)
	k.held = false
	return s.write(tx, k)
}

func keptOf(tx *db.Tx, id ApplicationID) *keptApplication {
	k, _ := tx.Kept(keptKey(id)).(*keptApplication)
	return k
}

// findHead reads an application without what is sealed.
func findHead(tx *db.Tx, id ApplicationID) (a Application, err error) {
	if k := keptOf(tx, id); k != nil {
		return k.head, nil
	}
	return a, noApplication(tx.Row(sqlHead, tx.Realm(), id).Scan(a.columns()...))
}

func findByReference(tx *db.Tx, reference string) (a Application, err error) {
	return a, noApplication(tx.Row(sqlByReference, tx.Realm(), reference).Scan(a.columns()...))
}

// application reads a whole application.
func (s *Service) application(tx *db.Tx, id ApplicationID) (a Application, err error) {
	if k := keptOf(tx, id); k != nil {
		a = k.head
		return a, json.Unmarshal(k.content, &a.Content)
	}
	var sealed []byte
	if err := tx.Row(sqlApplication, tx.Realm(), id).Scan(append(a.columns(), &sealed)...); err != nil {
		return a, noApplication(err)
	}
	return a, s.open(tx, contentPlace(tx, id), sealed, &a.Content)
}

func (s *Service) add(tx *db.Tx, a Application) error {
	sealed, err := s.seal(contentPlace(tx, a.ID), a.Content)
	if err != nil {
		return err
	}
	return tx.Do(sqlAddApplication, tx.Realm(), a.ID, a.Reference, a.Service, a.Number, a.Department, a.Account, a.Lang, a.Stage, sealed, a.Channel, a.Helper,
		a.Due, a.Made, a.Changed, instantText(a.Submitted), instantText(a.Ended))
}

func (s *Service) change(tx *db.Tx, a Application) error {
	there := keptOf(tx, a.ID)
	if err := s.hold(tx, a); err != nil || there != nil && there.held {
		return err
	}
	return s.release(tx, a.ID)
}

func (s *Service) write(tx *db.Tx, k *keptApplication) error {
	a := &k.head
	sealed, err := s.Keys.Encrypt(contentPlace(tx, a.ID), k.content)
	if err != nil {
		return err
	}
	err = tx.DoChange(sqlChangeApplication, tx.Realm(), a.ID, a.Version, a.Stage, sealed, a.Due, tx.Now(), instantText(a.Submitted), instantText(a.Ended), a.Lang)
	a.Version++
	return err
}

// move changes the stage alone.
func move(tx *db.Tx, a Application, to Stage) error {
	var ended when.Instant
	if to.ended() {
		ended = tx.Now()
	}
	k := keptOf(tx, a.ID)
	if k != nil {
		k.head.Stage, k.head.Changed, k.head.Ended = to, tx.Now(), ended
		if k.held {
			return nil
		}
		k.head.Version = a.Version + 1
	}
	return tx.DoChange(sqlMove, tx.Realm(), a.ID, a.Version, to, tx.Now(), instantText(ended))
}

func ownApplications(tx *db.Tx, account string, limit int) ([]Application, error) {
	return db.List(tx, scanApplication, sqlOwn, tx.Realm(), account, limit)
}

func openApplications(tx *db.Tx, account string, limit int) ([]Application, error) {
	return db.List(tx, scanApplication, sqlOwnOpen, tx.Realm(), account, limit)
}

func ownDrafts(tx *db.Tx, account string) ([]Application, error) {
	return db.List(tx, scanApplication, sqlOwnDrafts, tx.Realm(), account)
}

func ofDepartment(tx *db.Tx, department string, stage Stage, limit, offset int) (all []Application, total int64, err error) {
	if all, err = db.List(tx, scanApplication, sqlOfDepartment, tx.Realm(), department, stage, limit, offset); err != nil {
		return nil, 0, err
	}
	return all, total, tx.Row(sqlCountOfDepartment, tx.Realm(), department, stage).Scan(&total)
}

// note writes an entry of the history.
func (s *Service) note(tx *db.Tx, id ApplicationID, e Entry) error {
	sealed, err := s.seal(historyPlace(tx, id, e.Kind, e.Internal), e.Said)
	if err != nil {
		return err
	}
	return tx.Do(sqlAddEntry, tx.Realm(), id, e.Kind, tx.Now(), e.ActorKind, e.Actor, e.Post, e.Internal, sealed)
}

func (s *Service) history(tx *db.Tx, id ApplicationID) ([]Entry, error) {
	return db.List(tx, func(r db.Scanner) (e Entry, err error) {
		var sealed []byte
		if err := r.Scan(&e.Number, &e.Kind, &e.At, &e.ActorKind, &e.Actor, &e.Post, &e.Internal, &sealed); err != nil {
			return e, err
		}
		return e, s.open(tx, historyPlace(tx, id, e.Kind, e.Internal), sealed, &e.Said)
	}, sqlHistory, tx.Realm(), id)
}
