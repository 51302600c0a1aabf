package papers

import (
	"context"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/jobs"
)

// JobReasons asks the owners of lines for reasons that are missing, and tells
// them again before they are due. Its key is the day, or what asked for it.
const JobReasons = "papers.reasons"

// soonDays is how long before a reason is due its owner is told again.
const soonDays = 3

// Asked is a reason that was asked for.
type Asked struct {
	Draft DraftID
	Place string
	At    when.Instant
	Due   when.Day
}

// An Owner is the post that answers for a line of a Head's reports; without
// one, whoever drafts them does.
type Owner struct {
	Head    string
	Line    string // programme/1, subhead/000
	Post    string
	By      string
	At      when.Instant
	Version int64
}

// lineOf is the line that a place stands on.
func lineOf(place string) string { return strings.TrimSuffix(place, "/reason") }

// Owners gives the posts that answer for the lines of a Head, for those who
// see its drafts.
func (s *Service) Owners(ctx context.Context, head string) (map[string]Owner, error) {
	if _, err := s.mayOf(ctx, actionSee, head); err != nil {
		return nil, err
	}
	var out map[string]Owner
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = ownersOf(tx, head)
		return err
	})
	return out, err
}

// SetOwner says which post answers for a line.
func (s *Service) SetOwner(ctx context.Context, o Owner) error {
	h, err := s.mayOf(ctx, actionDraft, o.Head)
	if err != nil {
		return err
	}
	kind, code, ok := strings.Cut(o.Line, "/")
	if kind != "programme" && kind != "subhead" || !ok || code == "" || len(code) > 24 {
		return nothing()
	}
	if o.Post != "" && s.Posts != nil {
		listed, err := s.Posts.Posts(ctx, h.Department)
		if err != nil {
			return err
		}
		if _, ok := listed[o.Post]; !ok {
			return fault.New(fault.Invalid, "papers.fault.form").At("post", "papers.fault.owner")
		}
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		step := stepOf(tx)
		o.By, o.At = step.By, step.At
		if err := putOwner(tx, o); err != nil {
			return err
		}
		if err := askSoon(tx, "owner "+o.Head+" "+o.Line, o.At); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "papers.owner", On: "head " + o.Head + " " + o.Line, Outcome: audit.Done})
	})
}

// Due gives until when the reasons of a draft are due, by place.
func (s *Service) Due(ctx context.Context, draft DraftID) (map[string]Asked, error) {
	if _, err := s.Draft(ctx, draft); err != nil {
		return nil, err
	}
	var out map[string]Asked
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = asksOf(tx, draft)
		return err
	})
	return out, err
}

// askSoon has the owners told as soon as this is committed.
func askSoon(tx *db.Tx, why string, at when.Instant) error {
	_, err := jobs.Enqueue(tx, jobs.Job{Kind: JobReasons, Key: why + " " + at.String()})
	return err
}

// reminder is one notice that is to be told: once for each key.
type reminder struct{ Department, Post, Key, Path string }

// RemindReasons is the job.
func (s *Service) RemindReasons(ctx context.Context, _ jobs.Job, _ *jobs.Progress) error {
	if err := s.may(ctx, actionAsk, "", ""); err != nil {
		return err
	}
	var due []reminder
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		due = nil
		all, err := draftsInHand(tx)
		if err != nil {
			return err
		}
		for _, d := range all {
			told, err := ask(tx, d)
			if err != nil {
				return err
			}
			due = append(due, told...)
		}
		return nil
	})
	if err != nil || s.Reminders == nil {
		return err
	}
	for _, r := range due {
		if r.Post != "" {
			told, err := s.Reminders.RemindPost(ctx, r.Department, r.Post, r.Key, r.Path)
			if err != nil {
				return err
			}
			if told {
				continue
			}
		}
		// Nobody holds the post, or none is named: whoever drafts.
		if err := s.Reminders.Remind(ctx, r.Department, []string{DrafterRole}, r.Key, r.Path); err != nil {
			return err
		}
	}
	return nil
}

// ask notes which reasons of a draft are missing since when, and says who is to
// be told: when one is asked, and again before it is due.
func ask(tx *db.Tx, d Draft) ([]reminder, error) {
	d, err := whole(tx, d)
	if err != nil {
		return nil, err
	}
	t, err := threshold(tx, d.Head)
	if err != nil {
		return nil, err
	}
	owners, err := ownersOf(tx, d.Head)
	if err != nil {
		return nil, err
	}
	known, err := asksOf(tx, d.ID)
	if err != nil {
		return nil, err
	}
	today := tx.Now().Day()
	var out []reminder
	for _, a := range Asks(d.Sheet, t) {
		x, asked := known[a.Place]
		delete(known, a.Place)
		if a.Given {
			continue
		}
		if !asked {
			x = Asked{Draft: d.ID, Place: a.Place, At: tx.Now(), Due: today.Add(t.Days)}
			if err := insertAsk(tx, x); err != nil {
				return nil, err
			}
		}
		r := reminder{Department: d.Department, Post: owners[lineOf(a.Place)].Post, Path: "/papers/" + d.Head + "/" + d.Year + "/work"}
		r.Key = "papers.asked " + string(d.ID) + " " + x.Due.String()
		out = append(out, r)
		if !today.Add(soonDays).Before(x.Due) {
			r.Key = "papers.due " + string(d.ID) + " " + x.Due.String()
			out = append(out, r)
		}
	}
	for place := range known { // the change is no longer over the threshold
		if err := dropAsk(tx, d.ID, place); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b reminder) int { return strings.Compare(a.Post+" "+a.Key, b.Post+" "+b.Key) })
	return slices.Compact(out), nil
}
