-- The line of money or the programme that a computed measure is about; empty for a whole head.
alter table performance_measures add column of_line text not null default '';
