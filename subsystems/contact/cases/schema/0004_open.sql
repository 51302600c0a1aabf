-- What is open is counted as it changes: by state (department empty) and by department, in the month ''.
-- Counting it anew would read every open case each time that somebody looks.
insert into contact_cases_counts (realm, department, month, what, piece, n)
  select realm, '', '', 'open-' || state, 0, count(*) from contact_cases_cases
  where state in ('new', 'referred', 'escalated', 'replied', 'answered') group by realm, state;
insert into contact_cases_counts (realm, department, month, what, piece, n)
  select realm, department, '', 'open', 0, count(*) from contact_cases_referrals
  where state in ('sent', 'accepted', 'interim') group by realm, department;

-- What is late, by its day.
create index contact_cases_referrals_due on contact_cases_referrals (realm, due, department) where state in ('sent', 'accepted', 'interim');
