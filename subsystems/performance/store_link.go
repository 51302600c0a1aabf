package performance

import "praya/platform/db"

const (
	linkColumns = `id, earlier, later, relation, score, inside, shared, state, note, decided_by, decided_at, version`

	sqlLink = `select ` + linkColumns + ` from performance_links where realm = $1 and id = $2`

	sqlLinksOf = `select ` + linkColumns + ` from performance_links where realm = $1 and (earlier = $2 or later = $2) order by score desc, id`

	sqlLinksFromPaper = `select l.id, l.earlier, l.later, l.relation, l.score, l.inside, l.shared, l.state, l.note, l.decided_by, l.decided_at,
		l.version from performance_links l join performance_initiatives i on i.realm = l.realm and i.id = l.earlier
		where l.realm = $1 and i.year = $2 and i.head = $3 order by l.score desc, l.id`

	sqlInsertLink = `insert into performance_links (realm, ` + linkColumns + `) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)
		on conflict (realm, earlier, later) do nothing`

	sqlUpdateLink = `update performance_links set relation = $4, state = $5, note = $6, decided_by = $7, decided_at = $8,
		version = version + 1 where realm = $1 and id = $2 and version = $3`

	sqlWaitingLinks = `select count(*) from performance_links l join performance_initiatives i on i.realm = l.realm and i.id = l.earlier
		where l.realm = $1 and i.head = $2 and l.state = 'proposed' and l.score >= $3`

	sqlForgetProposals = `delete from performance_links where realm = $1 and state = 'proposed'
		and earlier in (select id from performance_initiatives where realm = $1 and head = $2 and year = $3)
		and later in (select id from performance_initiatives where realm = $1 and head = $4 and year = $5)`
)

func scanLink(s db.Scanner) (l Link, err error) {
	var shared string
	if err := s.Scan(&l.ID, &l.Earlier, &l.Later, &l.Relation, &l.Score, &l.Inside, &shared, &l.State, &l.Note, &l.DecidedBy,
		&l.DecidedAt, &l.Version); err != nil {
		return l, err
	}
	l.Shared, err = fromJSON[[]string](shared)
	return l, err
}

func link(tx *db.Tx, id string) (Link, error) {
	l, err := scanLink(tx.Row(sqlLink, tx.Realm(), id))
	return l, unknown(err, "link")
}

func linksOf(tx *db.Tx, of InitiativeID) ([]Link, error) {
	return db.List(tx, scanLink, sqlLinksOf, tx.Realm(), string(of))
}

func linksFromPaper(tx *db.Tx, head, year string) ([]Link, error) {
	return db.List(tx, scanLink, sqlLinksFromPaper, tx.Realm(), year, head)
}

// proposeLink adds a link that is not known yet; one that is known, decided or not, stays.
func proposeLink(tx *db.Tx, l Link) error {
	_, err := tx.Exec(sqlInsertLink, tx.Realm(), l.ID, string(l.Earlier), string(l.Later), string(l.Relation), l.Score, l.Inside,
		toJSON(l.Shared), string(l.State), l.Note, l.DecidedBy, l.DecidedAt)
	return err
}

func updateLink(tx *db.Tx, l Link) error {
	return tx.Change(sqlUpdateLink, tx.Realm(), l.ID, l.Version, string(l.Relation), string(l.State), l.Note, l.DecidedBy, l.DecidedAt)
}

// forgetProposals takes out what was only proposed between two papers, before it is proposed anew.
func forgetProposals(tx *db.Tx, earlier, later Year) error {
	_, err := tx.Exec(sqlForgetProposals, tx.Realm(), earlier.Head, earlier.Year, later.Head, later.Year)
	return err
}

func waitingLinks(tx *db.Tx, head string) (n int, err error) {
	return n, tx.Row(sqlWaitingLinks, tx.Realm(), head, reportable).Scan(&n)
}
