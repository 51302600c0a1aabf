// Package governance keeps how departments govern their information technology (資訊科技管治):
// what they run, what they plan, what became of it, and whether it does what was agreed.
//
// # Words
//
//   - system 系統: something that runs, with its owner, its page, its subscribers (用戶部門),
//     its months of availability (可用率) and its incidents (事故); central platform 中央平台,
//     government data centre 政府數據中心, hosting 託管平台
//   - large or high-risk system 大型或高風險系統: one that needs extra checks (額外檢查) before
//     it goes live (推出)
//   - plan 計劃: a department's IT plan (資訊科技計劃) or digital strategy (數碼化策略), in force
//     from a day to a day
//   - project 項目: from a proposal to its end; baseline 基線: what was approved as its dates
//     and cost, numbered, the first one being the promise
//   - return 推行後部門報表: the four answers about a finished project: on schedule, within
//     budget, to specification, with the expected benefits
//   - compilation 彙編: the four rates of a calendar year, as they stood on the day they were counted
//   - work order 工作: work undertaken, in-house (內部) or outsourced (外發), in a financial year
//   - service level document 服務水平文件: an agreed level; judgement 評核: whether a period met it
//   - e-government audit 電子政府審計: a review of a service; finding 審計結果; follow-up 跟進
//   - officer 資訊科技管治人員: works for their own department; compiler 彙編人員: of the office
//     that compiles, for all of them
//
// # Rules that always hold
//
//   - A rate is never given without its numerator and its denominator.
//   - The first baseline decides whether a project was on schedule and within budget, however
//     often it was planned anew since; every later one carries its reason and stays to be seen.
//   - What can be computed from a project's days and cost is computed, and nobody may state it
//     otherwise; what cannot is stated with evidence.
//   - A return counts only after another officer of the same department has confirmed it. One
//     that was confirmed is changed by a new revision only, which needs a second pair of eyes
//     too; a withdrawn one keeps its reason.
//   - A return belongs to the calendar year in which its project was finished, work to the
//     financial year, 1 April to 31 March.
//   - A large or high-risk system does not go live while one of its checks is open.
//   - Whether a level was met is computed from what was measured, never stated.
//   - Drafts are seen by their own department and by compilers; to everybody else they do not exist.
//   - Every act stands in the audit trail and in the thing's own history, and every fact that
//     others count is an event, in its transaction.
//
// # How it is laid out
//
// One file a noun (system.go, plan.go, project.go, return.go, order.go, level.go, review.go)
// with pure rules; keep_*.go changes them, read.go and counts.go read; store*.go have every
// statement. figure.go and share.go are the kinds of number, rules.go what a site may change
// (rules/checks.csv is the list of extra checks). sheet.go is a list with its filters, for
// page and file alike; table.go reads files. demo.go invents.
//
// # Standards
//
// CSV is RFC 4180 in UTF-8, days ISO 8601, months 2026-01, financial years 2025-26, money in
// thousands of dollars as decimal text. JSON lists are OpenAPI 3.1; problems RFC 9457.
//
// # Threats
//
//   - A department that paints its own picture: four eyes in Go (not in a policy), computed
//     answers, the first baseline, revisions that stay.
//   - One department that looks into another's drafts: lists leave them out, pages and forms
//     answer as if there were no such thing.
//   - Risk details that help an attacker: reasons, checks and texts of incidents and findings
//     are for the department's officers and for compilers.
//   - A file from outside: size, rows, cells and problems are bounded, the reader is fuzzed, and
//     an import does all or nothing. Cells that a spreadsheet would take for a formula leave
//     with an apostrophe before them.
package governance
