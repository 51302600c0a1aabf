-- The end of each realm's chain: whoever writes changes this row, so that one waits for the other.
create table audit_heads (
	realm  text primary key,
	number bigint not null,
	hash   text not null
);
create table audit_trail (
	realm    text not null,
	number   bigint not null,
	at       text not null,
	actor    text not null,
	actor_id text not null,
	act      text not null,
	object   text not null,
	outcome  text not null,
	request  text not null,
	detail   text not null,
	hash     text not null,
	primary key (realm, number)
);
create function audit_refuse() returns trigger language plpgsql as $$
begin
	raise exception 'the trail is append-only';
end;
$$;
create trigger audit_no_change before update or delete on audit_trail for each row execute function audit_refuse();
create trigger audit_no_truncate before truncate on audit_trail for each statement execute function audit_refuse();
