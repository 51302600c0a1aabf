-- What a person is told. Title, text, link and day are sealed; the sender is a service's
-- client id, or empty for ourselves. repeat_key is by what a sender's second call is known
-- again, and content_index a keyed hash of what the first one said.
create table identity_notices (
    realm text not null,
    id text not null,
    account text not null,
    sender text not null,
    repeat_key text not null,
    content_index bytea not null,
    category text not null,
    state text not null, -- scheduled, sent, read, withdrawn
    sealed bytea not null, -- empty once it was withdrawn
    made text not null,
    send_at text not null,
    sent text not null,
    opened text not null,
    ends text not null, -- when it is forgotten
    version bigint not null,
    primary key (realm, id)
);
create unique index identity_notices_repeat on identity_notices (realm, sender, repeat_key);
create index identity_notices_account on identity_notices (realm, account, sent);
create index identity_notices_ends on identity_notices (ends);

-- What became of a notice on a channel. Target is empty for mail, and the subscription for push.
create table identity_notice_deliveries (
    realm text not null,
    notice text not null,
    channel text not null, -- mail, push
    target text not null,
    outcome text not null, -- sent, refused, gone
    at text not null,
    primary key (realm, notice, channel, target)
);

-- What the person wants to be told, and when not. Muted is a list of channel.category.
create table identity_notice_settings (
    realm text not null,
    account text not null,
    muted text not null,
    quiet_from bigint not null, -- hour of Hong Kong's day; the same as quiet_to for none
    quiet_to bigint not null,
    primary key (realm, account)
);

-- Browsers that a push service reaches (RFC 8030): endpoint and keys, sealed.
create table identity_notice_browsers (
    realm text not null,
    id text not null,
    account text not null,
    endpoint_index bytea not null,
    sealed bytea not null,
    device text not null,
    made text not null,
    primary key (realm, id)
);
create unique index identity_notice_browsers_endpoint on identity_notice_browsers (realm, endpoint_index);
create index identity_notice_browsers_account on identity_notice_browsers (realm, account);

-- The key by which push services know us (VAPID, RFC 8292): one a realm.
create table identity_notice_keys (
    realm text not null,
    sealed bytea not null,
    made text not null,
    primary key (realm)
);

-- The code that was mailed to an address, to see that the person reads there.
create table identity_notice_codes (
    realm text not null,
    account text not null,
    id text not null,
    sealed bytea not null, -- address and code
    tries bigint not null,
    ends text not null,
    primary key (realm, account)
);
create index identity_notice_codes_ends on identity_notice_codes (ends);
