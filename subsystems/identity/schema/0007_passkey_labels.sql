-- What a passkey's owner calls it, sealed; empty until then. The name is the device's, which
-- tells nothing of the person.
alter table identity_passkeys add column label bytea not null default '';
