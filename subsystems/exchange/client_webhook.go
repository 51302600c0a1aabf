package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"praya/platform/httpsig"
)

var errWebhook = errors.New("exchange: the webhook did not take it")

const webhookPatience = 15 * time.Second

// PartyProfile is how parties sign what is not a call: deletion receipts, questions about
// consents, late results; and how the gateway signs what it sends to webhooks.
func PartyProfile(scheme string) httpsig.Profile {
	return httpsig.Profile{Tag: Tag, Label: callLabel, Scheme: scheme, Parts: true, Life: life, Skew: skew, Also: []string{headID, headAbout}}
}

// post sends a signed message to a webhook, which must answer 2xx.
func (s *Service) post(ctx context.Context, address, contentType string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, webhookPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", contentType)
	return s.deliver(r)
}

func (s *Service) deliver(r *http.Request) error {
	id, key, err := s.Keys.Signer()
	if err != nil {
		return err
	}
	signer, err := httpsig.NewSigner(PartyProfile(""), gatewayKey+id, key, s.Clock)
	if err != nil {
		return err
	}
	if _, err := signer.Request(r); err != nil {
		return err
	}
	resp, err := s.Transport.RoundTrip(r)
	if err != nil {
		return errors.Join(errWebhook, err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // so that the connection can be used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("%w: status %d", errWebhook, resp.StatusCode)
	}
	return nil
}
