package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/subsystems/identity/internal/oidc"
)

// FormFilling is the type of authorization_details by which a service asks for named
// fields of a named form (RFC 9396, 2).
const FormFilling = "form_filling"

// Filling is one such request. Fields are needed, OptionalFields are not.
type Filling struct {
	Type           string  `json:"type"`
	FormName       string  `json:"form_name"`
	FormNumber     string  `json:"form_number,omitempty"`
	Purpose        string  `json:"purpose"`
	Kept           string  `json:"kept_for,omitempty"`
	Fields         []Field `json:"fields"`
	OptionalFields []Field `json:"optional_fields,omitempty"`

	Release string `json:"release,omitempty"` // ours: which values
}

// Longest texts of a filling, and how many fields one may name.
const (
	longestText = 255
	mostFields  = 40
)

// ReadFilling reads and checks a form's request. The error is for its developer.
func ReadFilling(raw json.RawMessage) (f Filling, err error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return f, fmt.Errorf("form_filling: %w", err)
	}
	if f.FormName == "" || f.Purpose == "" {
		return f, errors.New("form_filling: form_name and purpose are needed: the person sees them")
	}
	for _, text := range []string{f.FormName, f.FormNumber, f.Purpose, f.Kept} {
		if len([]rune(text)) > longestText {
			return f, fmt.Errorf("form_filling: a text is longer than %d characters", longestText)
		}
	}
	all := slices.Concat(f.Fields, f.OptionalFields)
	if len(all) == 0 || len(all) > mostFields {
		return f, fmt.Errorf("form_filling: name 1 to %d fields", mostFields)
	}
	for i, x := range all {
		if !x.Known() {
			return f, fmt.Errorf("form_filling: there is no field %q", x)
		}
		if slices.Contains(all[:i], x) {
			return f, fmt.Errorf("form_filling: %q stands twice", x)
		}
	}
	return f, nil
}

// release is what went, or will go, to a service.
type release struct {
	ID        string
	Account   AccountID
	Client    string
	Form      string
	Purpose   string
	Fields    string // names, a space between
	Anonymous bool
	At        when.Instant
	Delivered string
	sealed    []byte
}

// Given is a value as the service receives it.
type Given struct {
	Value    any          `json:"value"`
	Source   Source       `json:"source"`
	Verified string       `json:"verified_at,omitempty"`
	AsOf     when.Instant `json:"as_of"`
}

// keepRelease writes down what a person lets go to a service: the values as they are now.
func (s *Service) keepRelease(tx *db.Tx, account AccountID, client string, f Filling, fields []Field, anonymous bool) (Filling, error) {
	p, err := s.Profile(tx, account)
	if err != nil {
		return f, err
	}
	values := map[Field]Given{}
	var names []string
	for _, x := range fields {
		v, ok := p[x]
		if !ok {
			continue
		}
		names = append(names, string(x))
		values[x] = given(v)
	}
	plain, err := json.Marshal(values)
	if err != nil {
		return f, err
	}
	r := release{
		ID: id.New[string](tx.Now()), Account: account, Client: client, Form: f.FormName, Purpose: f.Purpose,
		Fields: strings.Join(names, " "), Anonymous: anonymous,
	}
	if r.sealed, err = s.Keys.Encrypt(place(tx, "identity_releases", "sealed", r.ID), plain); err != nil {
		return f, err
	}
	f.Release = r.ID
	return f, errors.Join(addRelease(tx, r), addHistory(tx, account, HistoryEntry{What: Released, Client: client, Detail: r.Fields}))
}

func given(v Value) Given {
	g := Given{Value: v.Text, Source: v.Source, AsOf: v.Changed}
	if a, err := v.Address(); v.Field.IsAddress() && err == nil {
		g.Value = a
	}
	if !v.Verified.IsZero() {
		g.Verified = v.Verified.String()
	}
	return g
}

// released is a form's request with the values that the person let go.
func (s *Service) released(tx *db.Tx, raw json.RawMessage) (json.RawMessage, error) {
	var f Filling
	if err := json.Unmarshal(raw, &f); err != nil || f.Release == "" {
		return nil, err
	}
	r, err := findRelease(tx, f.Release)
	if err != nil {
		return nil, err
	}
	if r.Anonymous {
		if err := deliver(tx, r.ID); fault.Is(err, fault.NotFound) {
			return json.Marshal(map[string]any{"type": FormFilling, "release": r.ID, "used": true})
		} else if err != nil {
			return nil, err
		}
	}
	plain, err := s.Keys.Decrypt(place(tx, "identity_releases", "sealed", r.ID), r.sealed)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		Filling
		Values json.RawMessage `json:"values"`
	}{f, plain})
}

// checkDetail is asked by the protocol about each element of authorization_details.
func (s *Service) checkDetail(ctx context.Context, c *oidc.Client, d oidc.AuthorizationDetail) error {
	if isAgreement(d) {
		return s.checkAgreement(ctx, c, d)
	}
	f, err := ReadFilling(d.Raw)
	if err != nil {
		return err
	}
	if f.Release != "" {
		return errors.New("form_filling: release is given by us")
	}
	return s.mayAsk(ctx, c.ID, slices.Concat(f.Fields, f.OptionalFields))
}

// chosen are the fields that go: the needed ones, and the optional ones that were ticked;
// nil ticks all.
func (f Filling) chosen(ticked []string) []Field {
	out := slices.Clone(f.Fields)
	for _, x := range f.OptionalFields {
		if ticked == nil || slices.Contains(ticked, string(x)) {
			out = append(out, x)
		}
	}
	return out
}

func detailOf(f Filling) (oidc.AuthorizationDetail, error) {
	raw, err := json.Marshal(f)
	return oidc.AuthorizationDetail{Type: FormFilling, Raw: raw}, err
}
