package papers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/files"
)

// Submit hands a draft over for approval.
func (s *Service) Submit(ctx context.Context, draft DraftID, version int64) (Draft, error) {
	return s.change(ctx, draft, version, actionDraft, "papers.submit", func(tx *db.Tx, d *Draft) error {
		return d.submit(stepOf(tx))
	})
}

// SendBack returns a draft to its drafters.
func (s *Service) SendBack(ctx context.Context, draft DraftID, version int64, why string) (Draft, error) {
	return s.change(ctx, draft, version, actionApprove, "papers.return", func(tx *db.Tx, d *Draft) error {
		if err := d.sendBack(strings.TrimSpace(why)); err != nil {
			return err
		}
		return askSoon(tx, string(d.ID), tx.Now())
	})
}

// Approve approves the version that the officer saw. What our reader does not
// read back as it was written is not approved.
func (s *Service) Approve(ctx context.Context, draft DraftID, version int64) (Draft, error) {
	d, err := s.Draft(ctx, draft)
	if err != nil {
		return d, err
	}
	verdict, err := s.ReadBack(ctx, d)
	if err != nil {
		return d, err
	}
	return s.change(ctx, draft, version, actionApprove, "papers.approve", func(tx *db.Tx, d *Draft) error {
		t, err := threshold(tx, d.Head)
		if err != nil {
			return err
		}
		if err := d.approve(stepOf(tx), t); err != nil {
			return err
		}
		if !verdict.Sound() {
			return fault.New(fault.Invalid, "papers.fault.read-back")
		}
		return nil
	})
}

// A Verdict is what the Estimates' reader makes of the Chinese text.
type Verdict struct {
	Reading     Reading
	Differences []Difference
	Refused     string // why the reader did not take it for a paper
	Figures     int
	Outcomes    map[string]int
}

// Sound says that every figure was read as it was written, and nothing else
// was found wrong.
func (v Verdict) Sound() bool {
	return v.Refused == "" && len(v.Differences) == 0 && len(v.Reading.Problems) == 0 && len(v.Reading.Faults()) == 0
}

// ReadBack has a draft read by the Estimates' reader.
func (s *Service) ReadBack(ctx context.Context, d Draft) (Verdict, error) {
	v := Verdict{Outcomes: map[string]int{}}
	r, err := s.Reader.ReadBack(ctx, d.name("tc", "txt"), []byte(Compose(d.Sheet, lang.TC).Text()))
	if err != nil {
		if ctx.Err() != nil {
			return v, err
		}
		v.Refused = err.Error()
		return v, nil //nolint:nilerr // a paper that is refused is the verdict
	}
	v.Reading, v.Differences = r, Compare(d.Sheet, r)
	for _, f := range r.Facts {
		if f.Value != nil {
			v.Figures++
		}
	}
	for _, c := range r.Checks {
		v.Outcomes[c.Outcome]++
	}
	return v, nil
}

func (d Draft) name(l, ext string) string {
	return fmt.Sprintf("head%s-%s-r%d.%s.%s", d.Head, d.Year, d.Revision, l, ext)
}

// Kinds of file.
const (
	FileTextChinese = "text-tc"
	FileTextEnglish = "text-en"
	FilePDFChinese  = "pdf-tc"
	FilePDFEnglish  = "pdf-en"
	FilePackage     = "package"
)

// FileKinds lists them in the order in which they are offered.
func FileKinds() []string {
	return []string{FileTextChinese, FileTextEnglish, FilePDFChinese, FilePDFEnglish, FilePackage}
}

// file writes one file of a draft.
func (d Draft) file(kind string, day when.Day) (name string, body []byte, err error) {
	l := lang.TC
	if strings.HasSuffix(kind, "-en") {
		l = lang.EN
	}
	switch kind {
	case FileTextChinese, FileTextEnglish:
		return d.name(string(l), "txt"), []byte(Compose(d.Sheet, l).Text()), nil
	case FilePDFChinese, FilePDFEnglish:
		body, err = Compose(d.Sheet, l).PDF(day)
		return d.name(string(l), "pdf"), body, err
	case FilePackage:
		body, err = d.Sheet.Package(day)
		return d.name("tables", "zip"), body, err
	}
	return "", nil, nothing()
}

// Publish freezes an approved draft: its files are kept by what they hold, and
// nothing of it changes any more.
func (s *Service) Publish(ctx context.Context, draft DraftID, version int64) (Draft, error) {
	d, err := s.Draft(ctx, draft)
	if err != nil {
		return d, err
	}
	if err := s.may(ctx, actionApprove, d.Head, d.Department); err != nil {
		return d, err
	}
	if d.State != Approved {
		return d, closed()
	}
	day := s.DB.Clock()().Day()
	var kept []File
	for _, kind := range FileKinds() {
		name, body, err := d.file(kind, day)
		if err != nil {
			return d, err
		}
		blob, err := s.Files.Put(ctx, bytes.NewReader(body))
		if err != nil {
			return d, err
		}
		kept = append(kept, File{Kind: kind, Name: name, Address: string(blob.Address), Size: blob.Size})
	}
	return s.change(ctx, draft, version, actionApprove, "papers.publish", func(tx *db.Tx, d *Draft) error {
		if err := d.publish(stepOf(tx)); err != nil {
			return err
		}
		for _, f := range kept {
			if err := insertFile(tx, d.ID, f); err != nil {
				return err
			}
		}
		return announce(tx, *d)
	})
}

// subjectPublished says that a report was published: draft, head, year and
// revision.
const subjectPublished = "performance.paper.published"

func announce(tx *db.Tx, d Draft) error {
	data, err := json.Marshal(map[string]any{"draft": d.ID, "head": d.Head, "year": d.Year, "revision": d.Revision})
	if err != nil {
		return err
	}
	return events.Publish(tx, events.Event{Subject: subjectPublished, Data: data})
}

// Published lists the files of a published report.
func (s *Service) Published(ctx context.Context, d Draft) ([]File, error) {
	var out []File
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = filesOf(tx, d.ID)
		return err
	})
	return out, err
}

// Open gives one file: of a published report the bytes that were kept, of a
// draft what it would be today.
func (s *Service) Open(ctx context.Context, d Draft, kind string) (string, io.ReadCloser, error) {
	if d.State != Published {
		name, body, err := d.file(kind, s.DB.Clock()().Day())
		return name, io.NopCloser(bytes.NewReader(body)), err
	}
	list, err := s.Published(ctx, d)
	if err != nil {
		return "", nil, err
	}
	for _, f := range list {
		if f.Kind == kind {
			r, err := s.Files.Open(ctx, files.Address(f.Address))
			return f.Name, r, err
		}
	}
	return "", nil, nothing()
}

// Comment says something about a section of a draft.
func (s *Service) Comment(ctx context.Context, draft DraftID, section, body string) error {
	body = strings.TrimSpace(body)
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := draftByID(tx, draft)
		if err != nil {
			return err
		}
		if err := s.may(ctx, actionSee, d.Head, d.Department); err != nil {
			return s.instead(ctx, d, err)
		}
		if body == "" || utf8.RuneCountInString(body) > longest {
			return fault.New(fault.Invalid, "papers.fault.form").At("body", "papers.fault.comment")
		}
		if !d.Sheet.hasSection(section) {
			return nothing()
		}
		if err := touchUnpublished(tx, d.ID); err != nil {
			return err
		}
		return insertComment(tx, Comment{ID: string(id.New[DraftID](tx.Now())), Draft: d.ID, Section: section, Body: body, By: stepOf(tx)})
	})
}

// instead is NotFound for who may not know of a draft.
func (s *Service) instead(ctx context.Context, d Draft, err error) error {
	if hidden := s.hidden(ctx, d); hidden != nil {
		return hidden
	}
	return err
}

func (s *Sheet) hasSection(name string) bool {
	switch name {
	case SectionFront, SectionAnalysis, SectionSubheads, SectionDetails, SectionCommitments:
		return true
	}
	for _, p := range s.Programmes {
		if name == ProgrammeSection(p.Number) {
			return true
		}
	}
	return false
}

// Resolve settles a comment.
func (s *Service) Resolve(ctx context.Context, comment string, version int64) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := commentByID(tx, comment)
		if err != nil {
			return err
		}
		d, err := draftByID(tx, c.Draft)
		if err != nil {
			return err
		}
		if err := s.may(ctx, actionSee, d.Head, d.Department); err != nil {
			return s.instead(ctx, d, err)
		}
		if !c.Open() || c.Version != version {
			return fault.New(fault.Conflict, "papers.fault.changed")
		}
		if err := touchUnpublished(tx, d.ID); err != nil {
			return err
		}
		c.Resolved = stepOf(tx)
		return resolveComment(tx, c)
	})
}

// Comments lists what officers said, the oldest first; nobody else sees it.
func (s *Service) Comments(ctx context.Context, d Draft) ([]Comment, error) {
	if !s.sees(ctx, d.Head, d.Department) {
		return nil, nil
	}
	var out []Comment
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = comments(tx, d.ID)
		return err
	})
	return out, err
}
