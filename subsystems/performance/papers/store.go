package papers

import (
	"encoding/json"

	"praya/kernel/money"
	"praya/platform/db"
)

const (
	draftColumns = `id, head, year, revision, department, state, material, frozen, drawn_at, begun_by, begun_post, begun_at,
		submitted_by, submitted_post, submitted_at, approved_by, approved_post, approved_at, published_by, published_post, published_at, returned, version`

	sqlDraft = `select ` + draftColumns + ` from performance_papers_drafts where realm = $1 and id = $2`

	sqlDraftsOf = `select ` + draftColumns + ` from performance_papers_drafts where realm = $1 and head = $2 and year = $3 order by revision desc`

	sqlHeadsAndYears = `select head, year, revision, department, state, published_at from performance_papers_drafts where realm = $1
		order by year desc, head, revision desc`

	sqlInsertDraft = `insert into performance_papers_drafts (realm, id, head, year, revision, department, state, material, frozen, drawn_at,
		begun_by, begun_post, begun_at, submitted_by, submitted_post, submitted_at, approved_by, approved_post, approved_at,
		published_by, published_post, published_at, returned, busy, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $11, $12, '', '', '', '', '', '', '', '', '', '', 0, 1)`

	sqlUpdateDraft = `update performance_papers_drafts set state = $4, material = $5, frozen = $6, drawn_at = $7,
		submitted_by = $8, submitted_post = $9, submitted_at = $10, approved_by = $11, approved_post = $12, approved_at = $13,
		published_by = $14, published_post = $15, published_at = $16, returned = $17, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlTouchDraft = `update performance_papers_drafts set busy = busy + 1 where realm = $1 and id = $2 and state = $3`

	sqlTouchAny = `update performance_papers_drafts set busy = busy + 1 where realm = $1 and id = $2 and state <> 'published'`

	sqlWords = `select place, tc, en, author, post, at, version from performance_papers_words where realm = $1 and draft = $2 order by place`

	sqlInsertWords = `insert into performance_papers_words (realm, draft, place, tc, en, author, post, at, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, 1)`

	sqlUpdateWords = `update performance_papers_words set tc = $5, en = $6, author = $7, post = $8, at = $9, version = version + 1
		where realm = $1 and draft = $2 and place = $3 and version = $4`

	sqlKeepPast = `insert into performance_papers_past (realm, draft, place, version, tc, en, author, post, at)
		select realm, draft, place, version, tc, en, author, post, at from performance_papers_words
		where realm = $1 and draft = $2 and place = $3 and version = $4`

	sqlPast = `select place, tc, en, author, post, at, version from performance_papers_past
		where realm = $1 and draft = $2 and place = $3 order by version desc`

	sqlCopyWords = `insert into performance_papers_words (realm, draft, place, tc, en, author, post, at, version)
		select realm, $3, place, tc, en, author, post, at, 1 from performance_papers_words where realm = $1 and draft = $2`

	commentColumns = `id, draft, section, body, author, post, at, resolved_by, resolved_at, version`

	sqlComments = `select ` + commentColumns + ` from performance_papers_comments where realm = $1 and draft = $2 order by id`

	sqlComment = `select ` + commentColumns + ` from performance_papers_comments where realm = $1 and id = $2`

	sqlInsertComment = `insert into performance_papers_comments (realm, id, draft, section, body, author, post, at, resolved_by, resolved_at, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, '', '', 1)`

	sqlResolveComment = `update performance_papers_comments set resolved_by = $4, resolved_at = $5, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlInsertFile = `insert into performance_papers_files (realm, draft, kind, name, address, size) values ($1, $2, $3, $4, $5, $6)`

	sqlFiles = `select kind, name, address, size from performance_papers_files where realm = $1 and draft = $2 order by kind`

	sqlThreshold = `select percent, millions, days from performance_papers_thresholds where realm = $1 and head in ($2, '') order by head desc limit 1`

	sqlFirstThreshold = `insert into performance_papers_thresholds (realm, head, percent, millions, days, version) values ($1, $2, $3, $4, $5, 1)
		on conflict (realm, head) do nothing`

	sqlUpdateThreshold = `update performance_papers_thresholds set percent = $3, millions = $4, days = $5, version = version + 1
		where realm = $1 and head = $2 and version = $6`

	sqlThresholdChange = `insert into performance_papers_threshold_changes
		(realm, head, version, percent, millions, days, why, author, post, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	sqlThresholdChanges = `select head, version, percent, millions, days, why, author, post, at from performance_papers_threshold_changes
		where realm = $1 and head in ($2, '') order by at desc, head desc limit 200`

	sqlOwners = `select head, line, post, author, at, version from performance_papers_owners where realm = $1 and head = $2`

	sqlInsertOwner = `insert into performance_papers_owners (realm, head, line, post, author, at, version)
		values ($1, $2, $3, $4, $5, $6, 1) on conflict (realm, head, line) do nothing`

	sqlUpdateOwner = `update performance_papers_owners set post = $4, author = $5, at = $6, version = version + 1
		where realm = $1 and head = $2 and line = $3 and version = $7`

	sqlAsks = `select draft, place, asked_at, due from performance_papers_asks where realm = $1 and draft = $2`

	sqlInsertAsk = `insert into performance_papers_asks (realm, draft, place, asked_at, due) values ($1, $2, $3, $4, $5)
		on conflict (realm, draft, place) do nothing`

	sqlDropAsk = `delete from performance_papers_asks where realm = $1 and draft = $2 and place = $3`

	sqlDraftsInHand = `select ` + draftColumns + ` from performance_papers_drafts where realm = $1 and state = 'drafting' order by id`
)

func scanDraft(s db.Scanner) (d Draft, err error) {
	var material, frozen string
	var revision int64
	err = s.Scan(&d.ID, &d.Head, &d.Year, &revision, &d.Department, &d.State, &material, &frozen, &d.Drawn,
		&d.Begun.By, &d.Begun.Post, &d.Begun.At, &d.Sent.By, &d.Sent.Post, &d.Sent.At,
		&d.Approval.By, &d.Approval.Post, &d.Approval.At, &d.Release.By, &d.Release.Post, &d.Release.At, &d.Returned, &d.Version)
	if err != nil {
		return d, err
	}
	d.Revision = int(revision)
	if err := json.Unmarshal([]byte(material), &d.Material); err != nil {
		return d, err
	}
	if frozen != "" {
		err = json.Unmarshal([]byte(frozen), &d.Sheet)
	}
	return d, err
}

// whole adds to a draft the words that officers wrote.
func whole(tx *db.Tx, d Draft) (Draft, error) {
	edits, err := db.List(tx, scanEdit, sqlWords, tx.Realm(), d.ID)
	if err != nil {
		return d, err
	}
	d.Edits = edits
	if d.State == Approved || d.State == Published {
		return d, nil // the sheet is the one that was approved
	}
	d.Sheet, d.Stale, err = Apply(d.Material, edits)
	return d, err
}

func draftByID(tx *db.Tx, id DraftID) (Draft, error) {
	d, err := scanDraft(tx.Row(sqlDraft, tx.Realm(), id))
	if err != nil {
		return d, err
	}
	return whole(tx, d)
}

// draftsOf are the revisions of one Head and year, the newest first.
func draftsOf(tx *db.Tx, head, year string) ([]Draft, error) {
	return db.List(tx, scanDraft, sqlDraftsOf, tx.Realm(), head, year)
}

func insertDraft(tx *db.Tx, d Draft) error {
	material, err := json.Marshal(d.Material)
	if err != nil {
		return err
	}
	_, err = tx.Exec(sqlInsertDraft, tx.Realm(), d.ID, d.Head, d.Year, d.Revision, d.Department, d.State, string(material), d.Drawn,
		d.Begun.By, d.Begun.Post, d.Begun.At)
	return err
}

// updateDraft writes a draft of the version that was read. From its approval
// on, the sheet is kept as it was approved.
func updateDraft(tx *db.Tx, d Draft) error {
	material, err := json.Marshal(d.Material)
	if err != nil {
		return err
	}
	var frozen []byte
	if d.State == Approved || d.State == Published {
		if frozen, err = json.Marshal(d.Sheet); err != nil {
			return err
		}
	}
	return tx.Change(sqlUpdateDraft, tx.Realm(), d.ID, d.Version, d.State, string(material), string(frozen), d.Drawn,
		d.Sent.By, d.Sent.Post, d.Sent.At, d.Approval.By, d.Approval.Post, d.Approval.At, d.Release.By, d.Release.Post, d.Release.At, d.Returned)
}

// touch makes whoever writes into a draft meet with whoever changes its state.
func touch(tx *db.Tx, id DraftID, s State) error {
	n, err := tx.Exec(sqlTouchDraft, tx.Realm(), id, s)
	if err == nil && n == 0 {
		return closed()
	}
	return err
}

func touchUnpublished(tx *db.Tx, id DraftID) error {
	n, err := tx.Exec(sqlTouchAny, tx.Realm(), id)
	if err == nil && n == 0 {
		return closed()
	}
	return err
}

func scanEdit(s db.Scanner) (e Edit, err error) {
	return e, s.Scan(&e.Place, &e.Words.TC, &e.Words.EN, &e.Author, &e.Post, &e.At, &e.Version)
}

// writeWords puts words into a place: version 0 where nobody wrote before.
func writeWords(tx *db.Tx, id DraftID, e Edit) error {
	if e.Version == 0 {
		_, err := tx.Exec(sqlInsertWords, tx.Realm(), id, e.Place, e.Words.TC, e.Words.EN, e.Author, e.Post, e.At)
		return err
	}
	if _, err := tx.Exec(sqlKeepPast, tx.Realm(), id, e.Place, e.Version); err != nil {
		return err
	}
	return tx.Change(sqlUpdateWords, tx.Realm(), id, e.Place, e.Version, e.Words.TC, e.Words.EN, e.Author, e.Post, e.At)
}

func pastWords(tx *db.Tx, id DraftID, place string) ([]Edit, error) {
	return db.List(tx, scanEdit, sqlPast, tx.Realm(), id, place)
}

func copyWords(tx *db.Tx, from, to DraftID) error {
	_, err := tx.Exec(sqlCopyWords, tx.Realm(), from, to)
	return err
}

func scanComment(s db.Scanner) (c Comment, err error) {
	return c, s.Scan(&c.ID, &c.Draft, &c.Section, &c.Body, &c.By.By, &c.By.Post, &c.By.At, &c.Resolved.By, &c.Resolved.At, &c.Version)
}

func comments(tx *db.Tx, id DraftID) ([]Comment, error) {
	return db.List(tx, scanComment, sqlComments, tx.Realm(), id)
}

func commentByID(tx *db.Tx, id string) (Comment, error) {
	return scanComment(tx.Row(sqlComment, tx.Realm(), id))
}

func insertComment(tx *db.Tx, c Comment) error {
	_, err := tx.Exec(sqlInsertComment, tx.Realm(), c.ID, c.Draft, c.Section, c.Body, c.By.By, c.By.Post, c.By.At)
	return err
}

func resolveComment(tx *db.Tx, c Comment) error {
	return tx.Change(sqlResolveComment, tx.Realm(), c.ID, c.Version, c.Resolved.By, c.Resolved.At)
}

func insertFile(tx *db.Tx, id DraftID, f File) error {
	_, err := tx.Exec(sqlInsertFile, tx.Realm(), id, f.Kind, f.Name, f.Address, f.Size)
	return err
}

func filesOf(tx *db.Tx, id DraftID) ([]File, error) {
	return db.List(tx, func(s db.Scanner) (f File, err error) {
		return f, s.Scan(&f.Kind, &f.Name, &f.Address, &f.Size)
	}, sqlFiles, tx.Realm(), id)
}

func scanSummary(s db.Scanner) (x Summary, err error) {
	var revision int64
	err = s.Scan(&x.Head, &x.Year, &revision, &x.Department, &x.State, &x.Published)
	x.Revision = int(revision)
	return x, err
}

func summaries(tx *db.Tx) ([]Summary, error) {
	return db.List(tx, scanSummary, sqlHeadsAndYears, tx.Realm())
}

// threshold is the Head's own, else the one for all, else the default.
func threshold(tx *db.Tx, head string) (Threshold, error) {
	list, err := db.List(tx, func(s db.Scanner) (t Threshold, err error) {
		var percent, millions string
		if err = s.Scan(&percent, &millions, &t.Days); err != nil {
			return t, err
		}
		return t, t.read(percent, millions)
	}, sqlThreshold, tx.Realm(), head)
	if err != nil || len(list) == 0 {
		return DefaultThreshold(), err
	}
	return list[0], nil
}

func (t *Threshold) read(percent, millions string) (err error) {
	if t.Percent, err = money.Parse(percent); err != nil {
		return err
	}
	t.Millions, err = money.Parse(millions)
	return err
}

// putThreshold sets a threshold and keeps who did; somebody else's since the one
// that was seen is Conflict.
func putThreshold(tx *db.Tx, c ThresholdChange) error {
	var err error
	if c.Version == 1 {
		err = tx.Change(sqlFirstThreshold, tx.Realm(), c.Head, c.Percent.String(), c.Millions.String(), c.Days)
	} else {
		err = tx.Change(sqlUpdateThreshold, tx.Realm(), c.Head, c.Percent.String(), c.Millions.String(), c.Days, c.Version-1)
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(sqlThresholdChange, tx.Realm(), c.Head, c.Version, c.Percent.String(), c.Millions.String(), c.Days, c.Why, c.By.By, c.By.Post, c.By.At)
	return err
}

func thresholdChanges(tx *db.Tx, head string) ([]ThresholdChange, error) {
	return db.List(tx, func(s db.Scanner) (c ThresholdChange, err error) {
		var percent, millions string
		if err = s.Scan(&c.Head, &c.Version, &percent, &millions, &c.Days, &c.Why, &c.By.By, &c.By.Post, &c.By.At); err != nil {
			return c, err
		}
		return c, c.read(percent, millions)
	}, sqlThresholdChanges, tx.Realm(), head)
}

// ownersOf are the posts that answer for a Head's lines, by line.
func ownersOf(tx *db.Tx, head string) (map[string]Owner, error) {
	list, err := db.List(tx, func(s db.Scanner) (o Owner, err error) {
		return o, s.Scan(&o.Head, &o.Line, &o.Post, &o.By, &o.At, &o.Version)
	}, sqlOwners, tx.Realm(), head)
	out := map[string]Owner{}
	for _, o := range list {
		out[o.Line] = o
	}
	return out, err
}

func putOwner(tx *db.Tx, o Owner) error {
	if o.Version == 0 {
		return tx.Change(sqlInsertOwner, tx.Realm(), o.Head, o.Line, o.Post, o.By, o.At)
	}
	return tx.Change(sqlUpdateOwner, tx.Realm(), o.Head, o.Line, o.Post, o.By, o.At, o.Version)
}

// asksOf are the reasons that were asked for of a draft, by place.
func asksOf(tx *db.Tx, draft DraftID) (map[string]Asked, error) {
	list, err := db.List(tx, func(s db.Scanner) (a Asked, err error) {
		return a, s.Scan(&a.Draft, &a.Place, &a.At, &a.Due)
	}, sqlAsks, tx.Realm(), draft)
	out := map[string]Asked{}
	for _, a := range list {
		out[a.Place] = a
	}
	return out, err
}

func insertAsk(tx *db.Tx, a Asked) error {
	_, err := tx.Exec(sqlInsertAsk, tx.Realm(), a.Draft, a.Place, a.At, a.Due)
	return err
}

func dropAsk(tx *db.Tx, draft DraftID, place string) error {
	_, err := tx.Exec(sqlDropAsk, tx.Realm(), draft, place)
	return err
}

func draftsInHand(tx *db.Tx) ([]Draft, error) {
	return db.List(tx, scanDraft, sqlDraftsInHand, tx.Realm())
}
