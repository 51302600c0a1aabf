package identity

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
)

// Adoption is an entry of the adoption board (採用情況): a service that a department is to
// connect to the identity, and by when.
type Adoption struct {
	ID         string
	Department string
	Name       lang.Text
	Due        when.Day
	Service    OnlineID // empty while it is only planned
	Version    int64
}

// Standing is how far an entry is.
type Standing string

// The standings.
const (
	Planned  Standing = "planned"
	Admitted Standing = "approved" // the service is approved; nobody has signed in
	InUse    Standing = "live"
)

// BoardRow is an entry with how it stands.
type BoardRow struct {
	Adoption
	Standing Standing
	Late     bool
	SignIns  int64 // in the last 30 days
}

// standing: an entry is late when its day has passed and nobody has ever signed in to its
// approved service.
func (a Adoption) standing(live bool, ever int64, today when.Day) (Standing, bool) {
	s := Planned
	switch {
	case live && ever > 0:
		s = InUse
	case live:
		s = Admitted
	}
	return s, s != InUse && !a.Due.IsZero() && a.Due.Before(today)
}

const (
	mostAdoptions   = 5000
	longestAdoption = 1 << 20 // of an import
)

// Board reads the board: by department, then by day.
func (s *Service) Board(ctx context.Context) (out []BoardRow, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := adoptions(tx)
		if err != nil {
			return err
		}
		live, err := liveOnline(tx)
		if err != nil {
			return err
		}
		today := tx.Now().Day()
		ever, err := useSince(tx, when.Day{Year: 1, Month: 1, Date: 1})
		if err != nil {
			return err
		}
		month, err := useSince(tx, today.Add(-signInsDays))
		out = nil
		for _, a := range all {
			r := BoardRow{Adoption: a, SignIns: month[string(a.Service)]}
			r.Standing, r.Late = a.standing(live[a.Service], ever[string(a.Service)], today)
			out = append(out, r)
		}
		return err
	})
	return out, err
}

func (s *Service) mayKeepBoard(ctx context.Context) error {
	return s.Policy.Allow(ctx, "identity.adoption", access.Resource{Type: "Identity", ID: "identity"})
}

// Adoption reads an entry for its keeper.
func (s *Service) Adoption(ctx context.Context, id string) (a Adoption, err error) {
	if err := s.mayKeepBoard(ctx); err != nil {
		return a, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, err = findAdoption(tx, id)
		return err
	})
	return a, err
}

// check says what is wrong with an entry. Departments are those of the directory.
func (a Adoption) check(departments map[string]lang.Text) error {
	f := fault.New(fault.Invalid, "web.fault.invalid.text")
	if _, ok := departments[a.Department]; !ok {
		f = f.At("department", "identity.online.adoption.fault-department")
	}
	for field, text := range map[string]string{"name-tc": a.Name.TC, "name-en": a.Name.EN, "name-sc": a.Name.SC} {
		if text == "" {
			f = f.At(field, "identity.online.fault.empty")
		} else if len([]rune(text)) > longestOnline {
			f = f.At(field, "identity.online.fault.long")
		}
	}
	if a.Due.IsZero() {
		f = f.At("due", "identity.online.adoption.fault-due")
	}
	if len(f.Fields) > 0 {
		slices.SortFunc(f.Fields, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
		return f
	}
	return nil
}

func (s *Service) departments(ctx context.Context) (map[string]lang.Text, error) {
	if s.Staff == nil {
		return nil, nil
	}
	return s.Staff.Departments(ctx)
}

// PutAdoptions adds entries without an id, and changes the others.
func (s *Service) PutAdoptions(ctx context.Context, all ...Adoption) error {
	if err := s.mayKeepBoard(ctx); err != nil {
		return err
	}
	departments, err := s.departments(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		if err := a.check(departments); err != nil {
			return err
		}
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, a := range all {
			if err := putAdoption(tx, a); err != nil {
				return err
			}
		}
		return nil
	})
}

func putAdoption(tx *db.Tx, a Adoption) error {
	if a.Service != "" {
		if _, err := findOnline(tx, a.Service); fault.Is(err, fault.NotFound) {
			return fault.New(fault.Invalid, "identity.online.adoption.fault-service").At("service", "identity.online.adoption.fault-service")
		} else if err != nil {
			return err
		}
	}
	var err error
	if a.ID == "" {
		a.ID = id.New[string](tx.Now())
		err = addAdoption(tx, a)
	} else {
		err = changeAdoption(tx, a)
	}
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Act{What: "identity.adoption.put", On: a.ID, Outcome: audit.Done})
}

// RemoveAdoption takes an entry from the board.
func (s *Service) RemoveAdoption(ctx context.Context, id string, version int64) error {
	if err := s.mayKeepBoard(ctx); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		return errors.Join(removeAdoption(tx, id, version), audit.Record(tx, audit.Act{What: "identity.adoption.remove", On: id, Outcome: audit.Done}))
	})
}

// adoptionColumns are those that an import reads. An export has three more, which are read over.
func adoptionColumns() []string {
	return []string{"id", "department", "name_tc", "name_en", "name_sc", "due", "service"}
}

// WriteBoard writes the board as CSV (RFC 4180).
func WriteBoard(w io.Writer, rows []BoardRow) error {
	c := csv.NewWriter(w)
	if err := c.Write(append(adoptionColumns(), "standing", "late", "sign_ins_30_days")); err != nil {
		return err
	}
	for _, r := range rows {
		if err := c.Write([]string{
			r.ID, r.Department, r.Name.TC, r.Name.EN, r.Name.SC, r.Due.String(), string(r.Service),
			string(r.Standing), strconv.FormatBool(r.Late), strconv.FormatInt(r.SignIns, 10),
		}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// readAdoptions reads what WriteBoard writes, with or without the last columns.
func readAdoptions(r io.Reader) (out []Adoption, err error) {
	c := csv.NewReader(io.LimitReader(r, longestAdoption+1))
	head, err := c.Read()
	columns := adoptionColumns()
	if err == nil {
		head[0] = strings.TrimPrefix(head[0], "\ufeff") // a spreadsheet's byte order mark
	}
	if err != nil || len(head) < len(columns) || !slices.Equal(head[:len(columns)], columns) {
		return nil, wrongFile("fault-head", 1, strings.Join(columns, ","))
	}
	for line := 2; ; line++ {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil || len(out) == mostAdoptions || c.InputOffset() > longestAdoption {
			return nil, wrongFile("fault-line", line, "CSV")
		}
		a := Adoption{ID: cells[0], Department: strings.ToUpper(strings.TrimSpace(cells[1])), Name: lang.Text{TC: cells[2], EN: cells[3], SC: cells[4]}, Service: OnlineID(cells[6])}
		if a.Due, err = when.ParseDay(cells[5]); err != nil {
			return nil, wrongFile("fault-line", line, "due")
		}
		out = append(out, a)
	}
}

func wrongFile(key string, line int, what string) error {
	return fault.New(fault.Invalid, "identity.online.adoption."+key, "line", strconv.Itoa(line), "what", what)
}

// ImportBoard reads a file and keeps its entries, all or none.
func (s *Service) ImportBoard(ctx context.Context, r io.Reader) (int, error) {
	if err := s.mayKeepBoard(ctx); err != nil {
		return 0, err
	}
	all, err := readAdoptions(r)
	if err != nil {
		return 0, err
	}
	versions := map[string]int64{}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		there, err := adoptions(tx)
		for _, a := range there {
			versions[a.ID] = a.Version
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	for i, a := range all {
		if all[i].Version = versions[a.ID]; a.ID != "" && all[i].Version == 0 {
			return 0, wrongFile("fault-line", i+2, "id")
		}
	}
	return len(all), s.PutAdoptions(ctx, all...)
}
