-- The catalogue: which version of a service is the present one. A version never changes.
create table services_catalogue (
  realm      text   not null,
  code       text   not null,
  department text   not null,
  number     bigint not null,
  state      text   not null,
  version    bigint not null,
  primary key (realm, code)
);

create table services_versions (
  realm    text   not null,
  code     text   not null,
  number   bigint not null,
  service  text   not null, -- JSON
  form     bytea  not null,
  files    bytea  not null, -- the bundle as it was given, a ZIP
  process  bigint not null, -- version of the process
  digest   text   not null,
  at       text   not null,
  by_actor text   not null,
  primary key (realm, code, number)
);

-- The keys with which a department that offers services here calls the exchange.
create table services_parties (
  realm      text  not null,
  department text  not null,
  sealed     bytea not null,
  primary key (realm, department)
);

create table services_applications (
  realm      text   not null,
  id         text   not null,
  reference  text   not null,
  service    text   not null,
  number     bigint not null, -- version of the service
  department text   not null,
  account    text   not null,
  lang       text   not null,
  state      text   not null,
  content    bytea  not null, -- answers, origins and consents, sealed
  channel    text   not null,
  helper     text   not null, -- account of the officer, or id of the kiosk, through whom it was made
  due        text   not null, -- the day promised
  made       text   not null,
  changed    text   not null,
  submitted  text   not null,
  ended      text   not null,
  version    bigint not null,
  primary key (realm, id)
);
create unique index services_applications_reference on services_applications (realm, reference);
create index services_applications_account on services_applications (realm, account, changed);
create index services_applications_department on services_applications (realm, department, state, submitted);
create index services_applications_drafts on services_applications (realm, state, changed);

-- What happened in a case, in order.
create table services_history (
  realm       text   not null,
  application text   not null,
  number      bigint not null,
  kind        text   not null,
  at          text   not null,
  actor_kind  text   not null,
  actor       text   not null,
  post        text   not null,
  internal    boolean not null, -- officers only
  sealed      bytea  not null,  -- words, sealed
  primary key (realm, application, number)
);

create table services_files (
  realm       text   not null,
  application text   not null,
  id          text   not null,
  address     text   not null, -- of the sealed bytes
  head        bytea  not null, -- name, type, size and hash, sealed
  at          text   not null,
  primary key (realm, application, id)
);

create table services_co_applicants (
  realm       text   not null,
  application text   not null,
  token       text   not null, -- hash of what the invitation holds
  account     text   not null, -- once they have confirmed
  digest      text   not null, -- of the answers that they confirmed
  sealed      bytea  not null, -- name
  at          text   not null,
  primary key (realm, application, token)
);
create index services_co_applicants_token on services_co_applicants (realm, token);

create table services_kiosks (
  realm   text   not null,
  id      text   not null,
  token   text   not null, -- hash
  name    text   not null, -- JSON, three languages
  region  text   not null,
  state   text   not null,
  health  text   not null, -- JSON: what it last reported
  seen    text   not null,
  version bigint not null,
  primary key (realm, id)
);
create index services_kiosks_token on services_kiosks (realm, token);
