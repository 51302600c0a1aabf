package cases

import (
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/db"
)

// Sorting is what a person says of a case: of which kind it is, what it is about, how soon it needs
// somebody, and in which language its person is answered; empty for the language: as before.
type Sorting struct {
	Kind     Kind
	Service  string
	Urgency  Urgency
	Language lang.Lang
}

// Sort says what a case is about and of which kind it is.
func (s *Service) Sort(tx *db.Tx, of CaseID, as Sorting, by string) error {
	about, err := s.service(tx, as.Service)
	bad := fault.New(fault.Invalid, "cases.fault.new")
	switch {
	case err != nil:
		return err
	case !slices.Contains(Kinds(), as.Kind):
		return bad.At("kind", "cases.wrong.kind")
	case as.Urgency != "" && !slices.Contains(Urgencies(), as.Urgency):
		return bad.At("urgency", "cases.wrong.urgency")
	}
	if l, known := lang.Parse(string(as.Language)); as.Language != "" && !known {
		return bad.At("language", "cases.wrong.language")
	} else if known {
		as.Language = l
	}
	_, err = s.changing(tx, of, func(c *Case) error {
		c.Kind, c.Service, c.Urgency = as.Kind, as.Service, as.Urgency
		if as.Language != "" {
			c.Language = as.Language
		}
		c.Public = about.Public && as.Kind != Enquiry && as.Kind != Compliment
		if !c.Public {
			c.Photo = ""
		}
		return errorsOf(s.remember(tx, c, Step{What: "sorted", By: by, Other: as.Service}), s.putIndex(tx, *c))
	})
	if err != nil || s.Sorted == nil {
		return err
	}
	c, err := s.Case(tx, of)
	if err != nil {
		return err
	}
	return s.Sorted(tx, c)
}
