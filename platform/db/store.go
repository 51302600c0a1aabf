package db

// The migrator's own table, and questions to the engines' catalogues.
const (
	sqlServerPostgreSQL = `select current_setting('server_version_num')::int, datcollate, pg_encoding_to_char(encoding) from pg_database where datname = current_database()`

	sqlMigrationsTable = `create table if not exists db_migrations (
	owner      text not null,
	name       text not null,
	sha256     text not null,
	applied_at text not null,
	primary key (owner, name)
)`
	sqlMigrationsExistSQLite     = `select count(*) from sqlite_master where type = 'table' and name = 'db_migrations'`
	sqlMigrationsExistPostgreSQL = `select count(*) from pg_tables where schemaname = current_schema() and tablename = 'db_migrations'`

	sqlMigrationsApplied = `select name, sha256 from db_migrations where owner = $1 order by name`
	sqlMigrationsAll     = `select owner, name, sha256 from db_migrations order by owner, name`
	sqlMigrationInsert   = `insert into db_migrations (owner, name, sha256, applied_at) values ($1, $2, $3, $4)`

	// 0x70726179 is "pray" in ASCII: a number that no other program is likely to lock.
	sqlMigrationsLockPostgreSQL = `select pg_advisory_xact_lock(1886544249)`

	// Shadow tables of FTS5 and SQLite's own tables are no tables of ours.
	sqlTablesSQLite = `select l.name from pragma_table_list l
	where l.schema = 'main' and l.type = 'table' and l.name not like 'sqlite\_%' escape '\' order by l.name`
	sqlTablesPostgreSQL = `select tablename from pg_tables where schemaname = current_schema() order by tablename`

	sqlColumnsSQLite     = `select name, lower(type) from pragma_table_info($1) order by cid`
	sqlColumnsPostgreSQL = `select column_name::text, data_type::text from information_schema.columns
	where table_schema = current_schema() and table_name = $1 and is_generated = 'NEVER' order by ordinal_position`

	sqlParentsSQLite     = `select distinct "table" from pragma_foreign_key_list($1) order by 1`
	sqlParentsPostgreSQL = `select distinct p.relname::text from pg_constraint c
	join pg_class t on t.oid = c.conrelid join pg_class p on p.oid = c.confrelid
	where c.contype = 'f' and t.relname = $1 and t.relnamespace = current_schema()::regnamespace order by 1`
)

// What differs between the engines.

func askMigrationsExist() PerEngine {
	return PerEngine{SQLite: sqlMigrationsExistSQLite, PostgreSQL: sqlMigrationsExistPostgreSQL}
}

func askTables() PerEngine {
	return PerEngine{SQLite: sqlTablesSQLite, PostgreSQL: sqlTablesPostgreSQL}
}

func askColumns() PerEngine {
	return PerEngine{SQLite: sqlColumnsSQLite, PostgreSQL: sqlColumnsPostgreSQL}
}

func askParents() PerEngine {
	return PerEngine{SQLite: sqlParentsSQLite, PostgreSQL: sqlParentsPostgreSQL}
}
