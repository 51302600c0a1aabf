-- What departments run, plan, finish and agree. Figures are decimal text, empty when they are
-- not known; money is in thousands of dollars. Days and months are ISO text, empty when open.
create table performance_governance_systems (
  realm      text    not null,
  code       text    not null,
  tc         text    not null,
  en         text    not null,
  sc         text    not null,
  department text    not null,
  kind       text    not null,
  body_tc    text    not null,
  body_en    text    not null,
  body_sc    text    not null,
  page       text    not null,
  state      text    not null,
  live_from  text    not null,
  risk       text    not null,
  reason     text    not null,
  invented   boolean not null,
  version    bigint  not null,
  primary key (realm, code)
);

create table performance_governance_subscriptions (
  realm      text   not null,
  id         text   not null,
  system     text   not null,
  department text   not null,
  from_day   text   not null,
  to_day     text   not null,
  version    bigint not null,
  primary key (realm, id),
  foreign key (realm, system) references performance_governance_systems (realm, code)
);
create index performance_governance_subscriptions_system on performance_governance_subscriptions (realm, system);

create table performance_governance_months (
  realm     text   not null,
  system    text   not null,
  month     text   not null,
  agreed    bigint not null, -- minutes
  available bigint not null,
  cost      text   not null,
  version   bigint not null,
  primary key (realm, system, month),
  foreign key (realm, system) references performance_governance_systems (realm, code)
);

create table performance_governance_incidents (
  realm   text   not null,
  id      text   not null,
  system  text   not null,
  day     text   not null,
  minutes bigint not null,
  what    text   not null,
  primary key (realm, id),
  foreign key (realm, system) references performance_governance_systems (realm, code)
);
create index performance_governance_incidents_system on performance_governance_incidents (realm, system, day);

create table performance_governance_checks (
  realm    text   not null,
  system   text   not null,
  kind     text   not null,
  state    text   not null,
  evidence text   not null,
  day      text   not null,
  version  bigint not null,
  primary key (realm, system, kind),
  foreign key (realm, system) references performance_governance_systems (realm, code)
);

create table performance_governance_plans (
  realm      text    not null,
  id         text    not null,
  department text    not null,
  kind       text    not null,
  tc         text    not null,
  en         text    not null,
  sc         text    not null,
  from_day   text    not null,
  to_day     text    not null,
  document   text    not null,
  filed      text    not null,
  withdrawn  text    not null, -- the reason
  invented   boolean not null,
  version    bigint  not null,
  primary key (realm, id)
);
create index performance_governance_plans_department on performance_governance_plans (realm, department, from_day);

-- The first and the newest baseline stand here too: lists need both.
create table performance_governance_projects (
  realm        text    not null,
  id           text    not null,
  department   text    not null,
  reference    text    not null,
  tc           text    not null,
  en           text    not null,
  sc           text    not null,
  system       text    not null,
  vote         text    not null,
  stage        text    not null,
  first_start  text    not null,
  first_end    text    not null,
  first_cost   text    not null,
  plan_start   text    not null,
  plan_end     text    not null,
  plan_cost    text    not null,
  baselines    bigint  not null,
  started      text    not null,
  ended        text    not null,
  spent        text    not null,
  note         text    not null,
  invented     boolean not null,
  version      bigint  not null,
  primary key (realm, id)
);
create unique index performance_governance_projects_reference on performance_governance_projects (realm, department, reference);

create table performance_governance_baselines (
  realm     text   not null,
  project   text   not null,
  number    bigint not null,
  start_day text   not null,
  end_day   text   not null,
  cost      text   not null,
  why       text   not null,
  at        text   not null,
  actor     text   not null,
  primary key (realm, project, number),
  foreign key (realm, project) references performance_governance_projects (realm, id)
);

create table performance_governance_returns (
  realm             text    not null,
  id                text    not null,
  project           text    not null,
  department        text    not null,
  revision          bigint  not null,
  state             text    not null,
  day               text    not null, -- when the project was finished
  on_schedule       boolean not null,
  in_budget         boolean not null,
  to_specification  boolean not null,
  with_benefits     boolean not null,
  schedule_evidence text    not null,
  budget_evidence   text    not null,
  specification     text    not null, -- evidence
  benefits          text    not null, -- evidence
  schedule_computed boolean not null,
  budget_computed   boolean not null,
  filed_at          text    not null,
  filed_by          text    not null,
  confirmed_at      text    not null,
  confirmed_by      text    not null,
  reason            text    not null,
  invented          boolean not null,
  version           bigint  not null,
  primary key (realm, id),
  foreign key (realm, project) references performance_governance_projects (realm, id)
);
create unique index performance_governance_returns_revision on performance_governance_returns (realm, project, revision);
create unique index performance_governance_returns_counts on performance_governance_returns (realm, project) where state = 'confirmed';
create unique index performance_governance_returns_waits on performance_governance_returns (realm, project) where state = 'filed';

create table performance_governance_compilations (
  realm            text   not null,
  year             bigint not null, -- of the calendar
  edition          bigint not null,
  department       text   not null,
  returns          bigint not null,
  on_schedule      bigint not null,
  in_budget        bigint not null,
  to_specification bigint not null,
  with_benefits    bigint not null,
  at               text   not null,
  actor            text   not null,
  primary key (realm, year, edition, department)
);

create table performance_governance_orders (
  realm      text    not null,
  id         text    not null,
  department text    not null,
  reference  text    not null,
  title      text    not null,
  year       text    not null, -- financial year
  value      text    not null,
  outsourced boolean not null,
  project    text    not null,
  cancelled  boolean not null,
  invented   boolean not null,
  version    bigint  not null,
  primary key (realm, id)
);
create unique index performance_governance_orders_reference on performance_governance_orders (realm, department, reference);
create index performance_governance_orders_year on performance_governance_orders (realm, year);

create table performance_governance_levels (
  realm     text    not null,
  id        text    not null,
  tc        text    not null,
  en        text    not null,
  sc        text    not null,
  provider  text    not null,
  served    text    not null, -- the user department
  agreed    text    not null,
  unit      text    not null,
  direction text    not null,
  from_day  text    not null,
  to_day    text    not null,
  invented  boolean not null,
  busy      bigint  not null, -- changes with every judgement, so that two who judge meet there
  version   bigint  not null,
  primary key (realm, id)
);

create table performance_governance_judgements (
  realm    text    not null,
  level    text    not null,
  from_day text    not null,
  to_day   text    not null,
  revision bigint  not null,
  measured text    not null,
  met      boolean not null,
  evidence text    not null,
  at       text    not null,
  actor    text    not null,
  primary key (realm, level, from_day, to_day, revision),
  foreign key (realm, level) references performance_governance_levels (realm, id)
);

create table performance_governance_audits (
  realm      text    not null,
  id         text    not null,
  tc         text    not null,
  en         text    not null,
  sc         text    not null,
  department text    not null,
  auditor_tc text    not null,
  auditor_en text    not null,
  auditor_sc text    not null,
  scope_tc   text    not null,
  scope_en   text    not null,
  scope_sc   text    not null,
  from_day   text    not null,
  to_day     text    not null,
  invented   boolean not null,
  busy       bigint  not null, -- changes with every finding
  version    bigint  not null,
  primary key (realm, id)
);

create table performance_governance_findings (
  realm             text   not null,
  id                text   not null,
  audit             text   not null,
  number            bigint not null,
  what_tc           text   not null,
  what_en           text   not null,
  what_sc           text   not null,
  recommendation_tc text   not null,
  recommendation_en text   not null,
  recommendation_sc text   not null,
  owner             text   not null,
  due               text   not null,
  status            text   not null,
  version           bigint not null,
  primary key (realm, id),
  foreign key (realm, audit) references performance_governance_audits (realm, id)
);
create unique index performance_governance_findings_number on performance_governance_findings (realm, audit, number);

-- What was done to a thing, and why. Numbers count within a thing.
create table performance_governance_history (
  realm      text   not null,
  subject    text   not null,
  number     bigint not null,
  at         text   not null,
  department text   not null,
  actor      text   not null,
  what       text   not null,
  why        text   not null,
  primary key (realm, subject, number)
);
