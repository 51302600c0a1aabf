-- A draft of the report of one Head and year. Material is the sheet as the figures gave it, frozen
-- the one that was approved; both JSON. The column busy changes with every word and comment, so
-- that they meet with whoever submits at the same time.
create table performance_papers_drafts (
  realm          text   not null,
  id             text   not null,
  head           text   not null,
  year           text   not null,
  revision       bigint not null,
  department     text   not null,
  state          text   not null, -- drafting, submitted, approved, published
  material       text   not null,
  frozen         text   not null,
  drawn_at       text   not null, -- when the material was last fetched
  begun_by       text   not null,
  begun_post     text   not null,
  begun_at       text   not null,
  submitted_by   text   not null,
  submitted_post text   not null,
  submitted_at   text   not null,
  approved_by    text   not null,
  approved_post  text   not null,
  approved_at    text   not null,
  published_by   text   not null,
  published_post text   not null,
  published_at   text   not null,
  returned       text   not null, -- why it was last sent back
  busy           bigint not null,
  version        bigint not null,
  primary key (realm, id)
);
create unique index performance_papers_drafts_revision on performance_papers_drafts (realm, head, year, revision);

-- The words that officers wrote in place of the material's.
create table performance_papers_words (
  realm   text   not null,
  draft   text   not null,
  place   text   not null,
  tc      text   not null,
  en      text   not null,
  author  text   not null,
  post    text   not null,
  at      text   not null,
  version bigint not null,
  primary key (realm, draft, place),
  foreign key (realm, draft) references performance_papers_drafts (realm, id)
);

-- What those words were before.
create table performance_papers_past (
  realm   text   not null,
  draft   text   not null,
  place   text   not null,
  version bigint not null,
  tc      text   not null,
  en      text   not null,
  author  text   not null,
  post    text   not null,
  at      text   not null,
  primary key (realm, draft, place, version),
  foreign key (realm, draft) references performance_papers_drafts (realm, id)
);

create table performance_papers_comments (
  realm       text   not null,
  id          text   not null,
  draft       text   not null,
  section     text   not null,
  body        text   not null,
  author      text   not null,
  post        text   not null,
  at          text   not null,
  resolved_by text   not null,
  resolved_at text   not null,
  version     bigint not null,
  primary key (realm, id),
  foreign key (realm, draft) references performance_papers_drafts (realm, id)
);
create index performance_papers_comments_draft on performance_papers_comments (realm, draft, id);

-- What was published, by the address of its bytes.
create table performance_papers_files (
  realm   text   not null,
  draft   text   not null,
  kind    text   not null,
  name    text   not null,
  address text   not null, -- SHA-256
  size    bigint not null,
  primary key (realm, draft, kind),
  foreign key (realm, draft) references performance_papers_drafts (realm, id)
);

-- From which change on a reason is asked; head '' is for all.
create table performance_papers_thresholds (
  realm    text   not null,
  head     text   not null,
  percent  text   not null,
  millions text   not null,
  version  bigint not null,
  primary key (realm, head)
);
