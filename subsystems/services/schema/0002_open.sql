-- What somebody has open, among a million drafts of others: without this index SQLite went through
-- all drafts, because that saved it the sorting.
create index services_applications_open on services_applications (realm, account, state, changed);
