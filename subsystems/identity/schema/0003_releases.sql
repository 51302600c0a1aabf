-- What went to a service by consent: which fields of which form, for what, and the values as
-- they were, sealed. Delivered is when an anonymous release was read, which works once.
create table identity_releases (
    realm text not null,
    id text not null,
    account text not null,
    client text not null,
    form text not null,
    purpose text not null,
    fields text not null,
    sealed bytea not null,
    anonymous boolean not null,
    at text not null,
    delivered text not null,
    primary key (realm, id)
);
create index identity_releases_account on identity_releases (realm, account);
