-- The decision tables that a version of a process asks, as they were when it was published. A
-- process that names none here, such as one published before this table was, asks the newest.
create table services_process_pins (
  realm    text   not null,
  key      text   not null, -- of the process
  version  bigint not null,
  decision text   not null, -- key of the table
  pinned   bigint not null, -- its version
  primary key (realm, key, version, decision)
);
