-- What each paper prints of a programme's provision, or of the head's (an empty programme), in
-- millions.
create table performance_provisions (
  realm     text    not null,
  head      text    not null,
  year      text    not null, -- of the paper
  programme text    not null,
  about     text    not null, -- the year that the figure is about
  role      text    not null, -- actual, original, revised, estimate
  value     text    not null,
  line      bigint  not null,
  moved     boolean not null, -- a footnote says that money came from elsewhere
  primary key (realm, head, year, programme, about, role)
);
