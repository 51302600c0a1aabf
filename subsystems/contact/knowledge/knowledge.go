package knowledge

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/search"
	"praya/platform/words"
)

// The roles that this folder asks for; the app declares them to the directory.
const (
	EditorRole     = "contact-editor" // of a department: writes, publishes, withdraws
	AgentRole      = "contact-agent"
	SupervisorRole = "contact-supervisor"
)

// Department is a bureau or department as people are told of it.
type Department struct {
	Code string
	Name lang.Text
}

// Departments knows bureaux and departments.
type Departments interface {
	// Department finds one by its code, or gives NotFound.
	Department(tx *db.Tx, code string) (Department, error)
	// Departments lists them all.
	Departments(tx *db.Tx) ([]Department, error)
}

// People puts notices before people.
type People interface {
	// Tell says something to an officer, in three languages, once for each key.
	Tell(ctx context.Context, account, key, path string, title, text lang.Text) error
}

// Service has the use cases. Its fields are given by whoever puts the program together.
//
// The functions that take a transaction check no policy: whoever opened it did. They keep all rules of
// articles.
type Service struct {
	DB          *db.DB
	Index       *search.Index // of the scope SearchScope
	Policy      *access.Policy
	Words       *words.Book
	Clock       when.Clock
	Log         *slog.Logger
	People      People
	Departments Departments
	// FourEyes asks for another pair of eyes before a draft is published.
	FourEyes bool

	frequency frequency
}

// note writes an administrative act into the audit trail.
func note(tx *db.Tx, what, on string) error {
	return audit.Record(tx, audit.Act{What: "knowledge." + what, On: on, Outcome: audit.Done})
}

// Article reads an article as it was written last, draft or not.
func (s *Service) Article(tx *db.Tx, code string) (Article, error) {
	return known(articleBy(tx, sqlLatest, code))
}

// PublicArticle reads what the public sees of an article.
func (s *Service) PublicArticle(tx *db.Tx, code string) (Article, error) {
	return known(articleBy(tx, sqlPublished, code))
}

func known(a Article, err error) (Article, error) {
	if fault.Is(err, fault.NotFound) {
		err = missing()
	}
	return a, err
}

const mostVersions = 200

// Versions lists what an article said, the newest first.
func (s *Service) Versions(tx *db.Tx, code string) ([]Version, error) {
	return versionsOf(tx, code, mostVersions)
}

// Put keeps the words of an article as a draft, by an officer. A Version of 0 makes a new article; its
// department then stays. What was published stays until the draft is.
func (s *Service) Put(tx *db.Tx, a Article, by string) (Article, error) {
	a.Title, a.Text, a.Everyday = each(a.Title, tidy), each(a.Text, tidy), each(a.Everyday, tidy)
	if a.Owner == "" {
		a.Owner = by
	}
	if by == "" {
		return a, invalid("owner")
	}
	if a.Code == "" && a.Version == 0 {
		a.Code = freshCode()
	}
	if err := a.check(); err != nil {
		return a, err
	}
	if a.Version == 0 {
		return s.begin(tx, a, by)
	}
	was, err := s.Article(tx, a.Code)
	if err != nil {
		return a, err
	}
	a.Department, a.State, a.Latest, a.Public, a.Case, a.Number = was.Department, was.State, was.Latest, was.Public, was.Case, was.Latest
	if a.Review.IsZero() {
		a.Review = was.Review
	}
	keep := updateVersion
	if !was.Open() {
		a.Latest, a.Number, keep = was.Latest+1, was.Latest+1, insertVersion
	}
	if err := updateArticle(tx, a); err != nil {
		return a, err
	}
	if err := keep(tx, a, by); err != nil {
		return a, err
	}
	return s.saved(tx, a, "written")
}

func (s *Service) begin(tx *db.Tx, a Article, by string) (Article, error) {
	if _, err := s.Departments.Department(tx, a.Department); err != nil {
		return a, invalid("department").Because(err)
	}
	if _, err := s.Article(tx, a.Code); !fault.Is(err, fault.NotFound) {
		if err == nil {
			err = invalid("code-taken").At("code", "knowledge.fault.code-taken")
		}
		return a, err
	}
	a.State, a.Number, a.Latest, a.Public = Draft, 1, 1, 0
	if err := insertArticle(tx, a); err != nil {
		return a, err
	}
	if err := insertVersion(tx, a, by); err != nil {
		return a, err
	}
	return s.saved(tx, a, "written")
}

// saved brings the index up to date, leaves a trace and reads the article again.
func (s *Service) saved(tx *db.Tx, a Article, what string) (Article, error) {
	a, err := s.Article(tx, a.Code)
	if err != nil {
		return a, err
	}
	return a, errors.Join(s.index(tx, a), note(tx, what, a.Code))
}

// Publish shows an article's draft to everybody, and says by when it is read again.
func (s *Service) Publish(tx *db.Tx, code string, review when.Day, by string) error {
	a, err := s.Article(tx, code)
	if err != nil {
		return err
	}
	if !a.Open() {
		return conflict("no-draft")
	}
	if err := ready(a.Title, a.Text); err != nil {
		return err
	}
	v, err := versionOf(tx, code, a.Latest)
	if err != nil {
		return err
	}
	if by == "" || s.FourEyes && v.By == by {
		return conflict("four-eyes")
	}
	if err := s.checkReview(tx, review); err != nil {
		return err
	}
	a.State, a.Public, a.Review = Published, a.Latest, review
	if err := updateArticle(tx, a); err != nil {
		return err
	}
	if err := publishVersion(tx, a, by); err != nil {
		return err
	}
	_, err = s.saved(tx, a, "published")
	return err
}

// farthestReview is how far away a review may be.
const farthestReview = 3 * 366

func (s *Service) checkReview(tx *db.Tx, review when.Day) error {
	today := tx.Now().Day()
	if !review.IsZero() && (review.Before(today) || today.Add(farthestReview).Before(review)) {
		return invalid("review")
	}
	return nil
}

// Reviewed says that a published article still holds, and by when it is read again.
func (s *Service) Reviewed(tx *db.Tx, code string, next when.Day, by string) error {
	a, err := s.Article(tx, code)
	if err != nil {
		return err
	}
	if a.State != Published || by == "" {
		return conflict("not-public")
	}
	if next.IsZero() {
		return invalid("review")
	}
	if err := s.checkReview(tx, next); err != nil {
		return err
	}
	a.Review = next
	return errors.Join(updateArticle(tx, a), note(tx, "reviewed", code))
}

// Withdraw takes an article away from the public. Its versions stay.
func (s *Service) Withdraw(tx *db.Tx, code, by string) error {
	a, err := s.Article(tx, code)
	if err != nil {
		return err
	}
	if a.State == Withdrawn || by == "" {
		return conflict("withdrawn")
	}
	a.State = Withdrawn
	if err := updateArticle(tx, a); err != nil {
		return err
	}
	_, err = s.saved(tx, a, "withdrawn")
	return err
}

// Draft begins an article with what a case was answered; an editor of the department reads it before
// anybody else does. The same case gives one article.
func (s *Service) Draft(tx *db.Tx, from Drafted) (string, error) {
	l, ok := lang.Parse(string(from.Language))
	if !ok {
		return "", invalid("language")
	}
	code := freshCode()
	if from.Case != "" {
		code = "case-" + strings.ToLower(from.Case)
	}
	if _, err := articleBy(tx, sqlLatest, code); err == nil {
		return code, nil
	} else if !fault.Is(err, fault.NotFound) {
		return "", err
	}
	a := Article{Code: code, Department: from.Department, Owner: from.By, Case: from.Case}
	put(&a.Title, l, cut(withheld(strings.ReplaceAll(tidy(from.Title), "\n", " ")), MaxTitle))
	put(&a.Text, l, cut(withheld(tidy(from.Text)), MaxText))
	_, err := s.Put(tx, a, from.By)
	return code, err
}

// freshCode names an article that nobody named.
func freshCode() string { return "a-" + strings.ToLower(id.Reference()) }

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// Counts is how often an article was read, and whether it helped.
type Counts struct{ Views, Helped, Failed int64 }

// CountsOf counts for one article.
func (s *Service) CountsOf(tx *db.Tx, code string) (Counts, error) {
	c, err := countsOf(tx, code)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return c, err
}

// Seen counts that somebody read an article.
func (s *Service) Seen(tx *db.Tx, code string) error { return count(tx, code, 1, 0, 0) }

// Helped counts whether an article helped somebody.
func (s *Service) Helped(tx *db.Tx, code string, yes bool) error {
	if _, err := s.PublicArticle(tx, code); err != nil {
		return err
	}
	if yes {
		return count(tx, code, 0, 1, 0)
	}
	return count(tx, code, 0, 0, 1)
}

// Articles lists articles as they were written last, in the order of their codes, after one of them; of
// all departments when it is empty.
func (s *Service) Articles(tx *db.Tx, department, after string, limit int) ([]Article, error) {
	return articlesOf(tx, department, after, limit)
}
