-- The earlier financial year whose spending an entry gives back; empty for all other entries.
alter table performance_votes_entries add column of_year text not null default '';
create index performance_votes_requests_year on performance_votes_requests (realm, head, kind, year);
