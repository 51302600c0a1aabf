-- With which key of the ring the bytes of a file are sealed; empty for those of before, which the
-- next turn of the ring looks at.
alter table services_files add column bytes_key text not null default '';
