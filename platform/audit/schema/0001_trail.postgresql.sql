-- The end of the chain, one row a realm: whoever adds an entry changes this row first, so
-- that two acts at once wait for one another.
create table audit_end (
  realm  text   not null primary key,
  number bigint not null,
  hash   text   not null
);
create table audit_trail (
  realm   text   not null,
  number  bigint not null,
  at      text   not null,
  kind    text   not null,
  actor   text   not null,
  request text   not null,
  what    text   not null,
  target  text   not null,
  outcome text   not null,
  before  text   not null,
  hash    text   not null,
  primary key (realm, number)
);
create function audit_trail_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail is append-only';
end;
$$;
create trigger audit_trail_append_only before update or delete or truncate on audit_trail
  for each statement execute function audit_trail_refuse();
