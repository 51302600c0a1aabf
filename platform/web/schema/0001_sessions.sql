-- A session is found by the SHA-256 of its token; the token itself is stored nowhere.
create table web_sessions (
    realm text not null,
    token_hash text not null,
    actor_kind text not null,
    actor_id text not null,
    notices text not null,
    started text not null,
    seen text not null,
    ends text not null,
    primary key (realm, token_hash)
);
create index web_sessions_ends on web_sessions (ends);
