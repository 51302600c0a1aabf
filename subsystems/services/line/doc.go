// Package line lets people wait their turn when more come than a service can take (輪候): in the
// order in which they came, with an honest estimate, keeping their place on reload, while the
// rest of the program stays fast.
//
// # Words
//
//   - line 輪候隊: of a service, by its code; open 開放: people wait; closed 關閉: everybody goes in
//   - ticket 籌: somebody's place; number 號碼: tickets are numbered in the order of coming
//   - called 叫號: a ticket's turn has come; inside 在內: its holder went in, for a time
//   - lost 過號: a turn that nobody took within five minutes
//   - holder 持籌人: a signed-in account, or a browser by its cookie; only a hash is stored
//   - round 一輪: from opening to closing; tickets of an earlier round count no more
//
// # Rules that always hold
//
//   - Nobody is called before somebody with a lower number of the same round.
//   - Of those who were called, never more are inside, or may still come in, than the line allows.
//     Only those who were inside already when a line opened may be more; then nobody is called
//     until they are fewer.
//   - A holder has one ticket in a line at a time. A reload, another tab or another process gives
//     the same place.
//   - A turn is kept for five minutes, and the page says until when. What is lost is said.
//   - Calling moves a counter; it looks at no tickets. A page that waits reads two or three rows
//     by their keys and writes nothing.
//   - The estimate comes from how many were called in the last ten minutes, and is a range of clock
//     times. Where nothing is known, it says so.
//   - A line that is closed costs one read by its key, at most once a second in a process.
//
// # How it works
//
// A line's row has two counters: the last number given and the last number called. All that
// changes a line changes this row first, so that two processes take turns. A call is a range of
// numbers with its time; when its five minutes are over, those who did not come are one
// subtraction. A line that may open by itself remembers in memory who went in; when it opens,
// each process brings those in as tickets, so that nobody who is filling in a form is sent
// outside. That memory is lost with its process: its people then wait like others, with their
// drafts kept by the service.
//
// # Threats
//
//   - Many tickets for one person: one for each account; without an account, a limit for each
//     network. Who has many networks and browsers has many tickets; a service that people sign in
//     for should ask for the place after signing in.
//   - Guessing another's ticket: a cookie has 128 random bits; a hash is stored.
//   - Waiting pages as load: they say themselves when they look again, later for those far behind.
//   - A place that is kept for nobody: five minutes for a turn, then a bounded time inside, which
//     only being there prolongs.
package line
