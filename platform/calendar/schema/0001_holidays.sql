create table calendar_holidays (
  realm   text   not null,
  day     text   not null,
  tc      text   not null,
  en      text   not null,
  sc      text   not null,
  version bigint not null,
  primary key (realm, day)
);
