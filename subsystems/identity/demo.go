package identity

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/subsystems/identity/internal/oidc"
)

// SampleClient is the client id of the sample service in examples/.
const SampleClient = "sample-service"

// Sample is an online service of the demonstration: a program of examples/.
type Sample struct {
	Client     string
	Callback   string
	Department string
	Name       lang.Text
	Purpose    lang.Text
	Fields     []Field // that it fills its form with
}

// LoadSample registers the sample service of examples/, and gives its secret.
func (s *Service) LoadSample(ctx context.Context, client, callback string) (secret string, err error) {
	return s.LoadService(ctx, Sample{
		Client: client, Callback: callback, Department: "LCSD",
		Name:    lang.Text{TC: "泳灘燒烤爐申請（示範）", EN: "Barbecue pits (sample)", SC: "泳滩烧烤炉申请（示范）"},
		Purpose: lang.Text{TC: "申請使用泳灘燒烤爐", EN: "Apply for a barbecue pit at a beach", SC: "申请使用泳滩烧烤炉"},
		Fields:  []Field{NameChinese, NameEnglish, Email, Mobile, Residence},
	})
}

// LoadService registers a sample service, which is allowed to be a plain client, and gives its
// secret. When it is there already, the secret is empty.
func (s *Service) LoadService(ctx context.Context, sample Sample) (secret string, err error) {
	ctx = who.AsSystem(ctx, who.Production)
	if _, err := s.protocol.Client(ctx, sample.Client); !fault.Is(err, fault.NotFound) {
		return "", err
	}
	details := []string{AgreementType}
	if len(sample.Fields) > 0 {
		details = append(details, FormFilling)
	}
	secret = token()
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.addSample(tx, sample); err != nil {
			return err
		}
		return s.protocol.SaveClient(tx, oidc.Client{ID: sample.Client, Kind: oidc.Plain, Metadata: oidc.Metadata{
			Name: sample.Name.TC + " " + sample.Name.EN, RedirectURIs: []string{sample.Callback}, AuthMethod: "client_secret_basic",
			ApplicationType: "native", // it listens on loopback (RFC 8252, 7.3)
			Scope:           "openid " + NotifyScope, GrantTypes: []string{"authorization_code", "client_credentials"}, DetailTypes: details,
		}}, secret)
	})
	return secret, err
}
