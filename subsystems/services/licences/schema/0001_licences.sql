-- Licences. Days are text as 2026-11-22, empty for none. Values of public fields stand open as a
-- JSON object; all others, reasons and records are sealed. A record is the licence as an act left it.
create table services_licences_kinds (
  realm      text    not null,
  code       text    not null,
  department text    not null,
  name       text    not null,
  prefix     text    not null,
  fields     text    not null,
  months     bigint  not null,
  renew_from bigint  not null,
  remind     text    not null,
  dynamic    boolean not null,
  listed     boolean not null,
  renewal    text    not null, -- path of the service by which it is renewed; empty for none
  version    bigint  not null,
  primary key (realm, code)
);
create unique index services_licences_kinds_prefix on services_licences_kinds (realm, prefix);

create table services_licences_licences (
  realm      text   not null,
  id         text   not null,
  number     text   not null,
  kind       text   not null,
  department text   not null,
  holder     text   not null,
  case_id    text   not null,
  open       text   not null,
  sealed     bytea  not null,
  from_day   text   not null,
  until_day  text   not null,
  state      text   not null,
  entry      text   not null,
  digest     text   not null,
  reminded   bigint not null, -- days before the end of the last reminder of this term; -1: none yet
  changes    bigint not null,
  changed_at text   not null,
  version    bigint not null,
  primary key (realm, id)
);
create unique index services_licences_licences_number on services_licences_licences (realm, number);
create unique index services_licences_licences_case on services_licences_licences (realm, case_id) where case_id <> '';
create index services_licences_licences_holder on services_licences_licences (realm, holder) where holder <> '';
create index services_licences_licences_kind on services_licences_licences (realm, kind, id);
create index services_licences_licences_department on services_licences_licences (realm, department, id);
create index services_licences_licences_until on services_licences_licences (realm, kind, until_day) where until_day <> '';
create index services_licences_licences_invalid on services_licences_licences (realm, state) where state <> 'valid';

-- What a licence is found by: the ends of its public values from each word or character, folded.
create table services_licences_terms (
  realm   text not null,
  term    text not null,
  licence text not null,
  primary key (realm, term, licence)
);
create index services_licences_terms_licence on services_licences_terms (realm, licence);

create table services_licences_changes (
  realm   text   not null,
  licence text   not null,
  number  bigint not null,
  act     text   not null,
  by_whom text   not null,
  second  text   not null,
  case_id text   not null,
  at      text   not null,
  entry   text   not null,
  digest  text   not null,
  sealed  bytea  not null,
  primary key (realm, licence, number)
);

create table services_licences_proposals (
  realm   text   not null,
  licence text   not null,
  by_whom text   not null,
  at      text   not null,
  sealed  bytea  not null,
  version bigint not null,
  primary key (realm, licence)
);
