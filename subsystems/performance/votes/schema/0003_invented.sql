-- Ranks and mid-points that were made up for a demonstration.
alter table performance_votes_ranks add column invented boolean not null default false;
