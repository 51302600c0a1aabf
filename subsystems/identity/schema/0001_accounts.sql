-- Accounts hold no personal data. The document number is found by its blind index, which
-- is taken away when an account is closed: so one open account has it at most.
create table identity_accounts (
    realm text not null,
    id text not null,
    kind text not null,
    level text not null,
    state text not null,
    persona text not null,
    lang text not null,
    document_index bytea,
    created text not null,
    closed text not null,
    version bigint not null,
    primary key (realm, id)
);
create unique index identity_accounts_document on identity_accounts (realm, document_index);

-- The profile: one encrypted value a field, with its source and when it was verified.
create table identity_profile (
    realm text not null,
    account text not null,
    field text not null,
    value bytea not null,
    source text not null,
    verified text not null,
    changed text not null,
    primary key (realm, account, field)
);

-- Passkeys, by credential id (base64url). The record is go-webauthn's, encrypted.
create table identity_passkeys (
    realm text not null,
    id text not null,
    account text not null,
    name text not null,
    record bytea not null,
    created text not null,
    used text not null,
    version bigint not null,
    primary key (realm, id)
);
create index identity_passkeys_account on identity_passkeys (realm, account);

-- What may be used once: challenges, enrolments, invitations, recovery codes, by SHA-256.
-- Sealed holds what belongs to it, encrypted; used is empty until it was.
create table identity_tickets (
    realm text not null,
    purpose text not null,
    token_hash text not null,
    account text not null,
    sealed bytea,
    made text not null,
    ends text not null,
    used text not null,
    primary key (realm, purpose, token_hash)
);
create index identity_tickets_account on identity_tickets (realm, account, purpose);
create index identity_tickets_ends on identity_tickets (ends);

-- Recoveries that wait, were stopped, or led back to the account.
create table identity_recoveries (
    realm text not null,
    id text not null,
    account text not null,
    via text not null,
    state text not null,
    begun text not null,
    ready text not null,
    token_hash text not null,
    version bigint not null,
    primary key (realm, id)
);
create index identity_recoveries_account on identity_recoveries (realm, account);
create unique index identity_recoveries_token on identity_recoveries (realm, token_hash);

-- What happened to an account, for its owner: ids and names of fields, never values.
create table identity_history (
    realm text not null,
    account text not null,
    id text not null,
    at text not null,
    what text not null,
    client text not null,
    detail text not null,
    device text not null,
    primary key (realm, account, id)
);

-- Each service's own name for a person (OpenID Connect Core, 8.1).
create table identity_subjects (
    realm text not null,
    account text not null,
    sector text not null,
    subject text not null,
    primary key (realm, account, sector)
);
create unique index identity_subjects_subject on identity_subjects (realm, sector, subject);

-- Requests that a person answers on a phone, for another device. The browser that asked
-- holds the token.
create table identity_approvals (
    realm text not null,
    id text not null,
    account text not null,
    code text not null,
    device text not null,
    state text not null,
    token_hash text not null,
    made text not null,
    ends text not null,
    version bigint not null,
    primary key (realm, id)
);
create index identity_approvals_ends on identity_approvals (ends);
