-- In how many days a reason is due after it was asked for.
alter table performance_papers_thresholds add column days bigint not null default 14;

-- Every threshold that was set, by whom and why; head '' is for all.
create table performance_papers_threshold_changes (
  realm    text   not null,
  head     text   not null,
  version  bigint not null,
  percent  text   not null,
  millions text   not null,
  days     bigint not null,
  why      text   not null,
  author   text   not null,
  post     text   not null,
  at       text   not null,
  primary key (realm, head, version)
);

-- The post that answers for a line of a head's reports: programme/1, subhead/000.
create table performance_papers_owners (
  realm   text   not null,
  head    text   not null,
  line    text   not null,
  post    text   not null, -- empty: whoever drafts
  author  text   not null,
  at      text   not null,
  version bigint not null,
  primary key (realm, head, line)
);

-- Reasons that were asked for, and until when.
create table performance_papers_asks (
  realm    text not null,
  draft    text not null,
  place    text not null,
  asked_at text not null,
  due      text not null,
  primary key (realm, draft, place),
  foreign key (realm, draft) references performance_papers_drafts (realm, id)
);
