-- The file of all heads of a year, made after an import so that a download need not wait.
create table estimates_years (
  realm    text   not null,
  year     text   not null,
  document text   not null,
  made_at  text   not null,
  primary key (realm, year)
);
