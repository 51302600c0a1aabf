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
create trigger audit_no_update before update on audit_trail begin
	select raise(abort, 'the trail is append-only');
end;
create trigger audit_no_delete before delete on audit_trail begin
	select raise(abort, 'the trail is append-only');
end;
