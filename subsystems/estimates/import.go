package estimates

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"praya/kernel/id"
	"praya/platform/db"
	"praya/subsystems/estimates/internal/paper"
)

// Imported says what became of one head in a file.
type Imported struct {
	Version  Version
	New      bool // false: the same was known already
	Outcomes map[Outcome]int
	Problems int
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
		return readFacts(name, io.LimitReader(r, s.Limits.MaxBytes))
	}
	return paper.Read(name, r, s.Limits)
}

// Store keeps papers that were read from one file.
func (s *Service) Store(ctx context.Context, name string, papers []*paper.Paper) (out []Imported, err error) {
	if err := s.may(ctx, "estimates.import"); err != nil {
		return nil, err
	}
	documents := make([]string, len(papers))
	for i, p := range papers {
		if documents[i], err = s.keepText(ctx, p); err != nil {
			return nil, err
		}
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		out = make([]Imported, 0, len(papers))
		for i, p := range papers {
			one, err := s.storeOne(tx, name, documents[i], p)
			if err != nil {
				return err
			}
			out = append(out, one)
		}
		return nil
	})
	return out, err
}

// keepText puts a source's text into the blob store, addressed by its content.
func (s *Service) keepText(ctx context.Context, p *paper.Paper) (string, error) {
	if len(p.Lines) == 0 {
		return "", nil
	}
	blob, err := s.Files.Put(ctx, strings.NewReader(strings.Join(p.Lines, "\n")+"\n"))
	return string(blob.Address), err
}

func (s *Service) storeOne(tx *db.Tx, name, document string, p *paper.Paper) (Imported, error) {
	digest, err := digestOf(p)
	if err != nil {
		return Imported{}, err
	}
	known, err := latestVersions(tx, p)
	if err != nil {
		return Imported{}, err
	}
	for _, v := range known {
		if v.Source == p.Source && v.Digest == digest {
			return Imported{Version: v, Outcomes: v.Summary.Outcomes, Problems: v.Summary.Problems}, nil
		}
	}
	checks, err := checksWith(tx, p, known)
	if err != nil {
		return Imported{}, err
	}
	v := Version{
		ID: id.New[VersionID](tx.Now()), Head: p.Head, Year: p.Year, Source: p.Source,
		Title: p.Title, Digest: digest, Document: document, Numbers: p.LineNumbers, File: name, Summary: summarise(p),
	}
	v.Summary.Outcomes = outcomes(checks)
	if err := insertVersion(tx, &v, p); err != nil {
		return Imported{}, err
	}
	if err := replaceChecks(tx, p.Head, p.Year, group(p.Source), checks); err != nil {
		return Imported{}, err
	}
	for _, old := range known {
		if old.Source != p.Source {
			old.Summary.Outcomes = v.Summary.Outcomes
			if err := setSummary(tx, old.ID, old.Summary); err != nil {
				return Imported{}, err
			}
			continue
		}
		if err := s.forget(tx, old); err != nil {
			return Imported{}, err
		}
	}
	if err := s.index(tx, v, p.Facts); err != nil {
		return Imported{}, err
	}
	return Imported{Version: v, New: true, Outcomes: v.Summary.Outcomes, Problems: len(p.Problems)}, nil
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

// ImportFiles imports many files: read by as many hands as there are processors, stored by
// the database's own queue. It goes on after a file that cannot be read, and returns what
// was wrong with each. After tells how many files are done.
func (s *Service) ImportFiles(ctx context.Context, names []string, after func(done int, one []Imported)) error {
	type result struct {
		imported []Imported
		err      error
	}
	next, results := make(chan string), make(chan result)
	workers := min(runtime.GOMAXPROCS(0), len(names))
	for range workers {
		go func() {
			for name := range next {
				one, err := s.importFile(ctx, name)
				results <- result{one, err}
			}
		}()
	}
	go func() {
		defer close(next)
		for _, name := range names {
			next <- name
		}
	}()
	var errs []error
	for done := range names {
		r := <-results
		errs = append(errs, r.err)
		after(done+1, r.imported)
	}
	return errors.Join(errs...)
}

func (s *Service) importFile(ctx context.Context, name string) ([]Imported, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return s.Import(ctx, filepath.Base(name), f)
}
