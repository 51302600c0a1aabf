-- Amounts are in cents of Hong Kong dollars. All that decide about a bill change its row, and so
-- meet there.
create table services_fees_bills (
  realm      text   not null,
  id         text   not null,
  reference  text   not null,
  case_id    text   not null,
  account    text   not null,
  department text   not null,
  title      text   not null, -- JSON: three languages
  lines      text   not null, -- JSON: label, cents
  cents      bigint not null,
  state      text   not null, -- due, paying, paid, part-refunded, refunded, cancelled
  made       text   not null,
  paid       text   not null,
  due        text   not null,
  refunded   bigint not null,
  version    bigint not null,
  primary key (realm, id)
);

create unique index services_fees_bills_by_reference on services_fees_bills (realm, reference);
create index services_fees_bills_by_case on services_fees_bills (realm, case_id, id);
create index services_fees_bills_by_account on services_fees_bills (realm, account, id);

create table services_fees_payments (
  realm      text   not null,
  id         text   not null,
  bill       text   not null,
  department text   not null,
  provider   text   not null,
  cents      bigint not null,
  state      text   not null, -- open, paid, surplus, failed, left
  made       text   not null,
  settled    text   not null, -- when the provider says that it was paid
  day        text   not null, -- of that, or empty
  version    bigint not null,
  primary key (realm, id),
  foreign key (realm, bill) references services_fees_bills (realm, id)
);

create index services_fees_payments_by_bill on services_fees_payments (realm, bill, id);
create unique index services_fees_payments_open on services_fees_payments (realm, bill) where state = 'open';
create index services_fees_payments_by_day on services_fees_payments (realm, department, day, id) where day <> '';

create table services_fees_refunds (
  realm       text   not null,
  id          text   not null,
  bill        text   not null,
  payment     text   not null,
  department  text   not null,
  provider    text   not null,
  cents       bigint not null,
  state       text   not null, -- proposed, approved, sent, refused
  why         bytea  not null, -- sealed
  proposed_by text   not null,
  decided_by  text   not null,
  made        text   not null,
  decided     text   not null,
  day         text   not null, -- on which the provider gave it back, or empty
  version     bigint not null,
  primary key (realm, id),
  foreign key (realm, bill) references services_fees_bills (realm, id)
);

create index services_fees_refunds_by_bill on services_fees_refunds (realm, bill, id);
create index services_fees_refunds_by_day on services_fees_refunds (realm, department, day, id) where day <> '';
create index services_fees_refunds_waiting on services_fees_refunds (realm, department, id) where state = 'proposed';

-- A day that was held against a provider's statement.
create table services_fees_days (
  realm        text   not null,
  department   text   not null,
  day          text   not null,
  provider     text   not null,
  at           text   not null,
  ours         bigint not null, -- sum of cents, refunds taken off
  theirs       bigint not null,
  primary key (realm, department, day, provider)
);

create table services_fees_differences (
  realm      text   not null,
  id         text   not null,
  department text   not null,
  day        text   not null,
  provider   text   not null,
  kind       text   not null, -- missing, extra, amount, surplus, contradiction
  about      text   not null, -- id of the payment or refund, as the provider names it
  ours       bigint not null,
  theirs     bigint not null,
  found      text   not null,
  state      text   not null, -- open, settled
  settled_by text   not null,
  why        bytea  not null, -- sealed; empty while open
  version    bigint not null,
  primary key (realm, id)
);

create unique index services_fees_differences_once on services_fees_differences (realm, provider, about, kind);
create index services_fees_differences_open on services_fees_differences (realm, department, id) where state = 'open';
create index services_fees_differences_by_day on services_fees_differences (realm, department, day, id);

-- The books of the simulated provider: they stand for somebody else's.
create table services_fees_simulated (
  realm      text   not null,
  id         text   not null, -- of the payment or refund
  kind       text   not null, -- payment, refund
  department text   not null,
  reference  text   not null,
  cents      bigint not null,
  state      text   not null, -- waiting, paid, failed, abandoned; of a refund paid
  at         text   not null,
  day        text   not null,
  back       text   not null, -- where the payer returns to
  version    bigint not null,
  primary key (realm, id)
);

create index services_fees_simulated_by_day on services_fees_simulated (realm, department, day, id);

-- Departments that ask for fees: whose days are held against statements.
create table services_fees_departments (
  realm      text not null,
  department text not null,
  primary key (realm, department)
);
