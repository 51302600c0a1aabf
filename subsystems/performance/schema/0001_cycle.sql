-- A head belongs to a department; what it is called, and its programmes, stand year by year
-- as the paper of that year prints them: nothing is joined over years but by a succession.
create table performance_heads (
  realm      text   not null,
  head       text   not null,
  department text   not null,
  version    bigint not null,
  primary key (realm, head)
);

create table performance_years (
  realm   text   not null,
  head    text   not null,
  year    text   not null,
  tc      text   not null,
  en      text   not null,
  sc      text   not null,
  paper   text   not null, -- the version of the Estimates that it was read from
  version bigint not null,
  primary key (realm, head, year)
);

create table performance_programmes (
  realm   text   not null,
  head    text   not null,
  year    text   not null,
  number  text   not null,
  tc      text   not null,
  en      text   not null,
  sc      text   not null,
  line    bigint not null,
  note    text   not null, -- a footnote that says where its money came from
  note_at bigint not null, -- its line
  version bigint not null,
  primary key (realm, head, year, number)
);

-- What became of a programme, or of a whole head (an empty number), in a later paper.
create table performance_successions (
  realm       text   not null,
  id          text   not null,
  head        text   not null,
  year        text   not null,
  number      text   not null,
  to_head     text   not null,
  to_year     text   not null,
  to_number   text   not null,
  kind        text   not null,
  tc          text   not null, -- the reason
  en          text   not null,
  sc          text   not null,
  line        bigint not null, -- of the later paper, that says so
  decided_by  text   not null,
  decided_at  text   not null,
  version     bigint not null,
  primary key (realm, id)
);
create index performance_successions_to on performance_successions (realm, to_head, to_year);

create table performance_initiatives (
  realm      text    not null,
  id         text    not null,
  head       text    not null,
  year       text    not null,
  programme  text    not null,
  part       text    not null, -- done, to-do
  line       bigint  not null,
  place      bigint  not null,
  printed    text    not null, -- the paper's words; empty where only figures are known
  tc         text    not null, -- our own short words
  en         text    not null,
  sc         text    not null,
  unprinted  boolean not null, -- the newest paper no longer prints it
  department text    not null,
  post       text    not null,
  state      text    not null,
  due        text    not null,
  review     text    not null, -- the day of the next review
  system     text    not null,
  fate       text    not null,
  fate_why   text    not null,
  fate_by    text    not null,
  fate_at    text    not null,
  version    bigint  not null,
  primary key (realm, id)
);
create index performance_initiatives_paper on performance_initiatives (realm, year, head, programme, part, place);
create index performance_initiatives_due on performance_initiatives (realm, due) where due <> '' and state in ('planned', 'under-way');
create index performance_initiatives_review on performance_initiatives (realm, review) where review <> '';
create index performance_initiatives_system on performance_initiatives (realm, system) where system <> '';

-- The board: how many initiatives of a head and paper are in each state.
create table performance_tallies (
  realm text   not null,
  year  text   not null,
  head  text   not null,
  state text   not null,
  n     bigint not null,
  primary key (realm, year, head, state)
);

-- Two items of different papers that may be, or are, one promise.
create table performance_links (
  realm      text   not null,
  id         text   not null,
  earlier    text   not null,
  later      text   not null,
  relation   text   not null,
  score      bigint not null,
  inside     bigint not null,
  shared     text   not null, -- JSON: the phrases that both have
  state      text   not null, -- proposed, accepted, rejected
  note       text   not null,
  decided_by text   not null,
  decided_at text   not null,
  version    bigint not null,
  primary key (realm, id),
  foreign key (realm, earlier) references performance_initiatives (realm, id),
  foreign key (realm, later) references performance_initiatives (realm, id)
);
create unique index performance_links_pair on performance_links (realm, earlier, later);
create index performance_links_later on performance_links (realm, later);

create table performance_milestones (
  realm      text   not null,
  id         text   not null,
  initiative text   not null,
  tc         text   not null,
  en         text   not null,
  sc         text   not null,
  due        text   not null,
  done       text   not null,
  version    bigint not null,
  primary key (realm, id),
  foreign key (realm, initiative) references performance_initiatives (realm, id)
);
create index performance_milestones_initiative on performance_milestones (realm, initiative);
create index performance_milestones_due on performance_milestones (realm, due) where done = '';

-- Notes, evidence and reviews: what happened to an initiative, never changed.
create table performance_entries (
  realm      text    not null,
  id         text    not null,
  initiative text    not null,
  kind       text    not null, -- evidence, review, change
  text       text    not null,
  address    text    not null,
  open       boolean not null, -- the public may see it
  at         text    not null,
  by_post    text    not null,
  primary key (realm, id),
  foreign key (realm, initiative) references performance_initiatives (realm, id)
);
create index performance_entries_initiative on performance_entries (realm, initiative, at);

-- The money that an initiative is carried by.
create table performance_carriers (
  realm      text not null,
  initiative text not null,
  kind       text not null, -- commitment, subhead, programme
  code       text not null,
  primary key (realm, initiative, kind, code),
  foreign key (realm, initiative) references performance_initiatives (realm, id)
);
create index performance_carriers_code on performance_carriers (realm, kind, code);
