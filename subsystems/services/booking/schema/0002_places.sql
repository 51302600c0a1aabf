-- The counters of a place, as a JSON list; empty where officers type them.
alter table services_booking_places add column counters text not null default '[]';

-- What a change of a schedule would strand.
create index services_booking_bookings_schedule on services_booking_bookings (realm, schedule, start) where state = 'booked';
