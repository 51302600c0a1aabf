-- A recording of a conversation or a message: where its sealed bytes stand.
create table contact_recordings (
  realm   text   not null,
  id      text   not null,
  call    text   not null,
  kind    text   not null, -- talk, message
  agent   text   not null, -- who spoke for the centre; empty of a message
  address text   not null, -- of the blob
  seconds bigint not null,
  made    text   not null,
  primary key (realm, id)
);
create index contact_recordings_by_call on contact_recordings (realm, call);
create index contact_recordings_by_day on contact_recordings (realm, made);

-- An agent's own telephone: the digests of its password, sealed.
create table contact_phones (
  realm   text not null,
  name    text not null, -- as which it registers
  account text not null,
  sealed  bytea not null,
  made    text not null,
  primary key (realm, name)
);
create unique index contact_phones_by_account on contact_phones (realm, account);
