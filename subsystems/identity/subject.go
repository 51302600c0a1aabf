package identity

import (
	"context"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/access"
	"praya/platform/db"
)

// VerifiedDocument is the document number of an account, for other parts that have to name the
// person to whoever knows them by it; empty when none was verified.
func (s *Service) VerifiedDocument(ctx context.Context, account AccountID) (number string, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := s.Profile(tx, account)
		// In the demonstration nothing is really checked; its pages say so.
		if v, ok := p[DocumentNo]; ok && (!v.Verified.IsZero() || v.Source == ByDocument || v.Source == ByCounter || v.Source == BySimulation) {
			number = v.Text
		}
		return err
	})
	return number, err
}

// Tell puts a notice of another part of the program before a person, once for each key. Like all
// that concerns the account, nobody can turn it off.
func (s *Service) Tell(ctx context.Context, account AccountID, key, link string, title, text lang.Text) error {
	return s.TellAbout(ctx, account, OnAccount, key, link, title, text)
}

// TellAbout is the same about something else, by which the person chooses channels.
func (s *Service) TellAbout(ctx context.Context, account AccountID, about Category, key, link string, title, text lang.Text) error {
	if !slices.Contains(Categories(), about) {
		return fault.New(fault.Invalid, "identity.notice.fault.category")
	}
	if err := s.Policy.Allow(ctx, "identity.remind", access.Resource{Type: "Account", ID: string(account)}); err != nil {
		return err
	}
	key = string(account) + " " + key
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := findAccount(tx, account)
		if fault.Is(err, fault.NotFound) || err == nil && a.State == Closed {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := repeatedNotice(tx, "", key); !fault.Is(err, fault.NotFound) {
			return err // told before, or not to be found out
		}
		_, err = s.keepNew(tx, Notice{
			Account: a.ID, Category: about, NoticeContent: NoticeContent{Title: title, Text: text, Link: link, Day: tx.Now()},
		}, key)
		return err
	})
}
