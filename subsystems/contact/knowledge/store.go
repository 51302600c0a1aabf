package knowledge

import (
	"encoding/json"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	articleColumns = `a.code, a.department, a.owner, a.state, a.review, a.latest, a.published, a.from_case, a.changed_at, a.version, v.number, v.title, v.text, v.everyday`
	versionColumns = `number, title, text, everyday, by_whom, at, published_by, published_at`

	sqlLatest = `select ` + articleColumns + ` from contact_knowledge_articles a
join contact_knowledge_versions v on v.realm = a.realm and v.code = a.code and v.number = a.latest where a.realm = $1 and a.code = $2`

	sqlPublished = `select ` + articleColumns + ` from contact_knowledge_articles a
join contact_knowledge_versions v on v.realm = a.realm and v.code = a.code and v.number = a.published where a.realm = $1 and a.code = $2 and a.state = 'published'`

	sqlInsertArticle = `insert into contact_knowledge_articles (realm, code, department, owner, state, review, latest, published, from_case, changed_at, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`

	sqlUpdateArticle = `update contact_knowledge_articles set owner = $4, state = $5, review = $6, latest = $7, published = $8, changed_at = $9, version = version + 1
where realm = $1 and code = $2 and version = $3`

	sqlInsertVersion = `insert into contact_knowledge_versions (realm, code, ` + versionColumns + `) values ($1, $2, $3, $4, $5, $6, $7, $8, '', '')`

	sqlUpdateVersion = `update contact_knowledge_versions set title = $4, text = $5, everyday = $6, by_whom = $7, at = $8
where realm = $1 and code = $2 and number = $3 and published_by = ''`

	sqlPublishVersion = `update contact_knowledge_versions set published_by = $4, published_at = $5 where realm = $1 and code = $2 and number = $3 and published_by = ''`

	sqlVersions = `select ` + versionColumns + ` from contact_knowledge_versions where realm = $1 and code = $2 order by number desc limit $3`

	sqlVersion = `select ` + versionColumns + ` from contact_knowledge_versions where realm = $1 and code = $2 and number = $3`

	sqlOf = `select ` + articleColumns + ` from contact_knowledge_articles a
join contact_knowledge_versions v on v.realm = a.realm and v.code = a.code and v.number = a.latest
where a.realm = $1 and ($2 = '' or a.department = $2) and a.code > $3 order by a.code limit $4`

	sqlOverdue = `select ` + articleColumns + ` from contact_knowledge_articles a
join contact_knowledge_versions v on v.realm = a.realm and v.code = a.code and v.number = a.published
where a.realm = $1 and a.state = 'published' and a.review <> '' and a.review < $2 and ($3 = '' or a.department = $3) order by a.review, a.code limit $4`

	sqlDrafts = `select ` + articleColumns + ` from contact_knowledge_articles a
join contact_knowledge_versions v on v.realm = a.realm and v.code = a.code and v.number = a.latest
where a.realm = $1 and a.latest > a.published and a.state <> 'withdrawn' and ($2 = '' or a.department = $2) order by a.changed_at desc, a.code limit $3`

	sqlPopular = `select ` + articleColumns + ` from contact_knowledge_articles a
join contact_knowledge_versions v on v.realm = a.realm and v.code = a.code and v.number = a.published
left join contact_knowledge_counts c on c.realm = a.realm and c.code = a.code
where a.realm = $1 and a.state = 'published' and ($2 = '' or a.department = $2) order by coalesce(c.views, 0) desc, a.code limit $3`

	sqlSeen = `insert into contact_knowledge_counts (realm, code, views, helped, failed) values ($1, $2, $3, $4, $5)
on conflict (realm, code) do update set views = contact_knowledge_counts.views + excluded.views,
helped = contact_knowledge_counts.helped + excluded.helped, failed = contact_knowledge_counts.failed + excluded.failed`

	sqlCounts = `select views, helped, failed from contact_knowledge_counts where realm = $1 and code = $2`

	sqlAsked = `update contact_knowledge_unanswered set times = times + 1, last_at = $3 where realm = $1 and words = $2`

	sqlInsertAsked = `insert into contact_knowledge_unanswered (realm, words, times, last_at) values ($1, $2, 1, $3) on conflict (realm, words) do nothing`

	sqlUnansweredCount = `select count(*) from contact_knowledge_unanswered where realm = $1`

	sqlRarest = `select words from contact_knowledge_unanswered where realm = $1 order by times, last_at, words limit 1`

	sqlAnswered = `delete from contact_knowledge_unanswered where realm = $1 and words = $2`

	sqlUnanswered = `select words, times, last_at from contact_knowledge_unanswered where realm = $1 order by times desc, last_at desc, words limit $2`
)

func textsOf(in ...string) (out [3]lang.Text, err error) {
	for i, s := range in {
		if err := json.Unmarshal([]byte(s), &out[i]); err != nil {
			return out, err
		}
	}
	return out, nil
}

func kept(t lang.Text) string {
	b, err := json.Marshal(t)
	if err != nil {
		return "{}" // three texts always become JSON
	}
	return string(b)
}

func readArticle(s db.Scanner) (a Article, err error) {
	var title, text, everyday string
	if err := s.Scan(&a.Code, &a.Department, &a.Owner, &a.State, &a.Review, &a.Latest, &a.Public, &a.Case, &a.ChangedAt, &a.Version, &a.Number, &title, &text, &everyday); err != nil {
		return a, err
	}
	all, err := textsOf(title, text, everyday)
	a.Title, a.Text, a.Everyday = all[0], all[1], all[2]
	return a, err
}

func readVersion(s db.Scanner) (v Version, err error) {
	var title, text, everyday string
	if err := s.Scan(&v.Number, &title, &text, &everyday, &v.By, &v.At, &v.PublishedBy, &v.PublishedAt); err != nil {
		return v, err
	}
	all, err := textsOf(title, text, everyday)
	v.Title, v.Text, v.Everyday = all[0], all[1], all[2]
	return v, err
}

func articleBy(tx *db.Tx, sqlOne, code string) (Article, error) {
	return readArticle(tx.Row(sqlOne, tx.Realm(), code))
}

func insertArticle(tx *db.Tx, a Article) error {
	_, err := tx.Exec(sqlInsertArticle, tx.Realm(), a.Code, a.Department, a.Owner, a.State, a.Review, a.Latest, a.Public, a.Case, tx.Now())
	return err
}

func updateArticle(tx *db.Tx, a Article) error {
	return tx.Change(sqlUpdateArticle, tx.Realm(), a.Code, a.Version, a.Owner, a.State, a.Review, a.Latest, a.Public, tx.Now())
}

func insertVersion(tx *db.Tx, a Article, by string) error {
	_, err := tx.Exec(sqlInsertVersion, tx.Realm(), a.Code, a.Number, kept(a.Title), kept(a.Text), kept(a.Everyday), by, tx.Now())
	return err
}

func updateVersion(tx *db.Tx, a Article, by string) error {
	return tx.Change(sqlUpdateVersion, tx.Realm(), a.Code, a.Number, kept(a.Title), kept(a.Text), kept(a.Everyday), by, tx.Now())
}

func publishVersion(tx *db.Tx, a Article, by string) error {
	return tx.Change(sqlPublishVersion, tx.Realm(), a.Code, a.Number, by, tx.Now())
}

func versionsOf(tx *db.Tx, code string, most int) ([]Version, error) {
	return db.List(tx, readVersion, sqlVersions, tx.Realm(), code, most)
}

func versionOf(tx *db.Tx, code string, number int64) (Version, error) {
	return readVersion(tx.Row(sqlVersion, tx.Realm(), code, number))
}

func articlesOf(tx *db.Tx, department, after string, limit int) ([]Article, error) {
	return db.List(tx, readArticle, sqlOf, tx.Realm(), department, after, limit)
}

func overdue(tx *db.Tx, today when.Day, department string, limit int) ([]Article, error) {
	return db.List(tx, readArticle, sqlOverdue, tx.Realm(), today, department, limit)
}

func drafts(tx *db.Tx, department string, limit int) ([]Article, error) {
	return db.List(tx, readArticle, sqlDrafts, tx.Realm(), department, limit)
}

func popular(tx *db.Tx, department string, limit int) ([]Article, error) {
	return db.List(tx, readArticle, sqlPopular, tx.Realm(), department, limit)
}

func count(tx *db.Tx, code string, views, helped, failed int64) error {
	_, err := tx.Exec(sqlSeen, tx.Realm(), code, views, helped, failed)
	return err
}

func countsOf(tx *db.Tx, code string) (c Counts, err error) {
	err = tx.Row(sqlCounts, tx.Realm(), code).Scan(&c.Views, &c.Helped, &c.Failed)
	return c, err
}

func unanswered(tx *db.Tx, most int) ([]Unanswered, error) {
	return db.List(tx, func(s db.Scanner) (u Unanswered, err error) { return u, s.Scan(&u.Words, &u.Times, &u.Last) }, sqlUnanswered, tx.Realm(), most)
}

// asked counts words that found nothing; when the list is full the rarest and oldest makes room.
func asked(tx *db.Tx, words string, most int64) error {
	if n, err := tx.Exec(sqlAsked, tx.Realm(), words, tx.Now()); err != nil || n > 0 {
		return err
	}
	var n int64
	if err := tx.Row(sqlUnansweredCount, tx.Realm()).Scan(&n); err != nil {
		return err
	}
	if n >= most {
		var rarest string
		if err := tx.Row(sqlRarest, tx.Realm()).Scan(&rarest); err != nil {
			return err
		}
		if _, err := tx.Exec(sqlAnswered, tx.Realm(), rarest); err != nil {
			return err
		}
	}
	_, err := tx.Exec(sqlInsertAsked, tx.Realm(), words, tx.Now())
	return err
}

func forgetAsked(tx *db.Tx, words string) error {
	_, err := tx.Exec(sqlAnswered, tx.Realm(), words)
	return err
}
