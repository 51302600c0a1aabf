-- A form that was submitted, by the SHA-256 of its token: a second submission is refused.
create table web_submissions (
    realm text not null,
    token_hash text not null,
    submitted text not null,
    primary key (realm, token_hash)
);
create index web_submissions_submitted on web_submissions (submitted);
