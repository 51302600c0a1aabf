-- Cases and referrals. Instants are text in UTC, empty for none; what people wrote is sealed.
create table contact_cases_cases (
  realm       text    not null,
  id          text    not null,
  reference   text    not null,
  code_hash   bytea   not null,
  kind        text    not null,
  state       text    not null,
  channel     text    not null,
  language    text    not null,
  service     text    not null,
  department  text    not null, -- the lead
  level       bigint  not null,
  anonymous   boolean not null,
  account     text    not null,
  call_id     text    not null,
  holder      text    not null,
  phone_index bytea   not null, -- empty for none
  mail_index  bytea   not null,
  district    text    not null,
  cell        text    not null, -- of the map's grid, about 200 m wide; empty for no point
  public      boolean not null,
  photo       text    not null,
  late        bigint  not null,
  outcome     text    not null,
  rating      bigint  not null,
  merged_into text    not null,
  words       bytea   not null, -- sealed
  contact     bytea   not null, -- sealed; empty for none
  draft       bytea   not null, -- sealed; empty for none
  draft_by    text    not null,
  received    text    not null,
  opened_at   text    not null,
  changed_at  text    not null,
  refer_due   text    not null,
  answered_at text    not null,
  closed_at   text    not null,
  chase_at    text    not null, -- when the clock of referring says something next; empty for never
  messages    bigint  not null,
  steps       bigint  not null,
  version     bigint  not null,
  primary key (realm, id)
);
create unique index contact_cases_cases_reference on contact_cases_cases (realm, reference);
create index contact_cases_cases_account on contact_cases_cases (realm, account, id) where account <> '';
create index contact_cases_cases_phone on contact_cases_cases (realm, phone_index, id) where length(phone_index) > 0;
create index contact_cases_cases_mail on contact_cases_cases (realm, mail_index, id) where length(mail_index) > 0;
create index contact_cases_cases_merged on contact_cases_cases (realm, merged_into, id) where merged_into <> '';
create index contact_cases_cases_open on contact_cases_cases (realm, state, refer_due, id) where state in ('new', 'referred', 'escalated', 'replied', 'answered');
create index contact_cases_cases_level on contact_cases_cases (realm, level, changed_at, id) where level > 0;
create index contact_cases_cases_holder on contact_cases_cases (realm, holder, id) where holder <> '' and state in ('new', 'referred', 'escalated', 'replied', 'answered');
create index contact_cases_cases_chase on contact_cases_cases (realm, chase_at) where chase_at <> '';
create index contact_cases_cases_near on contact_cases_cases (realm, kind, cell, id) where cell <> '' and public and state in ('new', 'referred', 'escalated', 'replied', 'answered');
create index contact_cases_cases_public on contact_cases_cases (realm, opened_at, id) where public;
create index contact_cases_cases_all on contact_cases_cases (realm, opened_at, id);

create table contact_cases_messages (
  realm      text    not null,
  case_id    text    not null,
  number     bigint  not null,
  from_whom  text    not null,
  channel    text    not null,
  by_whom    text    not null,
  internal   boolean not null,
  mail_index bytea   not null, -- of a mail's Message-ID; empty for none
  mail_id    bytea   not null, -- the same, sealed
  text       bytea   not null, -- sealed
  at         text    not null,
  primary key (realm, case_id, number)
);
create index contact_cases_messages_mail on contact_cases_messages (realm, mail_index, case_id) where length(mail_index) > 0;

create table contact_cases_files (
  realm    text    not null,
  id       text    not null,
  case_id  text    not null, -- empty: given, and not yet taken by a case
  message  bigint  not null,
  address  text    not null, -- of the sealed bytes
  view     text    not null, -- of the picture drawn anew, sealed; empty for what is no picture
  small    text    not null, -- of a smaller one
  type     text    not null,
  bytes    bigint  not null,
  head     bytea   not null, -- name and position, sealed
  at       text    not null,
  primary key (realm, id)
);
create index contact_cases_files_case on contact_cases_files (realm, case_id, id) where case_id <> '';
create index contact_cases_files_loose on contact_cases_files (realm, at) where case_id = '';

create table contact_cases_referrals (
  realm       text    not null,
  id          text    not null,
  case_id     text    not null,
  reference   text    not null,
  number      bigint  not null,
  chain       bigint  not null,
  department  text    not null,
  lead        boolean not null,
  state       text    not null,
  directed    boolean not null,
  pending     boolean not null,
  level       bigint  not null,
  late        bigint  not null,
  shared      boolean not null,
  passed      boolean not null,
  refused_to  text    not null,
  sent_at     text    not null,
  interim_due text    not null,
  reply_due   text    not null,
  interim_at  text    not null,
  ended_at    text    not null,
  due         text    not null, -- the next promise; empty when it is kept
  chase_at    text    not null,
  draft_by    text    not null,
  words       bytea   not null, -- sealed
  version     bigint  not null,
  primary key (realm, id)
);
create unique index contact_cases_referrals_case on contact_cases_referrals (realm, case_id, number);
create index contact_cases_referrals_department on contact_cases_referrals (realm, department, due, id, state) where state in ('sent', 'accepted', 'interim');
create index contact_cases_referrals_past on contact_cases_referrals (realm, department, ended_at, id) where state not in ('sent', 'accepted', 'interim');
create index contact_cases_referrals_chase on contact_cases_referrals (realm, chase_at) where chase_at <> '';

create table contact_cases_history (
  realm      text   not null,
  case_id    text   not null,
  number     bigint not null,
  what       text   not null,
  by_whom    text   not null,
  department text   not null,
  other      text   not null,
  level      bigint not null,
  note       bytea  not null, -- sealed; empty for none
  at         text   not null,
  primary key (realm, case_id, number)
);

create index contact_cases_history_public on contact_cases_history (realm, at) where what in ('opened', 'referred', 'answered', 'closed', 'reopened');

create table contact_cases_links (
  realm text not null,
  one   text not null,
  other text not null,
  at    text not null,
  primary key (realm, one, other)
);

create table contact_cases_departments (
  realm     text    not null,
  code      text    not null,
  interim   bigint  not null,
  reply     bigint  not null,
  remind    bigint  not null,
  four_eyes boolean not null,
  version   bigint  not null,
  primary key (realm, code)
);

create table contact_cases_services (
  realm      text    not null,
  code       text    not null,
  name       text    not null,
  about      text    not null,
  department text    not null, -- which usually leads; empty for none
  grouping   text    not null,
  keywords   text    not null,
  attributes text    not null,
  public     boolean not null,
  active     boolean not null,
  version    bigint  not null,
  primary key (realm, code)
);

create table contact_cases_keys (
  realm      text  not null,
  id         text  not null,
  hash       bytea not null,
  name       text  not null,
  department text  not null,
  made_by    text  not null,
  made_at    text  not null,
  ended_at   text  not null,
  primary key (realm, id)
);
create unique index contact_cases_keys_hash on contact_cases_keys (realm, hash);

-- What happened, counted by month: a row is cut in pieces so that those who count do not wait for
-- each other.
create table contact_cases_counts (
  realm      text   not null,
  department text   not null, -- empty: of the centre
  month      text   not null,
  what       text   not null,
  piece      bigint not null,
  n          bigint not null,
  primary key (realm, department, month, what, piece)
);
create index contact_cases_counts_month on contact_cases_counts (realm, month);

-- What a public form gathers before it is sent, sealed by the page itself.
create table contact_cases_drafts (
  realm   text   not null,
  hash    bytea  not null, -- of the token in the form
  content bytea  not null, -- sealed
  at      text   not null,
  primary key (realm, hash)
);
create index contact_cases_drafts_old on contact_cases_drafts (realm, at);
