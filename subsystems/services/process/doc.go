// Package process runs processes (流程): a declared subset of BPMN 2.0 and DMN, on the
// platform's own database. Definitions are data, and versions run side by side.
//
// # Words
//
//   - definition 流程定義: a process or a decision table as XML, with a key and a version.
//   - instance 流程個案: one run of a definition, about one subject (an application).
//   - token 標記: where an instance stands; several at a time after a parallel gateway.
//   - task 工作項目: what a person has to do before a token goes on.
//   - wait 等候: what a token stands still for: a task, a day, a message, a job.
//   - step 步驟: a node that was passed, for the history.
//   - decision table 決策表: rows of conditions and what they give.
//
// # Rules that always hold
//
//   - A step, its task, its timer, its job and its event commit in one transaction, or none
//     of them does.
//   - An instance stays with the version that it began with, until it is migrated by name.
//   - What a definition cannot do is found when it is published: every fault at once, each
//     with the element that it stands at.
//   - A timer or job that comes twice, or late, finds that nobody waits for it any more, and
//     does nothing.
//   - Two who finish tasks of one instance at the same time meet in its row: one after the other.
//   - Variables are sealed with the site's ring, since they may be answers of a person. Events,
//     jobs and logs have ids only.
//   - The XML that came in is kept byte for byte. One without a picture gets one on the way out.
//
// # Standards
//
// BPMN 2.0.2 (OMG formal/13-12-09), the elements of the list in kind.go; DMN 1.1 to 1.5 decision
// tables, hit policies U, F, A and C; conditions and scripts are CEL (package rule) instead of
// FEEL; unary tests of a table are a small part of S-FEEL (DMN 1.3, 9.2). Our attributes stand in
// the namespace https://praya.example/bpmn, which bpmn-js keeps.
//
// # Attributes
//
// In the namespace https://praya.example/bpmn, written here with the prefix praya.
//
//   - any element: praya:nameEn, praya:nameSc beside BPMN's name, which is the Chinese of Hong Kong.
//   - process: praya:variables="a b", the names that expressions may use beside today, subject,
//     department, outcome, the ids of tasks and what scripts set. Without it any name is taken.
//   - userTask: praya:role (of officers, or applicant), praya:form, praya:due (working days),
//     praya:decisions="approve refuse", praya:reasons, praya:fourEyes (id of the task whose doer may
//     not do this one).
//   - serviceTask, sendTask: praya:operation, praya:mode="now" (in the transaction of whoever lets
//     the token come) or "job"; in extensionElements <praya:input name="" value="CEL"/>.
//   - businessRuleTask: praya:decision, a key; its outputs become variables, and those of the task's
//     id. scriptTask: in extensionElements <praya:set name="" value="CEL"/>.
//   - timers: timeDuration (P10D), timeDate (a day, an instant, or CEL that gives a day),
//     praya:working="10"; on a start event timeDate or timeCycle (R/P1D).
//   - callActivity: calledElement, a key. A message start event named process-ended:KEY or
//     process-failed:KEY begins after another process.
//
// # Threats
//
//   - A definition made to exhaust: 1 MiB, a bounded depth and number of elements, no document
//     type; a run passes at most a thousand nodes before it stops as failed.
//   - An officer who approves their own work: four eyes are enforced when a task is claimed and
//     when it is finished, whoever asks.
//   - A definition from outside that names an operation, a role or a form: names are held against
//     those that the caller knows.
package process
