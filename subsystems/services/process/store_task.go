package process

import (
	"slices"

	"praya/kernel/when"
	"praya/platform/db"
)

// farDay stands for no due day, so that these tasks sort last.
const farDay = "9999-12-31"

// A list of open tasks asks for up to 16 roles; the first is empty when all will do. Counting
// stops at 10,000: more is not said.
const (
	taskColumns = `id, instance, token, node, key, version, digest, subject, department, role, state, holder, due, made, finished,
		outcome, done_by, barred_by, revision`

	taskRoles = ` and ($3 = '' or role in ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18))
		and ($19 = 0 or holder = '')`

	taskOpenIn = ` from services_process_tasks where realm = $1 and department = $2 and state = 'open'` + taskRoles
	taskOpen   = ` from services_process_tasks where realm = $1 and $2 = '' and state = 'open'` + taskRoles
	taskHeld   = ` from services_process_tasks where realm = $1 and holder = $2 and holder <> '' and state = 'open' and ($3 = '' or department = $3)`

	sqlTasksOpenIn = `select ` + taskColumns + taskOpenIn + ` order by due, id limit $20 offset $21`
	sqlCountOpenIn = `select count(*) from (select id` + taskOpenIn + ` limit 10000) as counted`
	sqlTasksOpen   = `select ` + taskColumns + taskOpen + ` order by due, id limit $20 offset $21`
	sqlCountOpen   = `select count(*) from (select id` + taskOpen + ` limit 10000) as counted`
	sqlTasksHeld   = `select ` + taskColumns + taskHeld + ` order by due, id limit $4 offset $5`
	sqlCountHeld   = `select count(*) from (select id` + taskHeld + ` limit 10000) as counted`

	// A subject has few tasks: what else narrows the list is looked at outside. (With it in the
	// statement SQLite would prepare it anew for every value, to try its partial indexes.)
	sqlTasksOfSubject = `select ` + taskColumns + ` from services_process_tasks where realm = $1 and subject = $2 order by due, id`

	sqlOpenTasksOfSubject = `select ` + taskColumns + ` from services_process_tasks
		where realm = $1 and subject = $2 and state = 'open' order by due, id`

	sqlTask = `select ` + taskColumns + ` from services_process_tasks where realm = $1 and id = $2`

	// A task with the instance that it belongs to: they are needed together.
	sqlTaskOfInstance = `select t.id, t.instance, t.token, t.node, t.key, t.version, t.digest, t.subject, t.department, t.role, t.state, t.holder, t.due,
		t.made, t.finished, t.outcome, t.done_by, t.barred_by, t.revision,
		i.id, i.key, i.version, i.digest, i.subject, i.department, i.state, i.finish, i.started, i.ended, i.why, i.stands, i.revision
		from services_process_tasks t join services_process_instances i on i.realm = t.realm and i.id = t.instance
		where t.realm = $1 and t.id = $2`

	sqlInsertTask = `insert into services_process_tasks
		(realm, id, instance, token, node, key, version, digest, subject, department, role, state, holder, due, made, finished, outcome,
		done_by, barred_by, revision)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', '', $12, $13, '', '', '', $14, 1)`

	sqlFinishTask = `update services_process_tasks set state = 'done', finished = $3, outcome = $4, done_by = $5, revision = revision + 1
		where realm = $1 and id = $2 and revision = $6 and state = 'open'`

	sqlCancelTask = `update services_process_tasks set state = 'cancelled', finished = $3, revision = revision + 1
		where realm = $1 and id = $2 and state = 'open'`

	sqlHoldTask = `update services_process_tasks set holder = $3, revision = revision + 1
		where realm = $1 and id = $2 and revision = $4 and state = 'open'`

	sqlMoveTask = `update services_process_tasks set node = $3, version = $4, digest = $5, role = $6, revision = revision + 1
		where realm = $1 and id = $2 and state = 'open'`
)

func (t *Task) columns() []any {
	return []any{
		&t.ID, &t.Instance, &t.token, &t.Node, &t.Key, &t.DefinitionVersion, &t.digest, &t.Subject, &t.Department, &t.Role, &t.State,
		&t.Holder, &t.Due, &t.Made, &t.Finished, &t.Outcome, &t.By, &t.BarredBy, &t.Version,
	}
}

// near takes away the day that stands for none.
func (t *Task) near() {
	if t.Due.String() == farDay {
		t.Due = when.Day{}
	}
}

func scanTask(from db.Scanner) (t Task, err error) {
	err = from.Scan(t.columns()...)
	t.near()
	return t, err
}

// taskOfInstance reads a task and its instance.
func (s *Service) taskOfInstance(tx *db.Tx, id string) (t Task, r row, err error) {
	var sealed []byte
	if err = tx.Row(sqlTaskOfInstance, tx.Realm(), id).Scan(append(t.columns(), r.columns(&sealed)...)...); err != nil {
		return t, r, err
	}
	t.near()
	return t, r, s.unseal(tx, &r, sealed)
}

func taskByID(tx *db.Tx, id string) (Task, error) {
	return scanTask(tx.Row(sqlTask, tx.Realm(), id))
}

func insertTask(tx *db.Tx, t Task) error {
	due := t.Due.String()
	if t.Due.IsZero() {
		due = farDay
	}
	return tx.Do(sqlInsertTask, tx.Realm(), t.ID, t.Instance, t.token, t.Node, t.Key, t.DefinitionVersion, t.digest, t.Subject, t.Department,
		t.Role, due, t.Made, t.BarredBy)
}

func finishTask(tx *db.Tx, t Task, outcome, by string) error {
	return tx.DoChange(sqlFinishTask, tx.Realm(), t.ID, tx.Now(), outcome, by, t.Version)
}

func cancelTask(tx *db.Tx, id string) error {
	return tx.Do(sqlCancelTask, tx.Realm(), id, tx.Now())
}

func holdTask(tx *db.Tx, t Task, holder string) error {
	return tx.Change(sqlHoldTask, tx.Realm(), t.ID, holder, t.Version)
}

// tasks reads a list and counts it. Which statement depends on what narrows it most.
func tasks(tx *db.Tx, f TaskFilter) (out []Task, n int, err error) {
	page := []any{f.Limit, f.Offset}
	switch {
	case f.Subject != "":
		return tasksOfSubject(tx, f)
	case f.Holder != "":
		args := []any{tx.Realm(), f.Holder, f.Department}
		if err = tx.Row(sqlCountHeld, args...).Scan(&n); err == nil {
			out, err = db.List(tx, scanTask, sqlTasksHeld, append(args, page...)...)
		}
	case f.Department != "":
		args := openArgs(tx, f)
		if err = tx.Row(sqlCountOpenIn, args...).Scan(&n); err == nil {
			out, err = db.List(tx, scanTask, sqlTasksOpenIn, append(args, page...)...)
		}
	default:
		args := openArgs(tx, f)
		if err = tx.Row(sqlCountOpen, args...).Scan(&n); err == nil {
			out, err = db.List(tx, scanTask, sqlTasksOpen, append(args, page...)...)
		}
	}
	return out, n, err
}

func tasksOfSubject(tx *db.Tx, f TaskFilter) ([]Task, int, error) {
	var list []Task
	var err error
	if f.OpenOnly {
		list, err = db.List(tx, scanTask, sqlOpenTasksOfSubject, tx.Realm(), f.Subject)
	} else {
		list, err = db.List(tx, scanTask, sqlTasksOfSubject, tx.Realm(), f.Subject)
	}
	list = slices.DeleteFunc(list, func(t Task) bool { return !f.fits(t) })
	n := len(list)
	return list[min(f.Offset, n):min(f.Offset+f.Limit, n)], n, err
}

// fits reports whether a task belongs into a list.
func (f TaskFilter) fits(t Task) bool {
	return (f.Department == "" || t.Department == f.Department) &&
		(f.Role == "" || t.Role == f.Role) &&
		(f.Roles == nil || slices.Contains(f.Roles, t.Role)) &&
		(f.Holder == "" || t.Holder == f.Holder) &&
		(!f.Unclaimed || t.Holder == "")
}

func openArgs(tx *db.Tx, f TaskFilter) []any {
	return append(append([]any{tx.Realm(), f.Department}, roles(f)...), number(f.Unclaimed))
}

func number(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// maxRoles is how many roles one list asks for.
const maxRoles = 16

// roles fills the parameters of a list: the last role stands for the missing ones.
func roles(f TaskFilter) []any {
	asked := f.Roles
	if f.Role != "" {
		asked = []string{f.Role}
	}
	out := make([]any, maxRoles)
	for i := range out {
		switch {
		case len(asked) == 0:
			out[i] = ""
		case i < len(asked):
			out[i] = asked[i]
		default:
			out[i] = asked[len(asked)-1]
		}
	}
	return out
}
