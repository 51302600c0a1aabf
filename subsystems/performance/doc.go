// Package performance runs the year between two papers of the Estimates (衡量服務表現): what was
// promised, what is done, who owns it, what it costs, and whether the targets are met.
//
// # Words
//
//   - head 總目 → programme 綱領 → initiative 措施 → system or scheme 系統或計劃 → measure 衡量準則
//     → money 撥款: the chain that everything hangs on
//   - initiative 措施: one item of a paper: done in the year before, or to do (需要特別留意的事項)
//   - link 配對: two items of different papers that are one promise; relation: continued 延續,
//     reworded 改寫, merged 合併, split 分拆
//   - fate 下落: what became of a promise: carried on, finished 完成, dropped 取消, silently gone
//     不再提及
//   - succession 沿革: what became of a programme or head: renamed, reorganised, renumbered, moved
//   - measure 衡量準則: a target 目標 or an indicator 指標; period 期: a calendar or financial year
//   - case 個案: one thing that a computed measure counts; stream 類別: the cases of one kind
//   - milestone 里程碑, evidence 佐證, review 檢視, board 進度一覽, owner 負責職位
//
// # Rules that always hold
//
//   - No series is joined by number alone. A programme of one paper and of another are one only
//     where a succession says so; otherwise the series is broken, and the break says why.
//   - A paper's words are shown as printed, and lead to their line. What is ours says so.
//   - Text similarity proposes; an officer decides. A corrected paper overwrites no decision.
//   - A value is given by one officer and confirmed by another, or computed from cases that each
//     reader can open. Values are never changed: a correction is a new revision with its reason.
//   - A rate is shown with its denominator where that is known, and says so where it is not.
//   - A measure without a definition is not published.
//   - What is not confirmed is seen by the owning department's officers only.
//
// # How it is laid out
//
// initiative.go, link.go, series.go, measure.go, case.go are the nouns; take.go reads papers in;
// decide.go, follow.go and give.go are what officers do; board.go what is late; store*.go has every
// statement; pages*.go and api.go publish. internal/match proposes links. governance, votes and
// papers are packages of their own, with their own tables: IT projects and systems, posts and money,
// and the next paper; they do not know this one, and material.go fills the next paper from all.
//
// # Threats
//
//   - A figure that flatters: four eyes, revisions in public, and every computed value opens to
//     the cases behind it.
//   - An officer of another department: policy.cedar asks for the head's department.
//   - Two officers at one time: rows carry versions, and the slower one gets a Conflict.
//   - Words of papers and of officers are outside text: templates escape them; addresses of
//     evidence are paths of this site or https only.
//   - A reader who infers who typed something: the public sees posts, never persons.
package performance
