-- Why a log stands still until a person decides; empty while it runs.
alter table ledger_logs add column stopped text not null default '';

-- Names that a log had, with the key and the tree that it left off with.
create table ledger_former (
  realm    text   not null,
  origin   text   not null,
  vkey     text   not null,
  size     bigint not null,
  root     bytea  not null,
  ended_at text   not null,
  primary key (realm, origin)
);
