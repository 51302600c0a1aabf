create table events_log (
	position integer primary key autoincrement,
	id       text not null unique,
	subject  text not null,
	realm    text not null,
	at       text not null,
	data     text not null
);
-- Empty on SQLite, but for a moment when a backup of PostgreSQL is restored.
create table events_outbox (
	seq     bigint primary key,
	xid     bigint not null,
	id      text not null,
	subject text not null,
	realm   text not null,
	at      text not null,
	data    text not null
);
create table events_cursors (
	consumer text primary key,
	position bigint not null,
	attempts bigint not null,
	failed   text not null,
	again_at text not null
);
