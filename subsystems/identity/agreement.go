package identity

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"praya/kernel/lang"
	"praya/platform/web"
	"praya/subsystems/identity/internal/oidc"
)

// AgreementType is the type of authorization_details (RFC 9396, 2) by which a service asks that
// another department's data about the person be given to it: the exchange knows what that means.
const AgreementType = "exchange_consent"

// Agreements is the part that lets people agree to something on the consent page.
type Agreements interface {
	// Check says what is wrong with a client's request; its error is told to the developer.
	Check(ctx context.Context, client string, raw json.RawMessage) error
	// Show says what is asked, to be put before the person.
	Show(ctx context.Context, client string, raw json.RawMessage) (Agreement, error)
	// Give writes down that the person agreed, and gives the request back with what the client
	// needs to use it. Nil for chosen takes everything that is optional.
	Give(ctx context.Context, client, account string, raw json.RawMessage, chosen []string) (json.RawMessage, error)
}

// Agreement is a request in words.
type Agreement struct {
	Head   []AgreementLine
	Values []AgreementValue
	Terms  []AgreementLine
}

// AgreementLine is a term and what it is.
type AgreementLine struct{ Label, Text lang.Text }

// AgreementValue is a field that would go; Held says who holds it.
type AgreementValue struct {
	Name     string
	Label    lang.Text
	Held     lang.Text
	Optional bool
}

func isAgreement(d oidc.AuthorizationDetail) bool { return d.Type == AgreementType }

var errNoAgreements = errors.New("exchange_consent: there is no exchange here")

// choiceOf is how an optional field of a request's n-th detail is called in the form.
func choiceOf(d oidc.AuthorizationDetail, field string) string { return d.Type + ":" + field }

// checkAgreement is asked by the protocol about a request.
func (s *Service) checkAgreement(ctx context.Context, c *oidc.Client, d oidc.AuthorizationDetail) error {
	if s.Agreements == nil {
		return errNoAgreements
	}
	return s.Agreements.Check(ctx, c.ID, d.Raw)
}

// showAgreement puts a request onto the consent card.
func (s *Service) showAgreement(v *web.Visit, c *web.Consent, client string, d oidc.AuthorizationDetail) error {
	if s.Agreements == nil {
		return errNoAgreements
	}
	a, err := s.Agreements.Show(v.Context(), client, d.Raw)
	if err != nil {
		return err
	}
	for _, line := range a.Head {
		c.Head = append(c.Head, web.Entry{Label: line.Label.In(v.Lang()), Value: line.Text.In(v.Lang())})
	}
	for _, x := range a.Values {
		c.Values = append(c.Values, web.ConsentValue{
			Name: choiceOf(d, x.Name), Label: x.Label.In(v.Lang()), Value: x.Held.In(v.Lang()), Optional: x.Optional,
		})
	}
	for _, line := range a.Terms {
		c.Terms = append(c.Terms, web.Entry{Label: line.Label.In(v.Lang()), Value: line.Text.In(v.Lang())})
	}
	return nil
}

// agreed writes down what a person agreed to beside forms, each in the part that it concerns. It
// runs before the grant: an agreement that nobody is told of can't be used by anybody.
func (s *Service) agreed(ctx context.Context, account AccountID, r oidc.Request, chosen []string) (map[int]oidc.AuthorizationDetail, error) {
	out := map[int]oidc.AuthorizationDetail{}
	for i, d := range r.Details {
		if !isAgreement(d) {
			continue
		}
		if s.Agreements == nil {
			return nil, errNoAgreements
		}
		var some []string
		if chosen != nil {
			some = []string{}
		}
		for _, name := range chosen {
			if field, ok := strings.CutPrefix(name, choiceOf(d, "")); ok {
				some = append(some, field)
			}
		}
		raw, err := s.Agreements.Give(ctx, r.ClientID, string(account), d.Raw, some)
		if err != nil {
			return nil, err
		}
		out[i] = oidc.AuthorizationDetail{Type: d.Type, Raw: raw}
	}
	return out, nil
}
