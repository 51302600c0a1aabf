-- What a session rests on: how and when the person was last proven, at which level, and
-- with which kind of device. The id names the session to its owner; the token stays secret.
alter table web_sessions add column session_id text not null default '';
alter table web_sessions add column actor_level text not null default '';
alter table web_sessions add column proven text not null default '0001-01-01T00:00:00.000000Z';
alter table web_sessions add column methods text not null default '';
alter table web_sessions add column device text not null default '';
create index web_sessions_actor on web_sessions (realm, actor_kind, actor_id);
