-- The OpenID Provider. What is found by a secret is found by its SHA-256; what may
-- speak of a person is sealed under the key ring.
create table identity_oidc_clients (
	realm    text not null,
	id       text not null,
	kind     text not null, -- fapi, fapi-message-signing, plain
	metadata text not null, -- JSON, RFC 7591
	secret   bytea not null, -- SHA-256 of a plain client's secret; empty without one
	made_at  text not null,
	ended_at text not null,
	version  bigint not null,
	primary key (realm, id)
);
create table identity_oidc_keys (
	realm   text not null,
	id      text not null, -- the kid: RFC 7638 thumbprint
	alg     text not null,
	state   text not null, -- next, current, retired
	public  text not null, -- JWK
	sealed  bytea not null, -- the private key, PKCS #8
	made_at text not null,
	ends_at text not null, -- of a retired key: when its last token has ended
	primary key (realm, id)
);
create unique index identity_oidc_keys_one on identity_oidc_keys (realm, alg, state) where state <> 'retired';
create table identity_oidc_requests (
	realm      text not null,
	hash       bytea not null, -- of the request_uri, the interaction's id, the auth_req_id
	kind       text not null, -- pushed, pending, backchannel, logout
	client     text not null,
	handle     bytea not null, -- backchannel: hash of the id by which a person answers
	account    text not null, -- backchannel: who is asked
	state      text not null, -- open, approved, or the code of a refusal
	grant_id   text not null,
	content    bytea not null,
	polled_at  text not null, -- backchannel: when the client last asked,
	pause      bigint not null, -- and how many seconds it must wait
	expires_at text not null,
	primary key (realm, hash)
);
create index identity_oidc_requests_handle on identity_oidc_requests (realm, handle) where kind = 'backchannel';
create index identity_oidc_requests_account on identity_oidc_requests (realm, account) where kind = 'backchannel';
create index identity_oidc_requests_expires on identity_oidc_requests (expires_at);
create table identity_oidc_grants (
	realm    text not null,
	id       text not null,
	client   text not null,
	account  text not null,
	session  text not null,
	content  bytea not null,
	made_at  text not null,
	ends_at  text not null, -- no token of it lives longer
	ended_at text not null, -- revoked before that
	primary key (realm, id)
);
create index identity_oidc_grants_session on identity_oidc_grants (realm, session) where session <> '';
create index identity_oidc_grants_account on identity_oidc_grants (realm, account, client);
create index identity_oidc_grants_ends on identity_oidc_grants (ends_at);
create table identity_oidc_codes (
	realm        text not null,
	hash         bytea not null,
	grant_id     text not null,
	client       text not null,
	redirect_uri text not null,
	challenge    text not null,
	jkt          text not null,
	used_at      text not null,
	expires_at   text not null,
	primary key (realm, hash)
);
create index identity_oidc_codes_expires on identity_oidc_codes (expires_at);
create table identity_oidc_tokens (
	realm      text not null,
	hash       bytea not null,
	kind       text not null, -- access, refresh
	grant_id   text not null, -- empty for a token of the client itself
	client     text not null,
	subject    text not null,
	scope      text not null,
	details    bytea not null, -- sealed authorization_details; empty without
	jkt        text not null, -- the DPoP key that it is bound to; empty for a bearer token
	issued_at  text not null,
	expires_at text not null,
	primary key (realm, hash)
);
create index identity_oidc_tokens_grant on identity_oidc_tokens (realm, grant_id) where grant_id <> '';
create index identity_oidc_tokens_expires on identity_oidc_tokens (expires_at);
create table identity_oidc_replays (
	realm      text not null,
	hash       bytea not null, -- of what may be shown once only: kind, client or key, jti
	expires_at text not null,
	primary key (realm, hash)
);
create index identity_oidc_replays_expires on identity_oidc_replays (expires_at);
