-- How often the register (parties, keys, services, rights) and the consents have changed: a
-- process that knows a number knows that nothing has changed since.
create table exchange_realms (
  realm    text   not null,
  register bigint not null,
  consents bigint not null,
  primary key (realm)
);

create table exchange_parties (
  realm      text    not null,
  code       text    not null,
  department text    not null,
  name       text    not null, -- JSON, three languages
  clients    text    not null, -- a space between
  webhook    text    not null,
  suspended  boolean not null,
  version    bigint  not null,
  primary key (realm, code)
);

create table exchange_keys (
  realm      text   not null,
  id         text   not null,
  party      text   not null,
  use        text   not null,
  public     bytea  not null, -- SubjectPublicKeyInfo
  from_at    text   not null,
  until_at   text   not null, -- empty: no end
  revoked_at text   not null,
  primary key (realm, id)
);

create table exchange_services (
  realm    text   not null,
  code     text   not null,
  provider text   not null,
  words    text   not null, -- JSON: title, about, level
  base     text   not null,
  openapi  text   not null,
  fields   text   not null, -- JSON
  rules    text   not null, -- JSON: purposes, subject, surplus, content, methods, patience
  state    text   not null,
  version  bigint not null,
  primary key (realm, code)
);

create table exchange_rights (
  realm    text   not null,
  id       text   not null,
  service  text   not null,
  consumer text   not null,
  purpose  text   not null,
  terms    text   not null, -- JSON: fields, why, basis, law, delay, until, officers, reason
  state    text   not null,
  at       text   not null,
  version  bigint not null,
  primary key (realm, id)
);

-- What a person agreed to, as it stands. Each version of it is a record.
create table exchange_consents (
  realm      text   not null,
  id         text   not null,
  right_id   text   not null,
  subject    text   not null, -- account
  by_account text   not null,
  client     text   not null,
  consumer   text   not null,
  provider   text   not null,
  service    text   not null,
  purpose    text   not null,
  fields     text   not null, -- a space between
  optional   text   not null,
  from_at    text   not null,
  until_at   text   not null,
  often      text   not null, -- JSON
  keep       bigint not null,
  state      text   not null,
  uses       bigint not null,
  period     text   not null,
  in_period  bigint not null,
  made_at    text   not null,
  changed_at text   not null,
  subject_id bytea  not null, -- sealed
  hash       bytea  not null,
  settle_at  text   not null, -- when what was received has to be accounted for; empty: it is
  version    bigint not null,
  primary key (realm, id)
);
create index exchange_consents_settle on exchange_consents (realm, settle_at) where settle_at <> '';
create index exchange_consents_subject on exchange_consents (realm, subject, id);
create index exchange_consents_consumer on exchange_consents (realm, consumer, id);

create table exchange_records (
  realm   text   not null,
  consent text   not null,
  number  bigint not null, -- from 1
  what    text   not null, -- given, changed, withdrawn
  at      text   not null,
  record  text   not null, -- canonical JSON
  jws     text   not null, -- detached (RFC 7515, Appendix F)
  salt    bytea  not null, -- sealed; of the commitment in the ledger
  entry   text   not null, -- of the ledger
  primary key (realm, consent, number)
);

-- One exchange, answered or refused. Person is the account of the subject; of an access by law,
-- the blind index of the subject's identifier in hex.
create table exchange_accesses (
  realm    text   not null,
  id       text   not null,
  at       text   not null,
  person   text   not null,
  consent  text   not null,
  right_id text   not null,
  consumer text   not null,
  service  text   not null,
  purpose  text   not null,
  fields   text   not null,
  method   text   not null,
  outcome  text   not null, -- answered, or the refusal
  status   bigint not null, -- of the provider's answer; 0 for none
  shown_at text   not null, -- from when the person sees it
  entry    text   not null,
  sealed   bytea  not null, -- salts, signed texts and signatures
  primary key (realm, id)
);
create index exchange_accesses_person on exchange_accesses (realm, person, id);

-- Nonces of messages that were taken, for as long as the messages could be played again. The
-- same message always falls into the same slot, and a slot is forgotten as a whole.
create table exchange_nonces (
  realm text   not null,
  slot  bigint not null, -- 64 seconds each since 1970, by when the message is too old
  nonce bytea  not null, -- SHA-256 of key and nonce, cut to 16 bytes
  call  text   not null,
  primary key (realm, slot, nonce)
);

-- That a consumer must delete what it received, and whether it said so.
create table exchange_deletions (
  realm     text   not null,
  consent   text   not null,
  consumer  text   not null,
  why       text   not null, -- withdrawn or ended
  since     text   not null,
  due       text   not null, -- a day
  told_at   text   not null,
  receipt   text   not null, -- JSON: what was signed, and the signature
  received  text   not null, -- when the receipt came; empty: not yet
  entry     text   not null,
  version   bigint not null,
  primary key (realm, consent)
);
create index exchange_deletions_consumer on exchange_deletions (realm, consumer, due);

-- What a person says was misused.
create table exchange_reports (
  realm    text   not null,
  id       text   not null,
  account  text   not null,
  consent  text   not null,
  access   text   not null,
  consumer text   not null,
  text     bytea  not null, -- sealed
  answer   bytea  not null, -- sealed
  state    text   not null,
  at       text   not null,
  version  bigint not null,
  primary key (realm, id)
);
create index exchange_reports_account on exchange_reports (realm, account, id);
create index exchange_reports_consumer on exchange_reports (realm, consumer, id);
