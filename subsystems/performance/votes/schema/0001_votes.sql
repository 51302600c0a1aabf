-- Money: amounts that end in cents are hundredths of a dollar, those that end in thousands are
-- decimals of thousands of dollars as text, empty where not known. The column busy of a head
-- changes with every decision about it, so that two who decide at the same time meet there.
create table performance_votes_heads (
  realm   text   not null,
  head    text   not null,
  entries bigint not null, -- number of the last entry of the journal
  busy    bigint not null,
  primary key (realm, head)
);

create table performance_votes_books (
  realm     text    not null,
  head      text    not null,
  year      text    not null,
  source    text    not null,
  invented  boolean not null,
  posts     text    not null, -- JSON, as the paper gives them
  loaded_at text    not null,
  primary key (realm, head, year)
);

-- A row of a book as its paper has it. The four columns are: of a subhead and a component,
-- thousands of dollars (actual, original, revised, estimate); of a programme, the same in
-- millions; of an item, thousands (approved, accumulated, revised spending, balance); of the
-- ceiling, thousands in the fourth.
create table performance_votes_lines (
  realm    text   not null,
  head     text   not null,
  year     text   not null,
  kind     text   not null,
  code     text   not null,
  place    bigint not null, -- order on the paper
  within   text   not null, -- of an item: its subhead
  account  text   not null,
  words    text   not null, -- JSON: group, name, note
  first    text   not null,
  second   text   not null,
  third    text   not null,
  fourth   text   not null,
  primary key (realm, head, year, kind, code),
  foreign key (realm, head, year) references performance_votes_books (realm, head, year)
);

-- Items under a subhead: commitments of 700, machines of 661. Opened is the year of the book
-- that the journal's opening rests on, empty for an item that officers approved.
create table performance_votes_items (
  realm   text    not null,
  head    text    not null,
  code    text    not null,
  subhead text    not null,
  words   text    not null, -- JSON: name, note
  opened  text    not null,
  version bigint  not null,
  primary key (realm, head, code)
);

create table performance_votes_accounts (
  realm        text   not null,
  head         text   not null,
  account      text   not null,
  year         text   not null, -- empty for accounts that run over years
  debit_cents  bigint not null,
  credit_cents bigint not null,
  primary key (realm, head, account, year)
);

create table performance_votes_entries (
  realm       text   not null,
  id          text   not null,
  head        text   not null,
  number      bigint not null,
  year        text   not null,
  month       text   not null,
  day         text   not null,
  kind        text   not null,
  subhead     text   not null,
  component   text   not null,
  item        text   not null,
  spent_cents bigint not null,
  particulars text   not null,
  reference   text   not null,
  request     text   not null,
  reverses    text   not null,
  entered_by  text   not null,
  entered_at  text   not null,
  primary key (realm, id)
);
create unique index performance_votes_entries_number on performance_votes_entries (realm, head, number);
create unique index performance_votes_entries_reverses on performance_votes_entries (realm, reverses) where reverses <> '';
create index performance_votes_entries_year on performance_votes_entries (realm, head, year, month);
create index performance_votes_entries_item on performance_votes_entries (realm, head, item, number);

create table performance_votes_legs (
  realm        text   not null,
  entry        text   not null,
  place        bigint not null,
  account      text   not null,
  year         text   not null,
  debit_cents  bigint not null,
  credit_cents bigint not null,
  primary key (realm, entry, place),
  foreign key (realm, entry) references performance_votes_entries (realm, id)
);

create table performance_votes_periods (
  realm      text    not null,
  head       text    not null,
  month      text    not null,
  closed     boolean not null,
  reason     text    not null,
  changed_by text    not null,
  changed_at text    not null,
  version    bigint  not null,
  primary key (realm, head, month)
);

-- What somebody asked for, and what became of it.
create table performance_votes_requests (
  realm      text   not null,
  id         text   not null,
  head       text   not null,
  year       text   not null,
  kind       text   not null,
  body       text   not null, -- JSON
  reason     text   not null,
  asked_by   text   not null,
  asked_at   text   not null,
  state      text   not null,
  decided_by text   not null,
  decided_at text   not null,
  decision   text   not null, -- why
  version    bigint not null,
  primary key (realm, id)
);
create index performance_votes_requests_head on performance_votes_requests (realm, head, state, id);

-- A figure that officers decided: newest last, nothing is overwritten.
create table performance_votes_figures (
  realm     text   not null,
  request   text   not null,
  head      text   not null,
  kind      text   not null,
  code      text   not null,
  year      text   not null,
  phase     text   not null,
  thousands text   not null,
  why       text   not null,
  at        text   not null,
  primary key (realm, request)
);
create index performance_votes_figures_head on performance_votes_figures (realm, head, kind, code);

create table performance_votes_plans (
  realm     text   not null,
  head      text   not null,
  kind      text   not null, -- subhead or item
  code      text   not null,
  year      text   not null,
  month     text   not null, -- empty: the year as a whole
  cents     bigint not null,
  version   bigint not null,
  primary key (realm, head, kind, code, year, month)
);

create table performance_votes_ranks (
  realm       text    not null,
  code        text    not null,
  from_day    text    not null,
  words       text    not null, -- JSON: name
  directorate boolean not null,
  midpoint_dollars bigint not null, -- a year
  primary key (realm, code, from_day)
);

create table performance_votes_posts (
  realm     text    not null,
  request   text    not null,
  place     bigint  not null,
  head      text    not null,
  day       text    not null,
  grade     text    not null, -- the rank's code
  programme text    not null,
  delta     bigint  not null,
  permanent boolean not null,
  opening   boolean not null,
  reason    text    not null,
  approval  text    not null,
  primary key (realm, request, place)
);
create index performance_votes_posts_head on performance_votes_posts (realm, head, day);

create table performance_votes_rules (
  realm   text   not null,
  name    text   not null,
  head    text   not null,
  subhead text   not null,
  from_year text not null,
  to_year text   not null,
  value   text   not null,
  source  text   not null,
  primary key (realm, name, head, subhead, from_year)
);

-- Where a later import says something else than what stands here.
create table performance_votes_differences (
  realm    text   not null,
  id       text   not null,
  head     text   not null,
  year     text   not null,
  kind     text   not null,
  code     text   not null,
  place    bigint not null, -- which of the four columns
  ours     text   not null,
  theirs   text   not null,
  found_at text   not null,
  state    text   not null, -- open, taken, kept
  settled_by text not null,
  why      text   not null,
  version  bigint not null,
  primary key (realm, id)
);
create index performance_votes_differences_head on performance_votes_differences (realm, head, state, id);
