create table sign_ring (
	id      bigint primary key check (id = 1),
	sealed  text not null,
	version bigint not null
);
