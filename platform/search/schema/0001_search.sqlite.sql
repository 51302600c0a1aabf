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
-- rowid is no * 256 + piece. The tokenizer "ascii" cuts at spaces alone, as we join them.
create virtual table search_text using fts5(title, body, marks, content='', contentless_delete=1, tokenize='ascii');
-- Gather 8 MB before a part of the index is written: fewer parts, less merging (default 1 MB),
-- and eight parts of one size before they are merged (default 4).
insert into search_text (search_text, rank) values ('hashsize', 8388608);
insert into search_text (search_text, rank) values ('automerge', 8);
