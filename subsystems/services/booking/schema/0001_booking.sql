-- Appointments. Days are text as 2026-11-22, empty for none; instants are text in UTC.
create table services_booking_places (
  realm      text   not null,
  code       text   not null,
  department text   not null,
  name       text   not null,
  address    text   not null,
  version    bigint not null,
  primary key (realm, code)
);

create table services_booking_schedules (
  realm    text    not null,
  id       text    not null,
  place    text    not null,
  service  text    not null,
  title    text    not null,
  weekdays text    not null,
  opens    text    not null,
  closes   text    not null,
  minutes  bigint  not null,
  quota    bigint  not null,
  cents    bigint  not null,
  from_day text    not null,
  until    text    not null,
  ahead    bigint  not null,
  closed   text    not null,
  holidays boolean not null,
  version  bigint  not null,
  primary key (realm, id)
);
create index services_booking_schedules_service on services_booking_schedules (realm, service, place, id);
create index services_booking_schedules_place on services_booking_schedules (realm, place, id);

-- How many live bookings a slot has. Its row decides who gets one: it is changed by one statement
-- that holds to the quota.
create table services_booking_slots (
  realm    text   not null,
  schedule text   not null,
  start    text   not null,
  taken    bigint not null,
  primary key (realm, schedule, start)
);

-- How many live bookings of a service a person holds.
create table services_booking_holders (
  realm   text   not null,
  account text   not null,
  service text   not null,
  live    bigint not null,
  primary key (realm, account, service)
);

create table services_booking_bookings (
  realm      text   not null,
  id         text   not null,
  reference  text   not null,
  schedule   text   not null,
  service    text   not null,
  place      text   not null,
  department text   not null,
  account    text   not null,
  case_id    text   not null,
  start      text   not null,
  minutes    bigint not null,
  cents      bigint not null,
  state      text   not null,
  note       bytea  not null, -- sealed; empty for none
  sequence   bigint not null,
  made_at    text   not null,
  changed_at text   not null,
  version    bigint not null,
  primary key (realm, id)
);
create unique index services_booking_bookings_reference on services_booking_bookings (realm, reference);
create unique index services_booking_bookings_case on services_booking_bookings (realm, case_id) where case_id <> '' and state in ('booked', 'arrived');
create index services_booking_bookings_account on services_booking_bookings (realm, account, start) where account <> '';
create index services_booking_bookings_place on services_booking_bookings (realm, place, start);
create index services_booking_bookings_live on services_booking_bookings (realm, start) where state in ('booked', 'arrived');

create table services_booking_changes (
  realm   text   not null,
  booking text   not null,
  number  bigint not null,
  what    text   not null,
  by_whom text   not null,
  at      text   not null,
  place   text   not null,
  start   text   not null,
  primary key (realm, booking, number)
);

-- The queue of a place and a day. The row of the day is what those who call meet at.
create table services_booking_days (
  realm text   not null,
  place text   not null,
  day   text   not null,
  last  bigint not null, -- number of the last ticket
  calls bigint not null,
  primary key (realm, place, day)
);

create table services_booking_tickets (
  realm     text   not null,
  place     text   not null,
  day       text   not null,
  number    bigint not null,
  service   text   not null,
  booking   text   not null,
  due       text   not null,
  state     text   not null,
  counter   text   not null,
  made_at   text   not null,
  called_at text   not null,
  version   bigint not null,
  primary key (realm, place, day, number)
);

create table services_booking_feeds (
  realm   text  not null,
  account text  not null,
  hash    bytea not null,
  made_at text  not null,
  primary key (realm, account)
);
create unique index services_booking_feeds_hash on services_booking_feeds (realm, hash);
