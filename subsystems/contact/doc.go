// Package contact is the 24-hour contact centre (二十四小時聯絡中心): one number and one address for
// the whole government. The root joins its packages, which don't know each other: voice (calls and
// sound), queue (who waits, who serves), cases (what people brought, until it is answered).
//
// # Words
//
//   - menu 話音選單: what a caller hears first, and chooses from by keys
//   - talk 通話: a caller on the line, from the menu to the survey
//   - console 工作台: an agent's page: their state, the call, the caller's cases
//   - recording 錄音: a conversation or a message, sealed; survey 意見調查: one key, 1 to 5
//   - retention 保存期: how long recordings are kept
//
// # Rules that always hold
//
//   - Nobody hears a busy tone. A caller waits, is called back, or leaves a message; a message
//     becomes a case, so that it rests nowhere.
//   - Callers hear that they are recorded before they speak to anybody.
//   - What was recorded up to the second in which the program died is kept with its call.
//   - An agent hears and sees the call that is offered to them, and no other. Every look at a
//     caller's number and every play of a recording stands in the audit trail.
//   - Recordings go at the end of their retention.
//   - A machine proposes, and people decide: no call and no case is closed by the program.
//
// # Standards
//
// Those of the packages. The targets are computed as the figures of package queue say.
//
// # Threats
//
//   - An agent's browser that stays open: the console is a page of a signed-in officer, and its
//     telephone belongs to their account alone.
//   - A recording that leaks: sealed pieces, one key ring, policy, audit.
//   - A caller who presses keys without end: every question is asked a bounded number of times, and
//     a call that says nothing goes to an agent.
//   - A conference that calls abroad: only agents dial, by the trunk alone, and the call's record
//     says to where.
package contact
