-- Closed cases by day, for their retention.
create index contact_cases_cases_closed on contact_cases_cases (realm, closed_at, id) where closed_at <> '';
