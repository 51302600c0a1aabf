package search

import "praya/platform/db"

const (
	sqlDoc       = `select no, pieces from search_docs where realm = $1 and scope = $2 and id = $3`
	sqlDocTaken  = `select count(*) from search_docs where no = $1`
	sqlDocInsert = `insert into search_docs (realm, scope, id, no, pieces, weight, title, body, facets, card) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlDocDelete = `delete from search_docs where realm = $1 and scope = $2 and id = $3`
	sqlDocShow   = `select id, title, body, card, scope from search_docs where no = $1 and realm = $2`
	sqlDocLong   = `select coalesce(max(pieces), 0) from search_docs where realm = $1 and scope = $2 and pieces > 1`
	sqlDocsClear = `delete from search_docs where realm = $1 and scope = $2`
	sqlDocsRange = `select no, pieces from search_docs where realm = $1 and scope = $2`
	sqlDocsAfter = `select realm, scope, id, no, pieces, weight, title, body, facets, card from search_docs where no > $1 order by no limit 500`

	sqlTextInsertSQLite     = `insert into search_text (rowid, title, body, marks) values ($1, $2, $3, $4)`
	sqlTextDeleteSQLite     = `delete from search_text where rowid between $1 and $2`
	sqlTextDeletePostgreSQL = `delete from search_text where no between $1 and $2`
	sqlTextEmptySQLite      = `insert into search_text (search_text) values ('delete-all')`
	sqlTextEmptyPostgreSQL  = `delete from search_text`

	sqlCountSQLite     = `select count(*) from search_text where search_text match $1`
	sqlCountPostgreSQL = `select count(*) from search_text where vector @@ cast($1 as text)::tsquery`
	sqlPageSQLite      = `select rowid >> 8 from search_text where search_text match $1 order by rowid limit $2`
	// Materialised, so that PostgreSQL goes by the words and never walks the whole table
	// by number in the hope of an early end.
	sqlPagePostgreSQL = `with found as materialized (select no from search_text where vector @@ cast($1 as text)::tsquery)
	select no >> 8 from found order by no limit $2`

	// The same where a scope has documents of several pieces.
	sqlCountLongSQLite     = `select count(distinct rowid >> 8) from search_text where search_text match $1`
	sqlCountLongPostgreSQL = `select count(distinct no >> 8) from search_text where vector @@ cast($1 as text)::tsquery`
	sqlPageLongSQLite      = `select distinct rowid >> 8 as no from search_text where search_text match $1 order by no limit $2`
	sqlPageLongPostgreSQL  = `select distinct no >> 8 as no from search_text where vector @@ cast($1 as text)::tsquery order by no limit $2`
)

// What differs: the engines' full-text indexes have no common language.

func textDelete() db.PerEngine {
	return db.PerEngine{SQLite: sqlTextDeleteSQLite, PostgreSQL: sqlTextDeletePostgreSQL}
}

func textEmpty() db.PerEngine {
	return db.PerEngine{SQLite: sqlTextEmptySQLite, PostgreSQL: sqlTextEmptyPostgreSQL}
}

func countHits(long bool) db.PerEngine {
	if long {
		return db.PerEngine{SQLite: sqlCountLongSQLite, PostgreSQL: sqlCountLongPostgreSQL}
	}
	return db.PerEngine{SQLite: sqlCountSQLite, PostgreSQL: sqlCountPostgreSQL}
}

func pageOfHits(long bool) db.PerEngine {
	if long {
		return db.PerEngine{SQLite: sqlPageLongSQLite, PostgreSQL: sqlPageLongPostgreSQL}
	}
	return db.PerEngine{SQLite: sqlPageSQLite, PostgreSQL: sqlPagePostgreSQL}
}
