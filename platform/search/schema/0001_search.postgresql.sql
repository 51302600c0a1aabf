create table search_docs (
	realm  text not null,
	scope  text not null,
	id     text not null,
	no     bigint not null, -- weight and a hash: the order of equal hits
	pieces bigint not null,
	weight bigint not null,
	title  text not null,
	body   text not null,
	facets text not null, -- JSON
	card   text not null,
	primary key (realm, scope, id)
);
create unique index search_docs_no on search_docs (no);
create index search_docs_pieces on search_docs (realm, scope, pieces) where pieces > 1;
-- no is search_docs.no * 256 + piece.
create table search_text (
	no     bigint primary key,
	vector tsvector not null
) with (toast_tuple_target = 128);
-- Out of line: counting hits then walks a table of a few pages, not through the vectors.
alter table search_text alter column vector set storage external;
create index search_text_vector on search_text using gin (vector) with (fastupdate = off);
