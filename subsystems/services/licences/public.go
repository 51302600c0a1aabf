package licences

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

// Public is a licence as everybody may see it.
type Public struct {
	Number     string        `json:"number"`
	Kind       string        `json:"kind"`
	KindName   lang.Text     `json:"kind_name"`
	Department string        `json:"department"`
	State      State         `json:"state" enum:"valid,suspended,revoked,surrendered,expired,coming"`
	From       string        `json:"from" doc:"First day, such as 2026-11-22"`
	Until      string        `json:"until,omitempty" doc:"Last day; none: no end"`
	Fields     []PublicValue `json:"fields"`
	Checked    string        `json:"checked" doc:"Instant of this answer"`

	from, until when.Day
	state       string // short digest
}

// PublicValue is a value that everybody may read.
type PublicValue struct {
	Name  string    `json:"name"`
	Label lang.Text `json:"label"`
	Value string    `json:"value"`
}

// public is a licence as everybody may see it on a day.
func (k Kind) publicOf(l Licence, values map[string]string, at when.Instant) Public {
	p := Public{
		Number: l.Number, Kind: k.Code, KindName: k.Name, Department: l.Department, State: l.StateOn(at.Day()), From: l.From.String(), Until: l.Until.String(),
		Fields: []PublicValue{}, Checked: at.String(), from: l.From, until: l.Until, state: shortDigest(l.Digest),
	}
	open := k.public(values)
	for _, f := range k.Fields {
		if v, ok := open[f.Name]; ok {
			p.Fields = append(p.Fields, PublicValue{f.Name, f.Label, v})
		}
	}
	return p
}

// PublicByNumber finds a licence by its number as it was typed, for everybody.
func (s *Service) PublicByNumber(ctx context.Context, typed string) (p Public, err error) {
	number, ok := ParseNumber(typed)
	if !ok {
		return p, fault.New(fault.NotFound, "licences.fault.no-licence")
	}
	if err := s.may(ctx, "licences.read", ""); err != nil {
		return p, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := one(tx, sqlByNumber, number)
		if err != nil {
			return err
		}
		k, err := kindByCode(tx, r.Kind)
		p = k.publicOf(r.Licence, r.open, tx.Now())
		return err
	})
	return p, err
}

// Register lists licences of listed kinds as everybody may see them, and how many there are.
func (s *Service) Register(ctx context.Context, f Filter, limit, offset int) (out []Public, total int, err error) {
	if err := s.may(ctx, "licences.read", ""); err != nil {
		return nil, 0, err
	}
	f.Listed = true
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if total, err = listCount(tx, f); err != nil {
			return err
		}
		rows, err := listPage(tx, f, limit, offset)
		if err != nil {
			return err
		}
		out, err = publicRows(tx, rows)
		return err
	})
	return out, total, err
}

func publicRows(tx *db.Tx, rows []row) ([]Public, error) {
	kinds, err := kindsByCode(tx)
	out := make([]Public, len(rows))
	for i, r := range rows {
		out[i] = kinds[r.Kind].publicOf(r.Licence, r.open, tx.Now())
	}
	return out, err
}

func kindsByCode(tx *db.Tx) (map[string]Kind, error) {
	list, err := allKinds(tx)
	out := make(map[string]Kind, len(list))
	for _, k := range list {
		out[k.Code] = k
	}
	return out, err
}

// exportSlice is how many licences of an export are read at once.
const exportSlice = 1000

// EachPublic gives the register to fn a slice at a time: for an export.
func (s *Service) EachPublic(ctx context.Context, f Filter, fn func([]Public) error) error {
	if err := s.may(ctx, "licences.read", ""); err != nil {
		return err
	}
	f.Listed = true
	after := LicenceID("")
	for {
		var out []Public
		n := 0
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			rows, err := listAfter(tx, f, after, exportSlice)
			if err != nil || len(rows) == 0 {
				return err
			}
			n, after = len(rows), rows[len(rows)-1].ID
			out, err = publicRows(tx, rows)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
		if err := fn(out); err != nil {
			return err
		}
	}
}
