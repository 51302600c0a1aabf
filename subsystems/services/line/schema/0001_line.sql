-- Everything that changes a line changes its row first (busy), so that two who do it at the same
-- time take turns.
create table services_line_lines (
  realm      text    not null,
  line       text    not null, -- the service's code
  most       bigint  not null, -- people inside at once
  per_minute bigint  not null, -- people called in a minute
  minutes    bigint  not null, -- that somebody may be inside without a sign of life
  by_itself  boolean not null, -- opens when more are inside than it allows
  state      text    not null, -- open, closed
  round      bigint  not null,
  opened_by  text    not null, -- operator, itself; empty when closed
  opened_at  text    not null,
  last       bigint  not null, -- the last number given
  called     bigint  not null, -- the last number called
  inside     bigint  not null, -- called and not over: inside, or may still come
  pace_at    text    not null, -- up to when the rate of calls is used up
  quiet_at   text    not null, -- since when nobody waits; empty while somebody does
  busy       bigint  not null,
  primary key (realm, line)
);

create table services_line_tickets (
  realm     text   not null,
  line      text   not null,
  round     bigint not null,
  number    bigint not null, -- negative: was inside when the line opened
  holder    text   not null, -- a hash
  state     text   not null, -- waiting (also when called), inside, over
  joined_at text   not null,
  ends_at   text   not null, -- of a ticket that is inside
  primary key (realm, line, round, number)
);

create unique index services_line_tickets_holder on services_line_tickets (realm, line, round, holder);

create index services_line_tickets_ends on services_line_tickets (realm, line, state, ends_at);

create table services_line_calls (
  realm     text    not null,
  line      text    not null,
  round     bigint  not null,
  highest   bigint  not null, -- of the numbers that were called
  lowest    bigint  not null,
  called_at text    not null,
  came      bigint  not null,
  settled   boolean not null,
  primary key (realm, line, round, highest)
);

-- What a minute saw, for the estimate and the operator.
create table services_line_minutes (
  realm  text   not null,
  line   text   not null,
  minute text   not null, -- 2026-11-22T14:05, UTC
  joined bigint not null,
  called bigint not null,
  came   bigint not null,
  lost   bigint not null,
  over   bigint not null,
  primary key (realm, line, minute)
);
