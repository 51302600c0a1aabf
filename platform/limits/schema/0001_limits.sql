create table limits_leases (
	realm  text not null,
	name   text not null,
	holder text not null,
	until  text not null,
	primary key (realm, name)
);
create table limits_buckets (
	realm   text not null,
	key     text not null, -- a hash
	full_at bigint not null, -- microseconds since 1970: when the bucket will be full
	primary key (realm, key)
);
create index limits_buckets_full on limits_buckets (full_at);
