-- Articles, their versions, and what people asked. Instants are text in UTC, empty for none.
create table contact_knowledge_articles (
  realm      text   not null,
  code       text   not null,
  department text   not null,
  owner      text   not null,
  state      text   not null,
  review     text   not null, -- a day; empty for none
  latest     bigint not null, -- number of the newest version
  published  bigint not null, -- number of the version that the public sees or saw last; 0 for none
  from_case  text   not null,
  changed_at text   not null,
  version    bigint not null,
  primary key (realm, code)
);
create index contact_knowledge_articles_department on contact_knowledge_articles (realm, department, code);
create index contact_knowledge_articles_review on contact_knowledge_articles (realm, review, code) where state = 'published' and review <> '';

create table contact_knowledge_versions (
  realm        text   not null,
  code         text   not null,
  number       bigint not null,
  title        text   not null, -- lang.Text as JSON, as are text and everyday
  text         text   not null,
  everyday     text   not null,
  by_whom      text   not null,
  at           text   not null,
  published_by text   not null, -- empty: a draft
  published_at text   not null,
  primary key (realm, code, number)
);

create table contact_knowledge_counts (
  realm  text   not null,
  code   text   not null,
  views  bigint not null,
  helped bigint not null,
  failed bigint not null,
  primary key (realm, code)
);
create index contact_knowledge_counts_views on contact_knowledge_counts (realm, views, code);

create table contact_knowledge_unanswered (
  realm   text   not null,
  words   text   not null,
  times   bigint not null,
  last_at text   not null,
  primary key (realm, words)
);
create index contact_knowledge_unanswered_times on contact_knowledge_unanswered (realm, times, last_at);
