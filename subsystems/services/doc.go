// Package services is the one-stop portal of public services (政府服務「一網通辦」): find, apply
// without retyping, follow, pay, book, and receive a licence that anyone can verify.
//
// # Words
//
//   - public service 公共服務: what a department offers; its files are a bundle: service.json,
//     form.json, process.bpmn and decision tables
//   - version 版本: a published state of a bundle; an application stays with the one it began with
//   - application 申請, draft 草稿, case 個案: the same thing before and after it is submitted
//   - origin 資料來源: where a value of an application came from, and when
//   - co-applicant 共同申請人: somebody else who confirms before it can be submitted
//   - desk 辦公桌: an officer's tasks 待辦事項 and cases
//   - reason 理由: why, from a list and in words; letter 信件: told in the applicant's language
//   - counter 櫃位: an officer who acts for a person who is there; kiosk 自助服務站
//
// # Packages
//
//   - rule: expressions; forms: questions and answers; process: BPMN and DMN
//   - licences: register and QR codes; booking: places and slots; fees: bills and payments
//   - line: the waiting line of a rush
//
// They don't know each other. This one knows them all, and gives the processes their operations.
//
// # Rules that always hold
//
//   - A submission, the start of its process and its event are one transaction; submitting again
//     changes nothing.
//   - Answers, notes and letters are sealed in the store, and files are sealed before they are
//     kept. Events and the process know only what the bundle names as facts.
//   - What another department gave is locked: its hash stands with its origin, and a submission
//     with another value is refused.
//   - A bundle that cannot run is refused with every fault, each with its file and place.
//   - An officer sees the cases of the own department only, and never decides on what they
//     themselves checked where four eyes are asked for (process).
//
// # Standards
//
// JSON Schema 2020-12 (forms), BPMN 2.0 and DMN 1.3 (process), CPSV-AP 3.2 as JSON-LD (the
// catalogue), RFC 5545 (bookings), RFC 7515 (licences).
//
// # Threats
//
//   - Somebody reads or changes another's application: every look is by account, or by the
//     department's officers, and both are tested per role.
//   - Hostile uploads: types by content, sizes, a scanner's port; never served as a page.
//   - A kiosk that remembers: its sessions end by themselves and leave no draft.
//   - Overload: lines, limits of drafts a person, and reads by key on every page of an applicant.
package services
