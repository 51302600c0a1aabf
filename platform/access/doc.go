// Package access decides in one place who may do what, by written policy in Cedar
// (https://docs.cedarpolicy.com), deny by default.
//
// # Words
//
//   - policy (權限政策): the rules of one part, its embedded policy.cedar.
//   - principal (行事者): who acts; a kind of kernel/who. A Person has a level; an Officer
//     has a department, a post and roles.
//   - action (行為): a verb of one part, named "estimates.read".
//   - resource (對象): what it is done to, by type and id.
//   - realm (領域): production or sandbox; policies see it as context.realm.
//
// # Rules that always hold
//
//   - Nothing is allowed that no policy permits. What no policy names is denied and
//     reported as our defect, so that a misspelt action can't pass for a refusal.
//   - A permit names its actions, and only actions of its own part: nobody can permit
//     what another part has not thought of yet. A forbid may be wider.
//   - A policy that can't be read stops the program at start.
//   - A policy that fails while it is evaluated (a missing attribute) denies.
//   - What no policy may override stays in Go: consent, four eyes, ceilings.
//
// # Threats
//
//   - A part that grows and permits more than it owns: refused at start.
//   - An error that opens a door: Cedar skips a policy that fails, also a forbid. Here
//     any failure denies.
//   - Probing by the public: a refusal says neither the rule nor whether the thing exists.
package access
