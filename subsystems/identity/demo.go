package identity

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/subsystems/identity/internal/oidc"
)

// SampleClient is the client id of the sample service in examples/.
const SampleClient = "sample-service"

// LoadSample registers the sample service of examples/, which is allowed to be a plain
// client, and gives its secret. When it is there already, the secret is empty.
func (s *Service) LoadSample(ctx context.Context, client, callback string) (secret string, err error) {
	ctx = who.AsSystem(ctx, who.Production)
	if _, err := s.protocol.Client(ctx, client); !fault.Is(err, fault.NotFound) {
		return "", err
	}
	secret = token()
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.addSample(tx, OnlineID(client), callback); err != nil {
			return err
		}
		return s.protocol.SaveClient(tx, oidc.Client{ID: client, Kind: oidc.Plain, Metadata: oidc.Metadata{
			Name: "泳灘燒烤爐申請（示範） Barbecue pits (sample)", RedirectURIs: []string{callback}, AuthMethod: "client_secret_basic",
			ApplicationType: "native", // it listens on loopback (RFC 8252, 7.3)
			Scope:           "openid " + NotifyScope, GrantTypes: []string{"authorization_code", "client_credentials"}, DetailTypes: []string{FormFilling, AgreementType},
		}}, secret)
	})
	return secret, err
}
