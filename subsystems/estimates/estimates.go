package estimates

import (
	"context"
	"io"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/files"
	"praya/platform/search"
	"praya/subsystems/estimates/internal/paper"
)

// Service has the use cases of the Estimates. Its fields are given by app/wire.go.
type Service struct {
	DB     *db.DB
	Files  *files.Store
	Index  *search.Index
	Policy *access.Policy
	Limits paper.Limits
}

// Limits bound what one file may cost.
type Limits = paper.Limits

// Year is one financial year and how many heads are known of it.
type Year struct {
	Year  string `json:"year"`
	Heads int    `json:"heads"`
}

// HeadYear is all that is known of one head in one financial year from one group of sources.
type HeadYear struct {
	Head, Year string
	Group      string // paper, csv or series-csv
	Groups     []string
	Versions   []Version // the newest of each source of the group
	Facts      []paper.Fact
	Checks     []paper.Check
	Problems   []paper.Problem
	Others     []string // other years of this head, oldest first
}

// Title is the head's name as its newest source prints it; empty when none does.
func (h HeadYear) Title() string {
	for _, v := range h.Versions {
		if v.Title != "" {
			return v.Title
		}
	}
	return ""
}

// reader is what every public use case asks first.
func (s *Service) may(ctx context.Context, action string) error {
	return s.Policy.Allow(ctx, action, access.Resource{Type: "Estimates", ID: "all"})
}

// Years lists the financial years that are known, newest first.
func (s *Service) Years(ctx context.Context) (out []Year, err error) {
	if err := s.may(ctx, "estimates.read"); err != nil {
		return nil, err
	}
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = years(tx)
		return err
	})
}

// Heads lists the heads of a financial year, each once, by its best source.
func (s *Service) Heads(ctx context.Context, year string) (out []Version, err error) {
	if err := s.may(ctx, "estimates.read"); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := latestOfYear(tx, year)
		out = bestOfEach(all)
		return err
	})
	if err == nil && len(out) == 0 {
		return nil, fault.New(fault.NotFound, "estimates.fault.no-year", "year", year)
	}
	return out, err
}

// bestOfEach keeps one version a head: the paper, else the first of the CSV files.
func bestOfEach(all []Version) []Version {
	best := map[string]Version{}
	for _, v := range all {
		old, ok := best[v.Head]
		if !ok || preference(v.Source) < preference(old.Source) {
			best[v.Head] = v
		}
	}
	out := make([]Version, 0, len(best))
	for _, v := range best {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b Version) int { return compareHeads(a.Head, b.Head) })
	return out
}

func preference(source string) int {
	return slices.Index([]string{paper.SourcePaper, paper.SourceProvision, paper.SourceSubheads, paper.SourceExpenses, paper.SourceCommitments, paper.SourceSeries}, source)
}

// compareHeads sorts heads by number: 47 before 121.
func compareHeads(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// Head gives a head in a financial year. An empty group chooses the best there is.
func (s *Service) Head(ctx context.Context, year, head, group string) (h HeadYear, err error) {
	if err := s.may(ctx, "estimates.read"); err != nil {
		return h, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		h, err = headYear(tx, year, head, group)
		return err
	})
	return h, err
}

func headYear(tx *db.Tx, year, head, want string) (HeadYear, error) {
	h := HeadYear{Head: head, Year: year}
	all, err := latestOfHead(tx, head)
	if err != nil {
		return h, err
	}
	for _, v := range all {
		if !slices.Contains(h.Others, v.Year) {
			h.Others = append(h.Others, v.Year)
		}
		if v.Year == year && !slices.Contains(h.Groups, group(v.Source)) {
			h.Groups = append(h.Groups, group(v.Source))
		}
	}
	slices.SortFunc(h.Groups, func(a, b string) int { return preferGroup(a) - preferGroup(b) })
	switch {
	case want != "" && slices.Contains(h.Groups, want):
		h.Group = want
	case want == "" && len(h.Groups) > 0:
		h.Group = h.Groups[0]
	default:
		return h, fault.New(fault.NotFound, "estimates.fault.no-head", "head", head, "year", year)
	}
	for _, source := range groupSources(h.Group) {
		for _, v := range all {
			if v.Year == year && v.Source == source {
				h.Versions = append(h.Versions, v)
			}
		}
	}
	for _, v := range h.Versions {
		facts, err := factsOf(tx, v)
		if err != nil {
			return h, err
		}
		problems, err := problemsOf(tx, v.ID)
		if err != nil {
			return h, err
		}
		h.Facts = append(h.Facts, facts...)
		h.Problems = append(h.Problems, problems...)
	}
	h.Checks, err = checksOf(tx, head, year, h.Group)
	return h, err
}

func preferGroup(g string) int {
	return slices.Index([]string{paper.SourcePaper, "csv", paper.SourceSeries}, g)
}

// Readings gives one reading of each year of a head, oldest first: its best source.
func (s *Service) Readings(ctx context.Context, head string) (out []Reading, err error) {
	if err := s.may(ctx, "estimates.read"); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		all, err := latestOfHead(tx, head)
		if err != nil {
			return err
		}
		for _, v := range bestOfYears(all) {
			r, err := readingOf(tx, v)
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		return nil, fault.New(fault.NotFound, "estimates.fault.no-head", "head", head, "year", "")
	}
	return out, err
}

func bestOfYears(all []Version) []Version {
	var out []Version
	for _, v := range all { // ordered by year
		last := len(out) - 1
		switch {
		case last < 0 || out[last].Year != v.Year:
			out = append(out, v)
		case preference(v.Source) < preference(out[last].Source):
			out[last] = v
		}
	}
	return out
}

func readingOf(tx *db.Tx, v Version) (Reading, error) {
	facts, err := factsOf(tx, v)
	return Reading{Year: v.Year, Source: v.Source, Title: v.Title, Facts: facts}, err
}

// Compare sets two heads or years side by side.
func (s *Service) Compare(ctx context.Context, headA, yearA, headB, yearB string) (Comparison, error) {
	a, err := s.reading(ctx, headA, yearA)
	if err != nil {
		return Comparison{}, err
	}
	b, err := s.reading(ctx, headB, yearB)
	if err != nil {
		return Comparison{}, err
	}
	return compare(a, b), nil
}

func (s *Service) reading(ctx context.Context, head, year string) (Reading, error) {
	h, err := s.Head(ctx, year, head, "")
	return Reading{Year: year, Source: h.Group, Title: h.Title(), Facts: h.Facts}, err
}

// VersionsOf lists every version of a head in a year, the old ones too.
func (s *Service) VersionsOf(ctx context.Context, year, head string) (out []Version, err error) {
	if err := s.may(ctx, "estimates.read"); err != nil {
		return nil, err
	}
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = versionsOfHeadYear(tx, head, year)
		return err
	})
}

// Version gives one version with its facts.
func (s *Service) Version(ctx context.Context, id VersionID) (v Version, facts []paper.Fact, err error) {
	if err := s.may(ctx, "estimates.read"); err != nil {
		return v, nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if v, err = versionByID(tx, id); err != nil {
			return err
		}
		facts, err = factsOf(tx, v)
		return err
	})
	return v, facts, err
}

// FactsPage gives facts of a version after a place, for the API.
func (s *Service) FactsPage(ctx context.Context, id VersionID, kind string, after, limit int) (v Version, facts []NumberedFact, err error) {
	if err := s.may(ctx, "estimates.read"); err != nil {
		return v, nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if v, err = versionByID(tx, id); err != nil {
			return err
		}
		facts, err = factsPage(tx, v, kind, after, limit)
		return err
	})
	return v, facts, err
}

// VersionsPage lists the newest versions, for the API.
func (s *Service) VersionsPage(ctx context.Context, year, head string, limit, offset int) (out []Version, total int, err error) {
	if err := s.may(ctx, "estimates.read"); err != nil {
		return nil, 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, total, err = latestPage(tx, year, head, limit, offset)
		return err
	})
	return out, total, err
}

// Text gives the lines of a version's source as printed; none when only its figures are known.
func (s *Service) Text(ctx context.Context, v Version) ([]string, error) {
	if err := s.may(ctx, "estimates.read"); err != nil || v.Document == "" {
		return nil, err
	}
	r, err := s.Files.Open(ctx, files.Address(v.Document))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n"), nil
}
