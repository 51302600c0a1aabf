-- Online services that departments and companies register. The id is the client id of the
-- production realm. Content is what is asked for, approved is what was approved last (empty
-- before that); both are JSON and hold no secret. Contact is sealed.
create table identity_online (
    realm text not null,
    id text not null,
    owner text not null, -- the person's account; empty for a department's
    department text not null,
    state text not null, -- draft, submitted, approved, returned, suspended, ended
    content text not null,
    approved text not null,
    contact bytea not null,
    reason text not null,
    registered_by text not null,
    edited_by text not null,
    made text not null,
    changed text not null,
    approved_at text not null,
    version bigint not null,
    primary key (realm, id)
);
create index identity_online_department on identity_online (realm, department);
create index identity_online_owner on identity_online (realm, owner);
create index identity_online_state on identity_online (realm, state);

-- Messages of the protocol, decoded, for the developer of a client: kept for days, and the
-- newest of a client only. A help, not evidence.
create table identity_online_log (
    realm text not null,
    client text not null,
    id text not null,
    at text not null,
    endpoint text not null,
    parameters text not null,
    status bigint not null,
    outcome text not null,
    description text not null,
    request text not null,
    primary key (realm, client, id)
);
create index identity_online_log_at on identity_online_log (realm, at);

-- How many sign-ins a client completed on a day.
create table identity_online_use (
    realm text not null,
    client text not null,
    day text not null,
    times bigint not null,
    primary key (realm, client, day)
);

-- The adoption board: what a department has said it will connect, and by when it must.
create table identity_adoption (
    realm text not null,
    id text not null,
    department text not null,
    name_tc text not null,
    name_en text not null,
    name_sc text not null,
    due text not null,
    service text not null, -- of identity_online; empty while it is only planned
    version bigint not null,
    primary key (realm, id)
);
create index identity_adoption_department on identity_adoption (realm, department);
