package estimates

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"praya/kernel/id"
	"praya/kernel/who"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/search"
	"praya/subsystems/estimates/internal/paper"
)

// Imported says what became of one head in a file.
type Imported struct {
	Version  Version         `json:"version"`
	New      bool            `json:"new"` // false: the same was known already
	Outcomes map[Outcome]int `json:"outcomes,omitempty"`
	Problems int             `json:"problems"`

	superseded []VersionID
}

// Import reads a file and stores what it says: a paper, one of the public CSV files, or a
// file of facts that `praya estimates read --csv` wrote. Either all of it is stored or
// nothing. What is known already changes nothing.
func (s *Service) Import(ctx context.Context, name string, r io.Reader) ([]Imported, error) {
	if err := s.may(ctx, "estimates.import"); err != nil {
		return nil, err
	}
	papers, err := s.read(name, r)
	if err != nil {
		return nil, err
	}
	return s.Store(ctx, name, papers)
}

// read is the part of Import that needs no store.
func (s *Service) read(name string, r io.Reader) ([]*paper.Paper, error) {
	first := make([]byte, len(factsHeader))
	n, err := io.ReadFull(r, first)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, err
	}
	r = io.MultiReader(bytes.NewReader(first[:n]), r)
	if string(first[:n]) == factsHeader {
		return readFacts(name, paper.Bounded(name, r, s.Limits))
	}
	return paper.Read(name, r, s.Limits)
}

// source is a file that was read.
type source struct {
	name   string
	papers []ready
}

// ready is a paper that is ready to be stored: all that takes time is done before the
// transaction, which other writers wait for, begins.
type ready struct {
	*paper.Paper
	version Version
	packed  []byte
	checks  []paper.Check // of a source that is checked by itself
	docs    search.Prepared
}

// Store keeps papers that were read from one file.
func (s *Service) Store(ctx context.Context, name string, papers []*paper.Paper) ([]Imported, error) {
	if err := s.may(ctx, "estimates.import"); err != nil {
		return nil, err
	}
	src, err := s.prepare(ctx, name, papers)
	if err != nil {
		return nil, err
	}
	all, err := s.storeAll(ctx, []source{src})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// prepare keeps the text of papers and makes them ready.
func (s *Service) prepare(ctx context.Context, name string, papers []*paper.Paper) (source, error) {
	src := source{name, make([]ready, len(papers))}
	for i, p := range papers {
		var err error
		if src.papers[i], err = s.ready(ctx, name, p); err != nil {
			return src, err
		}
	}
	return src, nil
}

func (s *Service) ready(ctx context.Context, name string, p *paper.Paper) (r ready, err error) {
	r = ready{Paper: p, version: Version{
		ID: id.New[VersionID](s.DB.Clock()()), Head: p.Head, Year: p.Year, Source: p.Source,
		Title: p.Title, Numbers: p.LineNumbers, File: name, Summary: summarise(p),
	}}
	if r.version.Digest, err = digestOf(p); err != nil {
		return r, err
	}
	if r.version.Document, err = s.keepText(ctx, p); err != nil {
		return r, err
	}
	if r.packed, err = pack(p.Facts); err != nil {
		return r, err
	}
	if alone(p.Source) {
		r.checks = paper.Checks(p)
	}
	r.docs, err = s.Index.Prepare(who.From(ctx).Realm, documents(r.version, p.Facts))
	return r, err
}

// storeAll stores files in one transaction: all of them or none.
func (s *Service) storeAll(ctx context.Context, files []source) (out [][]Imported, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		out = make([][]Imported, len(files))
		fresh := map[VersionID]search.Prepared{}
		var order []VersionID
		for n, f := range files {
			for _, r := range f.papers {
				one, err := s.storeOne(tx, r)
				if err != nil {
					return err
				}
				if one.New {
					fresh[one.Version.ID] = r.docs
					order = append(order, one.Version.ID)
				}
				for _, old := range one.superseded { // an earlier file of this transaction
					delete(fresh, old)
				}
				out[n] = append(out[n], one)
			}
			if err := record(tx, out[n]); err != nil {
				return err
			}
		}
		var docs []search.Prepared
		for _, v := range order {
			if d, ok := fresh[v]; ok {
				docs = append(docs, d)
			}
		}
		return s.Index.AddPrepared(tx, docs...)
	})
	return out, err
}

// record writes the import of a file into the audit trail, if it stored anything.
func record(tx *db.Tx, file []Imported) error {
	var fresh []Version
	for _, i := range file {
		if i.New {
			fresh = append(fresh, i.Version)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	on := string(fresh[0].ID)
	if len(fresh) > 1 {
		on += " +" + strconv.Itoa(len(fresh)-1)
	}
	return audit.Record(tx, audit.Act{What: "estimates.import", On: on, Outcome: audit.Done})
}

// keepText puts a source's text into the blob store, addressed by its content.
func (s *Service) keepText(ctx context.Context, p *paper.Paper) (string, error) {
	if len(p.Lines) == 0 {
		return "", nil
	}
	blob, err := s.Files.Put(ctx, strings.NewReader(strings.Join(p.Lines, "\n")+"\n"))
	return string(blob.Address), err
}

func (s *Service) storeOne(tx *db.Tx, r ready) (Imported, error) {
	v := r.version
	known, err := latestVersions(tx, r.Paper)
	if err != nil {
		return Imported{}, err
	}
	for _, old := range known {
		if old.Source == v.Source && old.Digest == v.Digest {
			return Imported{Version: old, Outcomes: old.Summary.Outcomes, Problems: old.Summary.Problems}, nil
		}
	}
	checks := r.checks
	if !alone(v.Source) {
		if checks, err = checksWith(tx, r.Paper, known); err != nil {
			return Imported{}, err
		}
	}
	v.Summary.Outcomes = outcomes(checks)
	if err := insertVersion(tx, &v, r.Problems, r.packed); err != nil {
		return Imported{}, err
	}
	if err := putChecks(tx, v.Head, v.Year, group(v.Source), checks); err != nil {
		return Imported{}, err
	}
	done := Imported{Version: v, New: true, Outcomes: v.Summary.Outcomes, Problems: len(r.Problems)}
	for _, old := range known {
		if old.Source != v.Source {
			old.Summary.Outcomes = v.Summary.Outcomes
			if err := setSummary(tx, old.ID, old.Summary); err != nil {
				return Imported{}, err
			}
			continue
		}
		if err := s.forget(tx, old); err != nil {
			return Imported{}, err
		}
		done.superseded = append(done.superseded, old.ID)
	}
	return done, publish(tx, v)
}

// latestVersions are the newest versions of the group that a paper belongs to.
func latestVersions(tx *db.Tx, p *paper.Paper) ([]Version, error) {
	all, err := versionsOfHeadYear(tx, p.Head, p.Year)
	if err != nil {
		return nil, err
	}
	var out []Version
	for _, v := range all {
		if v.Latest && group(v.Source) == group(p.Source) {
			out = append(out, v)
		}
	}
	return out, nil
}

// checksWith checks a paper together with what is known of the other sources of its group.
func checksWith(tx *db.Tx, p *paper.Paper, known []Version) ([]paper.Check, error) {
	papers := []*paper.Paper{p}
	for _, v := range known {
		if v.Source == p.Source {
			continue
		}
		facts, err := factsOf(tx, v)
		if err != nil {
			return nil, err
		}
		papers = append(papers, paper.Restore(v.Head, v.Year, v.Source, v.Title, facts))
	}
	return paper.Checks(papers...), nil
}

func outcomes(checks []paper.Check) map[Outcome]int {
	out := map[Outcome]int{}
	for _, c := range checks {
		out[c.Outcome]++
	}
	return out
}

// digestOf names what a source says. For a paper it is the text. A head in a file of many
// heads is named by its own facts without their lines, so that a correction of another head
// makes no new version of this one.
func digestOf(p *paper.Paper) (string, error) {
	h := sha256.New()
	if p.Source == paper.SourcePaper && len(p.Lines) > 0 {
		for _, line := range p.Lines {
			_, _ = io.WriteString(h, line+"\n") // a hash never fails
		}
		return hex.EncodeToString(h.Sum(nil)), nil
	}
	encoder := json.NewEncoder(h)
	for _, f := range p.Facts {
		f.Line, f.From, f.Order = 0, nil, 0
		if err := encoder.Encode(f); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// atOnce is how many files one transaction of ImportFiles stores: enough that the search index
// writes few large parts instead of many small ones, few enough that others' writes wait a
// fraction of a second.
const atOnce = 32

// ImportFiles imports many files: read by as many hands as there are processors, and stored
// many in a transaction. It goes on after a file that cannot be read, and returns what was
// wrong with each. After tells how many files are done, and what became of them.
func (s *Service) ImportFiles(ctx context.Context, names []string, after func(done int, some []Imported)) error {
	if err := s.may(ctx, "estimates.import"); err != nil {
		return err
	}
	var errs []error
	var waiting []source
	done := 0
	flush := func() {
		all, err := s.storeAll(ctx, waiting)
		if err != nil {
			var lost []string
			for _, f := range waiting {
				lost = append(lost, f.name)
			}
			err = fmt.Errorf("not stored: %s: %w", strings.Join(lost, ", "), err)
		}
		errs = append(errs, err)
		done += len(waiting)
		waiting = nil
		after(done, slices.Concat(all...))
	}
	for r := range s.readings(ctx, names) {
		if r.err != nil {
			errs = append(errs, r.err)
			done++
			after(done, nil)
			continue
		}
		if waiting = append(waiting, r.source); len(waiting) == atOnce {
			flush()
		}
	}
	if len(waiting) > 0 {
		flush()
	}
	return errors.Join(errs...)
}

// reading is a file that was read, or why it was not.
type reading struct {
	source
	err error
}

// readings reads files by many hands at once, and gives them in the order in which they were
// named: of two papers of one head and year the later one is the correction.
func (s *Service) readings(ctx context.Context, names []string) iter.Seq[reading] {
	type order struct {
		name string
		done chan reading
	}
	return func(yield func(reading) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		ahead, next := make(chan order, 2*atOnce), make(chan order)
		for range min(runtime.GOMAXPROCS(0), len(names)) {
			go func() {
				for o := range next {
					src, err := s.readFile(ctx, o.name)
					o.done <- reading{src, err}
				}
			}()
		}
		go func() {
			defer close(ahead)
			defer close(next)
			for _, name := range names {
				o := order{name, make(chan reading, 1)}
				select {
				case ahead <- o:
					next <- o
				case <-ctx.Done(): // those left are told below
					return
				}
			}
		}()
		told := 0
		for o := range ahead {
			told++
			if !yield(<-o.done) {
				return
			}
		}
		for range names[told:] {
			if !yield(reading{err: ctx.Err()}) {
				return
			}
		}
	}
}

// readFile reads a file and keeps its texts.
func (s *Service) readFile(ctx context.Context, name string) (source, error) {
	if err := ctx.Err(); err != nil {
		return source{}, err
	}
	f, err := os.Open(name)
	if err != nil {
		return source{}, err
	}
	papers, err := s.read(filepath.Base(name), f)
	if err = errors.Join(err, f.Close()); err != nil {
		return source{}, err
	}
	return s.prepare(ctx, filepath.Base(name), papers)
}
