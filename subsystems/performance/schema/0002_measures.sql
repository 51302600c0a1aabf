create table performance_measures (
  realm         text    not null,
  id            text    not null,
  head          text    not null,
  year          text    not null, -- of the first paper that prints it
  programme     text    not null,
  kind          text    not null, -- target, indicator
  place         bigint  not null,
  tc            text    not null,
  en            text    not null,
  sc            text    not null,
  definition_tc text    not null,
  definition_en text    not null,
  definition_sc text    not null,
  numerator     text    not null,
  denominator   text    not null,
  unit          text    not null,
  places        bigint  not null,
  period        text    not null, -- calendar, financial
  direction     text    not null, -- up, down, none
  target        text    not null,
  stream        text    not null, -- empty: values are entered
  formula       text    not null, -- share, sum, count, held
  days          bigint  not null, -- after a period's end in which its value is due
  department    text    not null,
  post          text    not null,
  state         text    not null, -- draft, published, ended
  version       bigint  not null,
  primary key (realm, id)
);
create index performance_measures_head on performance_measures (realm, head, programme, place);

-- Every value that was ever given; the newest revision of a period and role counts.
create table performance_values (
  realm       text   not null,
  id          text   not null,
  measure     text   not null,
  period      text   not null, -- 2024, 2024-25
  role        text   not null, -- actual, revised, estimate, plan
  revision    bigint not null,
  value       text   not null,
  numerator   text   not null,
  denominator text   not null,
  how         text   not null, -- printed, computed, entered
  source      text   not null, -- paper: year and line; entered: evidence
  why         text   not null, -- of a revision
  state       text   not null, -- waiting, confirmed, refused
  given_by    text   not null,
  given_at    text   not null,
  decided_by  text   not null,
  decided_at  text   not null,
  version     bigint not null,
  primary key (realm, id),
  foreign key (realm, measure) references performance_measures (realm, id)
);
create unique index performance_values_revision on performance_values (realm, measure, period, role, revision);

create table performance_uses (
  realm      text not null,
  initiative text not null,
  measure    text not null,
  primary key (realm, initiative, measure),
  foreign key (realm, initiative) references performance_initiatives (realm, id),
  foreign key (realm, measure) references performance_measures (realm, id)
);
create index performance_uses_measure on performance_uses (realm, measure);

-- What computed measures count: one row for each case, as the other parts publish it.
create table performance_cases (
  realm  text    not null,
  stream text    not null,
  id     text    not null,
  whose  text    not null, -- what is counted once, however many cases it has
  day    text    not null,
  until  text    not null, -- last day, of a case that lasts
  good   boolean not null,
  amount text    not null,
  path   text    not null,
  primary key (realm, stream, id)
);
create index performance_cases_day on performance_cases (realm, stream, day);
