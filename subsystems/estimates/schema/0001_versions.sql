-- A version is one reading of one source of a head and a financial year; it never changes.
create table estimates_versions (
  realm       text    not null,
  id          text    not null,
  head        text    not null,
  year        text    not null,
  source      text    not null,
  number      bigint  not null,
  latest      boolean not null,
  title       text    not null,
  digest      text    not null,
  document    text    not null, -- address of the source's text in the blob store; empty: figures only
  numbers     text    not null, -- the number of each line of the document in its file; empty: 1, 2, 3 …
  file        text    not null,
  summary     text    not null, -- JSON: what the overview of a year shows
  problems    text    not null, -- JSON: what the reader could not place
  imported_at text    not null,
  primary key (realm, id)
);
create unique index estimates_versions_number on estimates_versions (realm, head, year, source, number);
create index estimates_versions_latest on estimates_versions (realm, latest, year, head);

create table estimates_facts (
  realm      text   not null,
  version    text   not null,
  seq        bigint not null,
  kind       text   not null,
  in_table   text   not null,
  in_row     text   not null,
  in_column  text   not null,
  value      text   not null, -- decimal as printed; empty: a fact of words
  unit       text   not null,
  raw        text   not null,
  line       bigint not null,
  cell       bigint not null,
  marks      text   not null, -- separated by spaces
  how        text   not null,
  from_lines text   not null, -- separated by spaces
  why        text   not null,
  code       text   not null,
  name       text   not null,
  in_group   text   not null,
  total      text   not null,
  row_order  bigint not null,
  primary key (realm, version, seq)
);

-- Checks belong to a head, a year and a group of sources that are checked together.
create table estimates_checks (
  realm   text   not null,
  head    text   not null,
  year    text   not null,
  sources text   not null,
  seq     bigint not null,
  outcome text   not null,
  body    text   not null, -- JSON: paper.Check
  primary key (realm, head, year, sources, seq)
);
