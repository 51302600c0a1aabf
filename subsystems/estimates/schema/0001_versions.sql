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

-- All facts of a version together: they are written once and read as a whole.
create table estimates_facts (
  realm   text  not null,
  version text  not null,
  body    bytea not null, -- JSON lines of paper.Fact, zstd
  primary key (realm, version)
);

-- Checks belong to a head, a year and a group of sources that are checked together.
create table estimates_checks (
  realm   text  not null,
  head    text  not null,
  year    text  not null,
  sources text  not null,
  body    bytea not null, -- JSON lines of paper.Check, zstd
  primary key (realm, head, year, sources)
);
