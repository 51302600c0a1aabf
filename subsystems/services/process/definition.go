package process

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

// DefinitionKind tells processes from decision tables.
type DefinitionKind string

// The kinds of definitions.
const (
	Processes DefinitionKind = "process"
	Decisions DefinitionKind = "decision"
)

// Definition is a version of a process or a decision table.
type Definition struct {
	Kind       DefinitionKind
	Key        string
	Version    int64
	Department string
	Message    string // that starts it, or empty
	Enabled    bool   // may be started
	Made       when.Instant
	XML        []byte // with a diagram; in lists empty

	digest string
	raw    []byte
}

var keyForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// Publish keeps a definition as the next version of a key, with the decision tables that it asks as
// they are now. The same bytes and tables as of the last version are that version. A definition with problems is refused with all of them; names are the
// caller's to check before, with Model.Check.
func (s *Service) Publish(tx *db.Tx, key, department string, xml []byte) (int64, error) {
	m, err := readSound(xml)
	if err != nil {
		return 0, err
	}
	message := ""
	for _, n := range m.scopes[""].starts {
		message = n.Message
	}
	pins, err := pinsOf(tx, m)
	if err != nil {
		return 0, err
	}
	d := Definition{Kind: Processes, Key: key, Department: department, Message: message, digest: digestWith(m.digest, pins), raw: m.raw}
	version, fresh, err := publish(tx, d)
	if err != nil || !fresh {
		return version, err
	}
	for _, p := range pins {
		if err := tx.Do(sqlInsertPin, tx.Realm(), key, version, p.key, p.version); err != nil {
			return 0, err
		}
	}
	return version, schedule(tx, m, key, version)
}

// pin is a decision table at the version that a process asks.
type pin struct {
	key     string
	version int64
}

// pinsOf are the tables that a model asks, as they are now, by key. One that is not there yet is
// not pinned.
func pinsOf(tx *db.Tx, m *Model) (out []pin, err error) {
	asked := map[string]bool{}
	for _, n := range m.Nodes {
		if n.Decision != "" {
			asked[n.Decision] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		h, err := newest(tx, Decisions, key)
		switch {
		case fault.Is(err, fault.NotFound):
		case err != nil:
			return nil, err
		default:
			out = append(out, pin{key, h.version})
		}
	}
	return out, nil
}

// digestWith tells versions apart whose tables differ though their XML is the same.
func digestWith(digest string, pins []pin) string {
	if len(pins) == 0 {
		return digest
	}
	return digestOf(fmt.Append([]byte(digest), pins))
}

// PublishDecision keeps a decision table as the next version of a key.
func (s *Service) PublishDecision(tx *db.Tx, key, department string, xml []byte) (int64, error) {
	t, err := ReadTable(xml)
	if err != nil {
		return 0, err
	}
	if problems := t.Check(); len(problems) > 0 {
		return 0, Refused(problems)
	}
	version, _, err := publish(tx, Definition{Kind: Decisions, Key: key, Department: department, digest: digestOf(xml), raw: slices.Clone(xml)})
	return version, err
}

// publish gives the version, and whether it is a new one.
func publish(tx *db.Tx, d Definition) (int64, bool, error) {
	if !keyForm.MatchString(d.Key) {
		return 0, false, fault.New(fault.Invalid, "process.key")
	}
	h, found, err := last(tx, d.Kind, d.Key)
	switch {
	case err != nil:
		return 0, false, err
	case found && h.department != d.Department:
		return 0, false, fault.New(fault.Conflict, "process.key-taken")
	case found && h.digest == d.digest:
		return h.version, false, nil
	}
	d.Version = h.version + 1
	return d.Version, true, insertDefinition(tx, d)
}

// Definitions lists all versions, without their XML: processes first, the newest first.
func (s *Service) Definitions(tx *db.Tx) ([]Definition, error) { return definitions(tx) }

// Definition gives a version of a process with its XML; version 0 is the newest that may be started.
func (s *Service) Definition(tx *db.Tx, key string, version int64) (Definition, error) {
	return s.definition(tx, Processes, key, version)
}

// Decision gives a version of a decision table with its XML.
func (s *Service) Decision(tx *db.Tx, key string, version int64) (Definition, error) {
	return s.definition(tx, Decisions, key, version)
}

func (s *Service) definition(tx *db.Tx, kind DefinitionKind, key string, version int64) (Definition, error) {
	if version == 0 {
		h, err := newest(tx, kind, key)
		if err != nil {
			return Definition{}, err
		}
		version = h.version
	}
	d, err := definition(tx, kind, key, version)
	if err != nil {
		return d, err
	}
	d.XML = d.raw
	if kind == Processes {
		m, err := s.models.get(d.digest, func() (*Model, error) { return readSound(d.raw) })
		if err != nil {
			return d, err
		}
		d.XML = m.XML()
	}
	return d, nil
}

// Enable says whether a version may be started or asked. Instances that run go on.
func (s *Service) Enable(tx *db.Tx, kind DefinitionKind, key string, version int64, on bool) error {
	return tx.Change(sqlEnable, tx.Realm(), kind, key, version, on)
}
