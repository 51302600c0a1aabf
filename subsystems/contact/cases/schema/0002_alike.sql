-- Open cases that everybody may know of, by place and by subject: among them duplicates are looked for.
create index contact_cases_cases_district on contact_cases_cases (realm, kind, district, id) where public and state in ('new', 'referred', 'escalated', 'replied', 'answered');
create index contact_cases_cases_service on contact_cases_cases (realm, kind, service, id) where public and state in ('new', 'referred', 'escalated', 'replied', 'answered');

-- How soon a case needs somebody, as an agent judged it; empty while nobody did.
alter table contact_cases_cases add column urgency text not null default '';
