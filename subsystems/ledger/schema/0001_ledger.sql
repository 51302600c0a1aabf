-- One log a realm. A log's name and key never change; origin is its name in checkpoints.
create table ledger_logs (
  realm   text   not null,
  origin  text   not null,
  vkey    text   not null, -- verifier key (C2SP signed-note)
  sealed  bytea  not null, -- signer key, sealed by the key ring
  made_at text   not null,
  size    bigint not null, -- leaves that stand in the tree
  root    bytea  not null,
  version bigint not null,
  primary key (realm)
);

-- What somebody asked to be logged, in one go. First is where its first leaf stands, -1 while
-- it waits; leaves are then kept in ledger_entries only.
create table ledger_batches (
  realm      text   not null,
  id         text   not null,
  part       bigint not null, -- a long batch stands in several rows
  client     text   not null,
  repeat_key text   not null,
  count      bigint not null, -- of the leaves in this row
  first      bigint not null,
  leaves     bytea  not null,
  at         text   not null,
  primary key (realm, id, part)
);
create index ledger_batches_waiting on ledger_batches (realm, id, part) where first < 0;
create unique index ledger_batches_repeated on ledger_batches (realm, client, repeat_key) where repeat_key <> '' and part = 0;

create table ledger_entries (
  realm  text   not null,
  place  bigint not null, -- index in the log, from 0
  leaf   bytea  not null,
  digest text   not null, -- of the document that it states something about; else empty
  issuer text   not null,
  primary key (realm, place)
);
create index ledger_entries_digest on ledger_entries (realm, digest, place) where digest <> '';

-- Hash tiles of height 8 (C2SP tlog-tiles). The last of each level grows.
create table ledger_tiles (
  realm  text   not null,
  level  bigint not null,
  number bigint not null,
  hashes bytea  not null,
  primary key (realm, level, number)
);

-- The newest published checkpoint, with its cosignatures.
create table ledger_checkpoints (
  realm text   not null,
  size  bigint not null,
  note  bytea  not null,
  at    text   not null,
  primary key (realm)
);
