create table contact_queue_calls (
  realm        text    not null,
  id           text    not null,
  reference    text    not null,
  language     text    not null, -- yue, cmn, en
  skill        text    not null, -- empty: any
  priority     bigint  not null,
  state        text    not null, -- waiting, promised, talking, over
  outcome      text    not null, -- empty while waiting
  agent        text    not null, -- account of who answered
  case_id      text    not null,
  arrived      text    not null,
  answered     text    not null,
  ended        text    not null,
  waited       bigint  not null, -- milliseconds from arrival to answer, or to the end of waiting
  rating       bigint  not null, -- 0: none
  enquiry      boolean not null,
  at_first     boolean not null, -- an enquiry that was settled at this call
  recording    text    not null,
  number       bytea   not null, -- sealed; empty: withheld or erased
  number_index bytea   not null, -- blind
  version      bigint  not null,
  primary key (realm, id)
);

create unique index contact_queue_calls_reference on contact_queue_calls (realm, reference);

create index contact_queue_calls_state on contact_queue_calls (realm, state, outcome, arrived);

create index contact_queue_calls_arrived on contact_queue_calls (realm, arrived);

create index contact_queue_calls_agent on contact_queue_calls (realm, agent, arrived);

create index contact_queue_calls_case on contact_queue_calls (realm, case_id, arrived);

create index contact_queue_calls_number on contact_queue_calls (realm, number_index, arrived);

create table contact_queue_agents (
  realm     text   not null,
  account   text   not null,
  languages text   not null, -- spaces between
  skills    text   not null,
  state     text   not null, -- as the process that routes saw it last
  since     text   not null,
  wish      text   not null, -- what the agent wants to do: ready, break, off
  set_no    bigint not null, -- rises when abilities or wish change
  primary key (realm, account)
);

create table contact_queue_levels (
  realm      text   not null,
  name       text   not null, -- 'centre'
  level      text   not null, -- by the rule
  override   text   not null, -- by a supervisor; empty: none
  reason     text   not null,
  set_by     text   not null,
  set_at     text   not null,
  turn       bigint not null, -- rises when a process begins to route
  version    bigint not null,
  primary key (realm, name)
);

-- Counters of spans of time. language and skill '-' are the sum of all.
create table contact_queue_intervals (
  realm       text   not null,
  span        text   not null, -- quarter, day, month, year
  start       text   not null, -- instant of a quarter; 2026-11-22; 2026-11; 2026
  language    text   not null,
  skill       text   not null,
  offered     bigint not null,
  within      bigint not null,
  answered    bigint not null,
  abandoned   bigint not null,
  voicemail   bigint not null,
  callback    bigint not null,
  refused     bigint not null,
  interrupted bigint not null,
  called_back bigint not null,
  enquiries   bigint not null,
  settled     bigint not null,
  ratings     bigint not null,
  rating_sum  bigint not null,
  handled     bigint not null, -- calls that ended
  handled_ms  bigint not null, -- talking and wrapping
  waited_ms   bigint not null, -- of answered calls
  busy_ms     bigint not null, -- of all agents together: offered, talking, wrapping
  ready_ms    bigint not null,
  primary key (realm, span, start, language, skill)
);

create table contact_queue_waits (
  realm text   not null,
  span  text   not null,
  start text   not null,
  bin   bigint not null, -- its lower edge in seconds
  calls bigint not null,
  primary key (realm, span, start, bin)
);

-- Quarters whose event is still to be published.
create table contact_queue_changes (
  realm   text   not null,
  start   text   not null,
  changes bigint not null,
  primary key (realm, start)
);

create table contact_queue_plans (
  realm    text   not null,
  day      text   not null,
  made_at  text   not null,
  made_by  text   not null,
  source   text   not null, -- weeks, file
  settings text   not null, -- JSON
  version  bigint not null,
  primary key (realm, day)
);

create table contact_queue_plan_quarters (
  realm    text   not null,
  day      text   not null,
  quarter  bigint not null, -- 0 to 95
  calls    bigint not null, -- hundredths
  agents   bigint not null, -- at the telephones
  rostered bigint not null, -- with shrinkage
  share    bigint not null, -- answered within the target, in ten thousandths
  primary key (realm, day, quarter)
);
