-- Both days of a period belong to it; an empty one is open. The column busy changes with
-- everything that is decided by looking at a row's neighbours, so that two who decide at the
-- same time meet there.
create table directory_departments (
  realm     text   not null,
  code      text   not null,
  kind      text   not null,
  tc        text   not null,
  en        text   not null,
  sc        text   not null,
  short_tc  text   not null,
  short_en  text   not null,
  short_sc  text   not null,
  parent    text   not null,
  from_day  text   not null,
  to_day    text   not null,
  telephone text   not null,
  website   text   not null,
  busy      bigint not null,
  version   bigint not null,
  primary key (realm, code)
);

create table directory_posts (
  realm      text    not null,
  id         text    not null,
  department text    not null,
  tc         text    not null,
  en         text    not null,
  sc         text    not null,
  grade      text    not null, -- the rank, as the grade writes it
  listed     boolean not null,
  from_day   text    not null,
  to_day     text    not null,
  busy       bigint  not null,
  version    bigint  not null,
  primary key (realm, id),
  foreign key (realm, department) references directory_departments (realm, code)
);
create index directory_posts_department on directory_posts (realm, department, id);

-- Names and e-mails are encrypted; an e-mail is found by its blind index.
create table directory_officers (
  realm       text   not null,
  id          text   not null,
  name_zh     bytea  not null,
  name_en     bytea  not null,
  email       bytea  not null,
  email_index bytea  not null,
  account     text   not null, -- empty: none yet
  left_day    text   not null, -- last day of service
  busy        bigint not null,
  version     bigint not null,
  primary key (realm, id)
);
create unique index directory_officers_email on directory_officers (realm, email_index);
create unique index directory_officers_account on directory_officers (realm, account) where account <> '';

create table directory_appointments (
  realm    text    not null,
  id       text    not null,
  officer  text    not null,
  post     text    not null,
  acting   boolean not null,
  from_day text    not null,
  to_day   text    not null,
  version  bigint  not null,
  primary key (realm, id),
  foreign key (realm, officer) references directory_officers (realm, id),
  foreign key (realm, post) references directory_posts (realm, id)
);
create index directory_appointments_officer on directory_appointments (realm, officer);
create index directory_appointments_post on directory_appointments (realm, post);

create table directory_grants (
  realm      text   not null,
  id         text   not null,
  officer    text   not null,
  department text   not null,
  name       text   not null, -- of the role
  from_day   text   not null,
  to_day     text   not null,
  version    bigint not null,
  primary key (realm, id),
  foreign key (realm, officer) references directory_officers (realm, id),
  foreign key (realm, department) references directory_departments (realm, code)
);
create index directory_grants_officer on directory_grants (realm, officer);
create index directory_grants_department on directory_grants (realm, department, id);
