package process

import (
	"slices"

	"praya/kernel/fault"
	"praya/platform/db"
)

// Migrate moves an instance to another version of its definition. Where it stands, the other
// version has a node of the same id, or nodes says which takes its place; both are of one kind.
// Timers that run keep their day. Events on boundaries that the other version does not have are no
// longer waited for; those that are new there count from the next time.
func (s *Service) Migrate(tx *db.Tx, instance string, to int64, nodes map[string]string) error {
	r, err := s.row(tx, instance)
	if err != nil {
		return err
	}
	if err := over(r); err != nil {
		return err
	}
	old, err := s.model(tx, r.Key, r.Version, r.digest)
	if err != nil {
		return err
	}
	d, err := definition(tx, Processes, r.Key, to)
	if err != nil {
		return err
	}
	m, err := s.models.get(d.digest, func() (*Model, error) { return readSound(d.raw) })
	if err != nil {
		return err
	}
	if err := s.moveWaits(tx, &r, old, m, nodes); err != nil {
		return err
	}
	for _, t := range r.stands.Tokens {
		node, err := place(old, m, t.Node, nodes)
		if err != nil {
			return err
		}
		if t.Parked && !slices.ContainsFunc(m.Nodes[node].In, func(f *Flow) bool { return f.ID == t.Flow }) {
			return fault.New(fault.Invalid, "process.migrate.missing", "node", t.Flow)
		}
		t.Node = node
	}
	r.Version, r.digest = to, d.digest
	if err := s.moveTasks(tx, r, m); err != nil {
		return err
	}
	if err := tx.Do(sqlMoveInstance, tx.Realm(), r.ID, r.Version, r.digest); err != nil {
		return err
	}
	return s.updateRow(tx, r)
}

// place is where a token goes on in another version.
func place(old, m *Model, node string, nodes map[string]string) (string, error) {
	to := node
	if x, ok := nodes[node]; ok {
		to = x
	}
	before, after := old.Nodes[node], m.Nodes[to]
	if after == nil {
		return "", fault.New(fault.Invalid, "process.migrate.missing", "node", node)
	}
	parent := before.Parent
	if x, ok := nodes[parent]; ok {
		parent = x
	}
	if before.Kind != after.Kind || before.Trigger != after.Trigger || after.Parent != parent {
		return "", fault.New(fault.Invalid, "process.migrate.kind", "node", node, "to", to)
	}
	return to, nil
}

func (s *Service) moveWaits(tx *db.Tx, r *row, old, m *Model, nodes map[string]string) error {
	var keep []*wait
	for _, w := range r.stands.Waits {
		node, err := place(old, m, w.Node, nodes)
		if err != nil && old.Nodes[w.Node].Kind == BoundaryEvent {
			if err := s.withdraw(tx, w); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		w.Node = node
		if w.Kind == ForMessage {
			w.Name = m.Nodes[node].Message
		}
		keep = append(keep, w)
	}
	r.stands.Waits = keep
	return nil
}

func (s *Service) moveTasks(tx *db.Tx, r row, m *Model) error {
	for _, w := range r.stands.Waits {
		if w.Kind != ForTask {
			continue
		}
		if err := tx.Do(sqlMoveTask, tx.Realm(), w.Row, w.Node, r.Version, r.digest, m.Nodes[w.Node].Role); err != nil {
			return err
		}
	}
	return nil
}
