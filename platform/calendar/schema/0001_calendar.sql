create table calendar_days (
	realm text not null,
	day   text not null,
	en    text not null,
	tc    text not null,
	sc    text not null,
	primary key (realm, day)
);
create table calendar_lists (
	realm text not null,
	year  bigint not null,
	primary key (realm, year)
);
