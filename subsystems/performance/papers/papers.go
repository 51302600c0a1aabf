package papers

import (
	"context"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/files"
)

// Service has the use cases of the next paper. Its fields are given by
// app/wire.go; Posts and Reminders may be nil.
type Service struct {
	DB       *db.DB
	Files    *files.Store
	Policy   *access.Policy
	Heads    Heads
	Material Material
	Reader   Reader
	Posts    PostNames

	Reminders Reminders
}

// Actions.
const (
	actionRead      = "papers.read"
	actionSee       = "papers.see"
	actionDraft     = "papers.draft"
	actionApprove   = "papers.approve"
	actionThreshold = "papers.threshold"
	actionAsk       = "papers.ask"
)

func (s *Service) may(ctx context.Context, action, head, department string) error {
	return s.Policy.Allow(ctx, action, access.Resource{Type: "Head", ID: head, Attrs: map[string]any{"department": department}})
}

func (s *Service) sees(ctx context.Context, head, department string) bool {
	return s.may(ctx, actionSee, head, department) == nil
}

func nothing() error { return fault.New(fault.NotFound, "papers.fault.nothing") }

// stepOf is who acts now: an officer by the directory's id, the program by its
// kind.
func stepOf(tx *db.Tx) Step {
	a := who.From(tx.Context()).Actor
	by := a.Duty.Officer
	if by == "" {
		by = strings.TrimSuffix(string(a.Kind)+":"+a.ID, ":")
	}
	return Step{By: by, Post: a.Duty.Post, At: tx.Now()}
}

// A Summary is one revision in the list.
type Summary struct {
	Head, Year, Department string
	Name                   lang.Text
	Revision               int
	State                  State
	Published              when.Instant
}

// List gives of every Head and year what the reader may see: the newest
// published report, and for its own officers the draft above it.
func (s *Service) List(ctx context.Context) ([]Summary, error) {
	if err := s.may(ctx, actionRead, "", ""); err != nil {
		return nil, err
	}
	var all []Summary
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = summaries(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Summary
	for _, x := range all {
		newest := !slices.ContainsFunc(out, func(y Summary) bool {
			return y.Head == x.Head && y.Year == x.Year && (y.State == Published) == (x.State == Published)
		})
		if !newest || x.State != Published && !s.sees(ctx, x.Head, x.Department) {
			continue
		}
		h, err := s.Heads.Head(ctx, x.Head)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		x.Name = h.Name
		out = append(out, x)
	}
	return out, nil
}

// Report is what the reader may see of a Head and year: with revision 0 the
// newest draft for its own officers, for all others the newest published one.
func (s *Service) Report(ctx context.Context, head, year string, revision int) (Draft, error) {
	if err := s.may(ctx, actionRead, head, ""); err != nil {
		return Draft{}, err
	}
	var out Draft
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := draftsOf(tx, head, year)
		if err != nil {
			return err
		}
		for _, d := range list {
			if revision != 0 && d.Revision != revision || d.State != Published && !s.sees(ctx, d.Head, d.Department) {
				continue
			}
			out, err = whole(tx, d)
			return err
		}
		return nothing()
	})
	return out, err
}

// Revisions are those that the reader may see, the newest first.
func (s *Service) Revisions(ctx context.Context, head, year string) ([]Draft, error) {
	var out []Draft
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := draftsOf(tx, head, year)
		for _, d := range list {
			if d.State == Published || s.sees(ctx, d.Head, d.Department) {
				out = append(out, d)
			}
		}
		return err
	})
	return out, err
}

// Begin begins a draft from the figures of the year. A later revision takes
// over the words of the one before.
func (s *Service) Begin(ctx context.Context, head, year string) (Draft, error) {
	h, err := s.Heads.Head(ctx, head)
	if err != nil {
		return Draft{}, err
	}
	if err := s.may(ctx, actionDraft, head, h.Department); err != nil {
		return Draft{}, err
	}
	sheet, err := s.Material.Material(ctx, head, year)
	if err != nil {
		return Draft{}, err
	}
	if sheet.Head != head || sheet.Year != year {
		return Draft{}, fault.New(fault.Invalid, "papers.fault.material")
	}
	var out Draft
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		list, err := draftsOf(tx, head, year)
		if err != nil {
			return err
		}
		d := Draft{
			ID: id.New[DraftID](tx.Now()), Head: head, Year: year, Revision: 1, Department: h.Department, State: Drafting,
			Material: sheet, Drawn: tx.Now(), Begun: stepOf(tx),
		}
		if len(list) > 0 {
			if list[0].State != Published {
				return fault.New(fault.Conflict, "papers.fault.begun")
			}
			d.Revision = list[0].Revision + 1
		}
		if err := insertDraft(tx, d); err != nil {
			return err
		}
		if len(list) > 0 {
			if err := copyWords(tx, list[0].ID, d.ID); err != nil {
				return err
			}
		}
		if err := record(tx, "papers.begin", d); err != nil {
			return err
		}
		if err := askSoon(tx, string(d.ID), tx.Now()); err != nil {
			return err
		}
		out, err = draftByID(tx, d.ID)
		return err
	})
	return out, err
}

func record(tx *db.Tx, what string, d Draft) error {
	return audit.Record(tx, audit.Act{What: what, On: string(d.ID), Outcome: audit.Done})
}

// change reads a draft of which the officer saw a version, changes it, and
// writes it back.
func (s *Service) change(ctx context.Context, draft DraftID, version int64, action, what string, fn func(*db.Tx, *Draft) error) (Draft, error) {
	var out Draft
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := draftByID(tx, draft)
		if err != nil {
			return err
		}
		if err := s.hidden(ctx, d); err != nil {
			return err
		}
		if err := s.may(ctx, action, d.Head, d.Department); err != nil {
			return err
		}
		if d.Version != version {
			return fault.New(fault.Conflict, "papers.fault.changed")
		}
		if err := fn(tx, &d); err != nil {
			return err
		}
		if err := updateDraft(tx, d); err != nil {
			return err
		}
		if err := record(tx, what, d); err != nil {
			return err
		}
		out, err = draftByID(tx, draft)
		return err
	})
	return out, err
}

// hidden: what a reader may not see is not there.
func (s *Service) hidden(ctx context.Context, d Draft) error {
	if d.State != Published && !s.sees(ctx, d.Head, d.Department) {
		return nothing()
	}
	return nil
}

// Refresh draws the figures anew and keeps what officers wrote. It tells which
// figures are others now.
func (s *Service) Refresh(ctx context.Context, draft DraftID, version int64) ([]Change, error) {
	d, err := s.Draft(ctx, draft)
	if err != nil {
		return nil, err
	}
	if err := s.may(ctx, actionDraft, d.Head, d.Department); err != nil {
		return nil, err
	}
	sheet, err := s.Material.Material(ctx, d.Head, d.Year)
	if err != nil {
		return nil, err
	}
	_, err = s.change(ctx, draft, version, actionDraft, "papers.refresh", func(tx *db.Tx, d *Draft) error {
		if err := d.editable(); err != nil {
			return err
		}
		d.Material, d.Drawn = sheet, tx.Now()
		return askSoon(tx, string(d.ID), tx.Now())
	})
	return Changes(d.Material, sheet), err
}

// Draft gives a draft to those who may see it.
func (s *Service) Draft(ctx context.Context, draft DraftID) (Draft, error) {
	var d Draft
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if d, err = draftByID(tx, draft); err != nil {
			return err
		}
		return s.hidden(ctx, d)
	})
	return d, err
}

// Edit writes words in a place. version is that of the words that the officer
// saw there, 0 where they were the material's.
func (s *Service) Edit(ctx context.Context, draft DraftID, at, tc, en string, version int64) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := draftByID(tx, draft)
		if err != nil {
			return err
		}
		if err := s.hidden(ctx, d); err != nil {
			return err
		}
		if err := s.may(ctx, actionDraft, d.Head, d.Department); err != nil {
			return err
		}
		if err := touch(tx, d.ID, Drafting); err != nil {
			return err
		}
		list := d.Material.Places()
		i := slices.IndexFunc(list, func(p Place) bool { return p.Key == at })
		if i < 0 {
			return nothing()
		}
		words, err := readWords(tc, en, strings.HasSuffix(list[i].Kind, "reason"))
		if err != nil {
			return err
		}
		if now := versionOf(d.Edits, at); now != version {
			return fault.New(fault.Conflict, "papers.fault.changed")
		}
		by := stepOf(tx)
		return writeWords(tx, d.ID, Edit{Place: at, Words: words, Author: by.By, Post: by.Post, At: by.At, Version: version})
	})
}

func versionOf(edits []Edit, at string) int64 {
	for _, e := range edits {
		if e.Place == at {
			return e.Version
		}
	}
	return 0
}

// Past gives what officers wrote in a place before, the newest first.
func (s *Service) Past(ctx context.Context, draft DraftID, at string) ([]Edit, error) {
	if _, err := s.Draft(ctx, draft); err != nil {
		return nil, err
	}
	var out []Edit
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = pastWords(tx, draft, at)
		return err
	})
	return out, err
}
