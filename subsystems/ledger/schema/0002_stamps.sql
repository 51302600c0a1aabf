-- What time-stamping authorities said of checkpoints (RFC 3161).
create table ledger_stamps (
  realm     text   not null,
  origin    text   not null, -- of the log, which may be renewed
  size      bigint not null, -- of the checkpoint
  authority text   not null, -- as the configuration names it
  note      bytea  not null, -- the checkpoint as it was stamped
  reply     bytea  not null, -- the authority's whole answer, DER
  at        text   not null, -- what the authority says
  primary key (realm, origin, size, authority)
);
create index ledger_stamps_last on ledger_stamps (realm, origin, authority, size);

-- The authorities that were ever asked, with the job that asks: one at a time.
create table ledger_authorities (
  realm text not null,
  name  text not null,
  job   text not null,
  at    text not null, -- when it was enqueued
  primary key (realm, name)
);
