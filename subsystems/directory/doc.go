// Package directory keeps the register of bureaux and departments (局和部門), their posts,
// and the officers who hold them: who served where, and in which role, on any day.
//
// # Words
//
//   - department 部門: any unit of the government, a bureau (局) too; code 代號: what all other
//     parts know it by, such as DPO; short form 簡稱: 食環署, FEHD
//   - post 職位: one place for an officer; rank 職級
//   - officer 人員: a person who holds posts; account 帳戶: how that person signs in, an id of
//     the identity subsystem that means nothing here
//   - appointment 委任: an officer holds a post from a day to a day; acting appointment 署任:
//     holds it for somebody else, or until somebody is found
//   - role 角色: what an officer may do in a part of the program; grant 授予: an officer has a
//     role in a department from a day to a day
//   - duty 職務: department, post and roles that an officer has on one day
//   - staff manager 人事管理員: administers their own department's staff; directory keeper
//     機構名錄管理員: administers departments, and the staff of all of them
//
// # Rules that always hold
//
//   - Both days of a period belong to it. A period without a last day goes on; only a
//     department may lack the first day, where nobody wrote it down.
//   - A post has at most one substantive holder on a day, and at most one who acts in it. An
//     officer has at most one substantive post on a day; acting may come on top.
//   - An appointment lies within its post's period, a post within its department's.
//   - A role counts in the department it was granted in, while the officer serves there: who
//     moves on takes no power along.
//   - Nobody grants what is above them: a role marked Restricted is granted by a directory
//     keeper, or by whoever runs the program.
//   - An officer who still serves elsewhere is appointed only by somebody who administers
//     that department too: no department draws another's officer away.
//   - What has begun is ended, never deleted. What has not begun may be withdrawn.
//   - An import changes all that a file says, or nothing; a file that was exported and not
//     edited changes nothing.
//   - Every act stands in the audit trail, and every change is an event, in its transaction.
//
// # How it is laid out
//
// period.go, department.go, post.go, officer.go, appointment.go, role.go and duty.go are the
// nouns, with pure rules; directory.go has what is read, keep.go, staff.go and leave.go what is
// changed; table.go reads and writes CSV, import.go and export.go give it meaning; store*.go
// have every statement; needs.go says what the identity subsystem gives. seed/ holds Hong
// Kong's real bureaux and departments, put once into an empty store; later edits are kept.
//
// # Standards
//
// CSV is RFC 4180 with a header line, in UTF-8, days as ISO 8601 (2024-07-25).
//
// # Threats
//
//   - Names and work e-mails of officers are personal data: encrypted with the site's ring,
//     an e-mail found by blind index, never in events, audit, logs or public pages.
//   - A staff manager who reaches for more: restricted roles, other departments' staff.
//   - Two who appoint at the same time: both change a row of the post and of the officer, so
//     one of them sees the other's work first.
//   - A file from outside: size, rows, cells and its errors are bounded, and the reader is fuzzed.
//   - A spreadsheet that takes a cell for a formula: such cells leave with an apostrophe
//     before them, which import takes away again.
//   - An officer who left but is still signed in: [Service.DutyOf] knows no duty from the day
//     after, whatever became of the session; the identity subsystem is told by a job.
package directory
