-- A process or decision table. Made once, never changed but for enabled.
create table services_process_definitions (
  realm      text    not null,
  kind       text    not null, -- process, decision
  key        text    not null,
  version    bigint  not null,
  department text    not null,
  message    text    not null, -- that starts it, or empty
  digest     text    not null, -- SHA-256 of the XML: what a compiled model is kept under
  xml        bytea   not null,
  enabled    boolean not null,
  made       text    not null,
  primary key (realm, kind, key, version)
);

create index services_process_definitions_by_message on services_process_definitions (realm, message, key, version) where message <> '';

-- An instance. What it knows and where it stands is one sealed value: a step reads and writes
-- one row. All that decide about an instance change its row, and so meet here.
create table services_process_instances (
  realm      text   not null,
  id         text   not null,
  key        text   not null,
  version    bigint not null,
  digest     text   not null,
  subject    text   not null,
  department text   not null,
  state      text   not null, -- running, ended, failed, cancelled
  finish     text   not null, -- id of the end event
  started    text   not null,
  ended      text   not null,
  why        text   not null, -- a key of the words, when failed; what was said, when cancelled
  stands     bytea  not null, -- variables, tokens, waits: sealed
  revision   bigint not null,
  primary key (realm, id)
);

create index services_process_instances_by_subject on services_process_instances (realm, subject, id);
create index services_process_instances_by_key on services_process_instances (realm, key, state, id);
create index services_process_instances_by_state on services_process_instances (realm, state, id);

-- A task of a person. Its name, form and decisions stand in the definition.
create table services_process_tasks (
  realm      text   not null,
  id         text   not null,
  instance   text   not null,
  token      bigint not null,
  node       text   not null,
  key        text   not null,
  version    bigint not null,
  digest     text   not null,
  subject    text   not null,
  department text   not null,
  role       text   not null,
  state      text   not null, -- open, done, cancelled
  holder     text   not null,
  due        text   not null, -- 9999-12-31 when there is none, so that it sorts last
  made       text   not null,
  finished   text   not null,
  outcome    text   not null,
  done_by    text   not null,
  barred_by  text   not null,
  revision   bigint not null,
  primary key (realm, id)
);

-- Lists are of open tasks: these indexes hold no others, however many are done.
create index services_process_tasks_open on services_process_tasks (realm, department, due, id, role, holder) where state = 'open';
create index services_process_tasks_due on services_process_tasks (realm, due, id, role, holder) where state = 'open';
create index services_process_tasks_held on services_process_tasks (realm, holder, due, id) where state = 'open' and holder <> '';
create index services_process_tasks_by_subject on services_process_tasks (realm, subject, state, due, id);

-- What happened in one transaction of an instance: the nodes that were passed, as JSON. The id is
-- in the key so that two transactions that overtake each other meet in the instance's row, which
-- makes one of them begin again, and not here.
create table services_process_steps (
  realm    text   not null,
  instance text   not null,
  id       text   not null,
  number   bigint not null,
  at       text   not null,
  by_whom  text   not null,
  nodes    text   not null,
  primary key (realm, instance, id)
);
