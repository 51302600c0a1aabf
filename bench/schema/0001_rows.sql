create table bench_rows (
  number bigint not null primary key,
  a text not null,
  b text not null,
  c text not null,
  d text not null
);
