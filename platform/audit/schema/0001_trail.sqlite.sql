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
create trigger audit_trail_no_update before update on audit_trail
begin
  select raise(abort, 'the audit trail is append-only');
end;
create trigger audit_trail_no_delete before delete on audit_trail
begin
  select raise(abort, 'the audit trail is append-only');
end;
