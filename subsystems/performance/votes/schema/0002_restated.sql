-- The columns of a book, by name with a space between, whose programmes a footnote of the paper
-- restates: their sum is then not that of the subheads.
alter table performance_votes_books add column restated text not null default '';
