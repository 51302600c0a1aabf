-- The models, sealed, with their reports, and what people chose instead of a proposal.
create table contact_triage_models (
  realm  text   not null,
  number bigint not null,
  at     text   not null,
  report text   not null, -- figures as JSON; no words
  model  bytea  not null, -- sealed; empty for none
  primary key (realm, number)
);

create table contact_triage_choices (
  realm    text    not null,
  case_id  text    not null,
  question text    not null,
  proposed text    not null,
  chosen   text    not null,
  changed  boolean not null, -- whether the choice was another
  at       text    not null,
  primary key (realm, case_id, question)
);
create index contact_triage_choices_question on contact_triage_choices (realm, question, changed);
