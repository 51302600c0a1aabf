create table jobs_work (
	id          text primary key,
	realm       text not null,
	kind        text not null,
	key         text not null,
	args        text not null,
	state       text not null check (state in ('ready', 'running', 'done', 'parked', 'cancelled')),
	run_at      text not null,
	attempts    bigint not null,
	holder      text not null,
	lease_until text not null,
	done        bigint not null,
	total       bigint not null,
	message     text not null,
	failed      text not null,
	created_at  text not null,
	finished_at text not null
);
create unique index jobs_work_key on jobs_work (realm, kind, key);
create index jobs_work_next on jobs_work (kind, state, run_at);
create index jobs_work_state on jobs_work (realm, state, run_at);
