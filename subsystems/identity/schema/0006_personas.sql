-- The few test persons among all accounts of a sandbox: each sign-in of a persona finds one
-- by name, which without this reads every account of the realm.
create index identity_accounts_persona on identity_accounts (realm, persona, id) where persona <> '';
