// Package queue knows who waits on the telephone, who serves, what became of every call, and how
// many agents are needed (輪候).
//
// # Words
//
//   - caller 來電者: somebody who asked for an agent; agent 接線員: an officer who answers
//   - skill 範疇: a topic or department that an agent knows; "" is any, "*" is all of them
//   - unconnected 話機未接: ready, but no telephone of theirs can ring
//   - offer 派線: one agent's telephone rings for one caller; missed 漏接: nobody picked up
//   - wrap 收尾: the time after a call in which the agent writes it down
//   - call-back 回電: in place of waiting on the line; it keeps its place
//   - put off 改期: no place on the line is given: call-back or voicemail
//   - level 負荷: normal, busy, overload (正常、繁忙、超出負荷)
//   - quarter 刻: fifteen minutes from the full hour, in Hong Kong's time
//   - offered 求助電話: a call that asked for an agent, however it ended
//
// # Rules that always hold
//
//   - Nobody hears a busy tone. Who can't wait is told so, and chooses call-back or voicemail.
//   - Who waits is answered once, is offered to one agent at a time, or is on record as having
//     gone. An agent has one call at a time.
//   - Within a language, skill and priority the first comer is the first served, called back or
//     not. A priority is worth a head start (Rules.HeadStart for each step), so that nobody
//     starves behind the urgent.
//   - No agent idles while somebody waits whom they could serve. Of those who could, one whose
//     scarce languages and skills this caller does not need is taken last, then the one who has
//     been idle longest. An ability is scarce while at most Rules.Scarce agents with it are ready.
//   - Nobody is offered to, and nobody waits for, an agent whose telephone can't ring. The agent keeps
//     their wish: once it can, they are ready.
//   - A caller whose agent did not pick up goes to the front, and that agent is on a break.
//   - The core is pure: no I/O, no goroutines, no clock of its own. Real calls and the simulated
//     day run through the same code.
//   - A call is on record at its arrival, before it is offered; at its answer; and at its end.
//     What a killed process left open is closed as interrupted, its agents are ready again, and
//     promised call-backs are kept.
//   - Every call counts in the quarter in which it arrived, whatever became of it later: offered =
//     answered + abandoned + voicemail + call-back promised + refused + interrupted + still waiting.
//     Nothing is taken out of a denominator.
//   - Figures are counters, changed in the transaction of the call: by quarter, day, month, year.
//     No figure reads calls.
//   - Nothing public ranks or names persons: occupancy is that of all agents together.
//
// # How it works
//
// The core decides, at once and in memory; then the record follows, and what can't be stored is
// stored later, in order. Only the arrival is stored first. A round (Service.Step, four times a
// second) holds the lease, hears what agents and supervisors wrote in any process, lets the core do
// what is due by time, and stores what changed. Pages read the store only, and so say the same in
// every process. The event of a quarter has all that it counts so far, and is published at most
// once in two seconds, however many calls changed it.
//
// # Figures
//
//   - answered in 12 seconds: within / offered. Numerator: answered by an agent within Rules.Target
//     of asking for one. Denominator: all who asked for one.
//   - settled at first call: settled / enquiries answered, as the agent noted at the call.
//   - satisfaction: sum of ratings / number of ratings, beside how many were rated.
//   - occupancy: agent-seconds offered, talking or wrapping / those and ready, of all agents.
//   - quartiles of waiting: of answered calls, interpolated within the bins of a histogram.
//
// # How many are needed
//
// Erlang B, C and A as published: A. K. Erlang (1917) for B and C; C. Palm (1957) and A. Mandelbaum,
// S. Zeltyn, "Service Engineering in Action: The Palm/Erlang-A Queue" (2007) for A, M/M/N+M. Each
// quarter is taken as stationary (SIPP: L. Green, P. Kolesar, J. Soares, 2001).
//
// # Threats
//
//   - A flood of calls: Rules.MostWaiting bounds the line and Rules.MostPromised the call-backs;
//     the counters are few rows.
//   - Numbers of callers: sealed with the ring, found by a blind index, opened for agents only, and
//     in no event, log or public figure.
//   - An agent who looks at others' calls: an agent sees their own, a supervisor all, and opening a
//     number stands in the audit trail.
//   - Two processes that both route: one lease. The process that loses it stops routing, and whoever
//     takes it closes what the other left open.
package queue
