-- What a paper's front says besides figures: the office, its controlling officer, the policy area;
-- and what each programme is for. Words in two languages, as JSON.
create table performance_fronts (
  realm   text   not null,
  head    text   not null,
  year    text   not null,
  words   text   not null,
  version bigint not null,
  primary key (realm, head, year)
);
