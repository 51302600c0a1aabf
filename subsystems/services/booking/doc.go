// Package booking keeps appointments (預約): places with counters, the times at which they may be
// booked, bookings, and the queue of those who are there.
//
// # Words
//
//   - place 地點: where people go; counter 櫃位: where they are served
//   - schedule 時段表: on which days and times a service may be booked at a place, for how many at once
//     (quota 名額), how long before, and for what fee
//   - slot 時段: a time of a schedule; it has places left
//   - booking 預約: somebody's slot; reference 參考編號 is what the person says at the place
//   - live 生效: booked or arrived
//   - lapsed 未有記錄: the day passed and nobody recorded whether the person came
//   - ticket 籌號: a number in the queue of a place and a day, of somebody who walked in or who arrived
//     for a booking; board 叫號屏: the numbers that were called
//   - feed 日曆訂閱: a private address at which a person's calendar reads their bookings
//
// # Rules that always hold
//
//   - A slot has never more bookings than its quota, those cancelled or moved aside. The row of the slot decides, by one
//     statement; whoever finds it full is told so, and nobody is promised a place before.
//   - A case has at most one live booking, and a person at most three live ones of a service.
//   - A booking is within its schedule: its weekday, hours, days ahead, no closed day, and no general
//     holiday unless the schedule is open on it.
//   - A change of a schedule by page strands nobody: it is refused, unless the bookings that would
//     have no slot any more are cancelled with it, and their people told. What the functions of
//     programs and bundles change leaves bookings as they are.
//   - Moving takes the new slot and gives the old one back in one transaction.
//   - Ticket numbers of a place and a day go up by one and are given once. A ticket is called once.
//     Who has a booking whose time has come goes before who walked in; else first come, first called.
//   - Rows are locked in one order (booking, slots by key, person), so that nobody waits in a circle.
//   - Notes are sealed. Events, audit and logs hold ids. Of a feed's token only the hash is kept.
//   - The board shows numbers and counters, and nobody's name.
//
// # Standards
//
// Calendar files are iCalendar (RFC 5545, with NAME and REFRESH-INTERVAL of RFC 7986): METHOD
// PUBLISH, times in UTC, lines folded at 75 octets.
//
// # Threats
//
//   - A rush: a thousand at once for ten places get exactly ten, on both engines and from several
//     processes. Call in db.WriteLatest where many come at once: then they wait for their turn.
//   - Hoarding: the bound for a person, and days ahead.
//   - Guessing a feed's address: 256 random bits; a new one ends the old.
//   - Another department's officer: policy, with the department of the place.
package booking
