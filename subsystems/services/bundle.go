package services

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/events"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/forms"
	"praya/subsystems/services/process"
)

// The files of a bundle. Every other file is a decision table, CODE-NAME.dmn.
const (
	serviceFile = "service.json"
	formFile    = "form.json"
	processFile = "process.bpmn"
)

const (
	maxBundle      = 2 << 20
	maxBundleFiles = 20
)

// Bundle is a service's files, by name.
type Bundle map[string][]byte

// Problem is what is wrong with a bundle, and where.
type Problem struct {
	File, Where string
	Key         string
	Args        map[string]string
}

// Problems are all of them.
type Problems []Problem

// Error lists them for the command line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, x := range p {
		lines[i] = fmt.Sprintf("%s: %s: %s %v", x.File, x.Where, x.Key, x.Args)
	}
	return strings.Join(lines, "\n")
}

// ReadBundle reads a folder of files.
func ReadBundle(folder fs.FS) (Bundle, error) {
	names, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, err
	}
	b, size := Bundle{}, 0
	for _, n := range names {
		if n.IsDir() || strings.HasPrefix(n.Name(), ".") {
			continue
		}
		raw, err := readBounded(folder, n.Name(), maxBundle-size)
		if err != nil {
			return nil, err
		}
		b[n.Name()] = raw
		if size += len(raw); len(b) > maxBundleFiles {
			return nil, tooLarge()
		}
	}
	return b, nil
}

func tooLarge() error { return fault.New(fault.Invalid, "services.fault.bundle-large") }

func readBounded(folder fs.FS, name string, most int) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err = errors.Join(err, f.Close()); err == nil && len(raw) > most {
		err = tooLarge()
	}
	return raw, err
}

// ReadZIP reads a bundle as it is uploaded.
func ReadZIP(raw []byte) (Bundle, error) {
	if len(raw) > maxBundle {
		return nil, tooLarge()
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fault.New(fault.Invalid, "services.fault.bundle-zip").Because(err)
	}
	return ReadBundle(z)
}

// ZIP writes a bundle, always the same bytes for the same files.
func (b Bundle) ZIP() ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(b)) {
		w, err := z.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(b[name]); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

// parsed is a bundle that has been read.
type parsed struct {
	service   PublicService
	form      *forms.Form
	decisions []string // names of the tables' files
}

// read parses a bundle and gathers everything that is wrong with it.
func (s *Service) read(b Bundle) (out parsed, problems Problems) {
	missing := func(name string) bool {
		if _, ok := b[name]; ok {
			return false
		}
		problems = append(problems, Problem{File: name, Key: "services.problem.missing"})
		return true
	}
	if !missing(serviceFile) {
		d := json.NewDecoder(bytes.NewReader(b[serviceFile]))
		d.DisallowUnknownFields()
		if err := d.Decode(&out.service); err != nil {
			return out, append(problems, Problem{File: serviceFile, Key: "services.problem.json", Args: map[string]string{"text": err.Error()}})
		}
		problems = append(problems, out.service.check()...)
	}
	if !missing(formFile) {
		var err error
		if out.form, err = forms.Read(b[formFile]); err != nil {
			problems = append(problems, formProblems(err)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		switch {
		case name == serviceFile || name == formFile || name == processFile:
		case path.Ext(name) == ".dmn" && strings.HasPrefix(name, out.service.Code+"-"):
			out.decisions = append(out.decisions, name)
		default:
			problems = append(problems, Problem{File: name, Key: "services.problem.file"})
		}
	}
	if out.form != nil {
		problems = append(problems, s.checkFacts(out)...)
	}
	if !missing(processFile) {
		problems = append(problems, s.checkProcess(b, out)...)
	}
	return out, problems
}

func formProblems(err error) (out Problems) {
	var all forms.Problems
	if !errors.As(err, &all) {
		return Problems{{File: formFile, Key: "services.problem.json", Args: map[string]string{"text": err.Error()}}}
	}
	for _, p := range all {
		out = append(out, Problem{File: formFile, Where: p.Pointer, Key: p.Key, Args: p.Args})
	}
	return out
}

// decisionKey is the name of a table: its file's, without the ending.
func decisionKey(file string) string { return strings.TrimSuffix(file, ".dmn") }

func (s *Service) checkProcess(b Bundle, p parsed) (out Problems) {
	known := process.Known{
		Roles:      []string{applicantRole, HandlerRole, InspectorRole, ApproverRole},
		Operations: slices.Sorted(maps.Keys(s.Process.Operations)),
		Forms:      []string{},
		Decisions:  []string{},
		Messages:   []string{messagePaid, messageBooked, messageUnbooked, messageAnswered, messageConfirmed},
	}
	for _, name := range p.decisions {
		known.Decisions = append(known.Decisions, decisionKey(name))
		t, err := process.ReadTable(b[name])
		if err != nil {
			out = append(out, unreadable(name, err))
			continue
		}
		out = append(out, processProblems(name, t.Check())...)
	}
	m, err := process.ReadModel(b[processFile])
	if err != nil {
		return append(out, unreadable(processFile, err))
	}
	return append(out, processProblems(processFile, m.Check(known))...)
}

func unreadable(file string, err error) Problem {
	return Problem{File: file, Key: "services.problem.xml", Args: map[string]string{"text": err.Error()}}
}

func processProblems(file string, all []process.Problem) (out Problems) {
	for _, p := range all {
		out = append(out, Problem{File: file, Where: p.Element, Key: p.Key, Args: p.Args})
	}
	return out
}

func (s *Service) checkFacts(p parsed) (out Problems) {
	for list, all := range map[string]map[string]string{"facts": p.service.Facts, "licence_values": p.service.LicenceValues} {
		for name, text := range all {
			if _, err := s.facts.Compile(text); err != nil {
				out = append(out, Problem{File: serviceFile, Where: list + "." + name, Key: "services.problem.expression", Args: map[string]string{"text": err.Error()}})
			}
		}
	}
	return out
}

// Check says what is wrong with a bundle, and gives its service's particulars.
func (s *Service) Check(b Bundle) (PublicService, Problems) {
	p, problems := s.read(b)
	return p.service, problems
}

// Publish makes a bundle the present version of its service. The same bundle again changes
// nothing.
func (s *Service) Publish(ctx context.Context, b Bundle, state State) (number int64, err error) {
	p, problems := s.read(b)
	if len(problems) > 0 {
		return 0, problems
	}
	if err := s.mayEdit(ctx, p.service.Code, p.service.Department); err != nil {
		return 0, err
	}
	if name, err := s.Departments.Department(ctx, p.service.Department); err != nil || !name.Complete() && name.EN == "" {
		return 0, Problems{{File: serviceFile, Where: "department", Key: "services.problem.department"}}
	}
	raw, err := b.ZIP()
	if err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		number, err = s.publish(tx, p, b, raw, state)
		return err
	})
	return number, err
}

func (s *Service) publish(tx *db.Tx, p parsed, b Bundle, raw []byte, state State) (int64, error) {
	code, digest := p.service.Code, hashed(string(raw))
	number, last, err := lastVersion(tx, code)
	if err != nil {
		return 0, err
	}
	if last == digest {
		return number, s.setState(tx, p.service, number, state)
	}
	var before Offer
	if number > 0 {
		if before, _, err = findVersion(tx, code, number); err != nil {
			return 0, err
		}
	}
	number++
	for _, name := range p.decisions {
		if _, err := s.Process.PublishDecision(tx, decisionKey(name), p.service.Department, b[name]); err != nil {
			return 0, err
		}
	}
	version, err := s.Process.Publish(tx, code, p.service.Department, b[processFile])
	if err != nil {
		return 0, err
	}
	if err := s.furnish(tx, p.service, before.PublicService); err != nil {
		return 0, err
	}
	if err := tx.Do(sqlAddVersion, tx.Realm(), code, number, jsonText(p.service), b[formFile], raw, version, digest, tx.Now(), actor(tx)); err != nil {
		return 0, err
	}
	if err := s.setState(tx, p.service, number, state); err != nil {
		return 0, err
	}
	return number, events.Publish(tx, events.Event{Subject: "services.catalogue.published", Data: fact(published{code, number})})
}

// furnish puts what a service issues and where it is booked in place. Of places and schedules, which
// officers change by page, it brings up to date what another bundle says than the one before; a
// schedule that would strand bookings is refused.
func (s *Service) furnish(tx *db.Tx, p, before PublicService) error {
	if p.Licence != nil {
		k := *p.Licence
		old, err := s.Licences.KindOf(tx, k.Code)
		if k.Version = old.Version; err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err := s.Licences.PutKind(tx, k); err != nil {
			return err
		}
	}
	for _, x := range p.Places {
		said := slices.ContainsFunc(before.Places, func(y booking.Place) bool { return jsonText(y) == jsonText(x) })
		old, err := s.Booking.PlaceOf(tx, x.Code)
		if x.Version = old.Version; err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil && said {
			continue
		}
		if x.Counters == nil { // those that officers have named stay
			x.Counters = old.Counters
		}
		if err := s.Booking.PutPlace(tx, x); err != nil {
			return err
		}
	}
	for _, x := range p.Schedules {
		said := slices.ContainsFunc(before.Schedules, func(y booking.Schedule) bool { return jsonText(y) == jsonText(x) })
		old, err := s.Booking.Schedules(tx, x.Service, x.Place)
		if err != nil {
			return err
		}
		x.ID = ""
		if there, ok := scheduleOf(p.Schedules, x, old); ok && said {
			continue
		} else if ok {
			x.ID, x.Version = there.ID, there.Version
		}
		if _, _, err := s.Booking.Replace(tx, x, false, actor(tx)); err != nil {
			return err
		}
	}
	return nil
}

// scheduleOf finds which schedule of its service and place one of a bundle is: the one with its
// title, since a place may be booked for several things; or the only one, whatever officers call it.
func scheduleOf(all []booking.Schedule, x booking.Schedule, old []booking.Schedule) (booking.Schedule, bool) {
	if i := slices.IndexFunc(old, func(y booking.Schedule) bool { return y.Title == x.Title }); i >= 0 {
		return old[i], true
	}
	alike := 0
	for _, y := range all {
		if y.Service == x.Service && y.Place == x.Place {
			alike++
		}
	}
	if alike == 1 && len(old) == 1 {
		return old[0], true
	}
	return booking.Schedule{}, false
}

func actor(tx *db.Tx) string { return who.From(tx.Context()).Actor.ID }

// setState points the catalogue at a version.
func (s *Service) setState(tx *db.Tx, p PublicService, number int64, state State) error {
	was, old, version, err := findCurrent(tx, p.Code)
	switch {
	case fault.Is(err, fault.NotFound):
		err = tx.Do(sqlAddService, tx.Realm(), p.Code, p.Department, number, state)
	case err == nil && was == number && old == state:
		return nil
	case err == nil:
		err = tx.Change(sqlChangeService, tx.Realm(), p.Code, version, p.Department, number, state)
	}
	if err != nil {
		return err
	}
	if err := s.putInIndex(tx, p, state); err != nil {
		return err
	}
	return audit.Record(tx, audit.Act{What: "services.publish", On: p.Code, Outcome: audit.Done})
}

func lastVersion(tx *db.Tx, code string) (number int64, digest string, err error) {
	err = tx.Row(sqlLastDigest, tx.Realm(), code).Scan(&number, &digest)
	if fault.Is(err, fault.NotFound) {
		return 0, "", nil
	}
	return number, digest, err
}

// Export gives the bundle of a version as it was given; 0 is the present one.
func (s *Service) Export(ctx context.Context, code string, number int64) (raw []byte, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if number == 0 {
			if number, _, _, err = findCurrent(tx, code); err != nil {
				return err
			}
		}
		var at, by string
		return tx.Row(sqlBundle, tx.Realm(), code, number).Scan(&raw, &at, &by)
	})
	if fault.Is(err, fault.NotFound) {
		err = noService()
	}
	return raw, err
}

func (s *Service) mayEdit(ctx context.Context, code, department string) error {
	return s.Policy.Allow(ctx, "services.edit", access.Resource{Type: "PublicService", ID: code, Attrs: map[string]any{"department": department}})
}

// SetState opens, closes or hides a service.
func (s *Service) SetState(ctx context.Context, code string, state State) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		o, err := s.published(tx, code)
		if err != nil {
			return err
		}
		if err := s.mayEdit(ctx, code, o.Department); err != nil {
			return err
		}
		return s.setState(tx, o.PublicService, o.Number, state)
	})
}

// Versions lists what was published of a service, newest first.
func (s *Service) Versions(ctx context.Context, code string) (all []Published, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = numbersOf(tx, code)
		return err
	})
	return all, err
}
