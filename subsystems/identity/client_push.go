package identity

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/sign"
)

// maxBrowsers bounds how many browsers of one person are told.
const maxBrowsers = 10

// pushLife is how long a push service keeps a message for a browser that is off (RFC 8030, 5.2).
const pushLife = "86400"

func pushKeyPlace(realm who.Realm) sign.Place {
	return sign.Place{Realm: realm, Table: "identity_notice_keys", Column: "sealed", ID: "vapid"}
}

// PushKey is what browsers subscribe with; it is made when the first one does.
func (s *Service) PushKey(ctx context.Context) (string, error) {
	realm := who.From(ctx).Realm
	var sealed []byte
	read := func(tx *db.Tx) (err error) {
		sealed, err = sealedPushKey(tx)
		return err
	}
	err := s.DB.Read(ctx, read)
	if fault.Is(err, fault.NotFound) {
		var raw, made []byte
		if raw, err = newPushKey(); err != nil {
			return "", err
		}
		if made, err = s.Keys.Encrypt(pushKeyPlace(realm), raw); err != nil {
			return "", err
		}
		if err = s.DB.WriteLatest(ctx, func(tx *db.Tx) error { return addPushKey(tx, made) }); err == nil {
			err = s.DB.Read(ctx, read) // another process may have been first
		}
	}
	if err != nil {
		return "", err
	}
	key, err := s.openPushKey(realm, sealed)
	if err != nil {
		return "", err
	}
	return publicPushKey(key)
}

func (s *Service) openPushKey(realm who.Realm, sealed []byte) (*ecdsa.PrivateKey, error) {
	raw, err := s.Keys.Decrypt(pushKeyPlace(realm), sealed)
	if err != nil {
		return nil, err
	}
	return readPushKey(raw)
}

// Browsers lists where the signed-in person is told by push.
func (s *Service) Browsers(ctx context.Context) (out []storedBrowser, err error) {
	account, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = browsersOf(tx, account)
		return err
	})
	return out, err
}

// Subscribe keeps a browser of the signed-in person.
func (s *Service) Subscribe(ctx context.Context, x Subscription, device string) error {
	account, err := owner(ctx)
	if err != nil {
		return err
	}
	if err := x.check(); err != nil {
		return fault.New(fault.Invalid, "web.fault.invalid.text").Because(err)
	}
	if who.From(ctx).Realm == who.Production && !strings.HasPrefix(x.Endpoint, "https:") {
		return fault.New(fault.Invalid, "web.fault.invalid.text")
	}
	plain, err := json.Marshal(x)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		index, err := s.Keys.BlindIndex(tx.Realm(), "identity_notice_browsers", "endpoint", x.Endpoint)
		if err != nil {
			return err
		}
		b := storedBrowser{ID: id.New[string](tx.Now()), Account: account, Device: device}
		if b.Sealed, err = s.Keys.Encrypt(place(tx, "identity_notice_browsers", "sealed", b.ID), plain); err != nil {
			return err
		}
		all, err := browsersOf(tx, account)
		if err != nil {
			return err
		}
		if len(all) >= maxBrowsers { // the oldest makes room
			if err := removeBrowser(tx, account, all[0].ID); err != nil {
				return err
			}
		}
		return addBrowser(tx, b, index)
	})
}

// Unsubscribe forgets a browser of the signed-in person.
func (s *Service) Unsubscribe(ctx context.Context, browser string) error {
	account, err := owner(ctx)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return removeBrowser(tx, account, browser) })
}

// pushed is what the service worker shows.
type pushed struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Path  string `json:"path"`
	Tag   string `json:"tag"` // a second one with the same tag takes the first one's place
}

// push sends a notice to a browser: sent, gone for a dead subscription, refused for what
// will never be taken; an error is tried again. No error holds the endpoint: whoever has it
// can write to the browser's push service.
func (s *Service) push(ctx context.Context, p parcel, b storedBrowser) (outcome string, err error) {
	realm := who.From(ctx).Realm
	raw, err := s.Keys.Decrypt(sign.Place{Realm: realm, Table: "identity_notice_browsers", Column: "sealed", ID: b.ID}, b.Sealed)
	if err != nil {
		return "", err
	}
	var x Subscription
	if err := json.Unmarshal(raw, &x); err != nil {
		return "", err
	}
	q, err := s.pushRequest(ctx, p, x)
	if err != nil {
		return "", withoutAddress(err)
	}
	r, err := s.protocol.Outside.Do(q)
	if err != nil {
		return "", withoutAddress(err)
	}
	defer r.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 4096)) // so that the connection can be used again
	switch {
	case r.StatusCode >= 200 && r.StatusCode < 300:
		return "sent", nil
	case r.StatusCode == http.StatusNotFound || r.StatusCode == http.StatusGone: // RFC 8030, 7.3
		return "gone", nil
	case r.StatusCode == http.StatusTooManyRequests || r.StatusCode >= 500:
		return "", fmt.Errorf("identity: the push service answered with %d", r.StatusCode)
	}
	return "refused", nil
}

func (s *Service) pushRequest(ctx context.Context, p parcel, x Subscription) (*http.Request, error) {
	t := s.Words.In(p.lang)
	title, _ := p.said(t, s.named(ctx, p.Service, p.lang))
	from := t.T("identity.notice.us")
	if !p.ours() {
		from = s.named(ctx, p.Sender, p.lang)
	}
	plain, err := json.Marshal(pushed{Title: title, Body: from, Path: strings.TrimPrefix(s.addressOf(ctx, p.lang, "/me/inbox/"+string(p.ID)), s.origin), Tag: string(p.ID)})
	if err != nil {
		return nil, err
	}
	sealed, err := freshPush(x, plain)
	if err != nil {
		return nil, err
	}
	key, err := s.openPushKey(who.From(ctx).Realm, p.key)
	if err != nil {
		return nil, err
	}
	contact := s.origin
	if s.Mail != nil {
		contact = "mailto:" + s.Mail.From
	}
	shown, err := vapid(key, x.origin(), contact, s.DB.Clock()())
	if err != nil {
		return nil, err
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, x.Endpoint, bytes.NewReader(sealed))
	if err != nil {
		return nil, err
	}
	urgency := "normal"
	if p.urgent() {
		urgency = "high"
	}
	for name, value := range map[string]string{
		"Authorization": shown, "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream", "TTL": pushLife, "Urgency": urgency,
		"Topic": strings.ReplaceAll(string(p.ID), "-", ""), // RFC 8030, 5.4: a second one replaces the first, if that still waits
	} {
		q.Header.Set(name, value)
	}
	return q, nil
}

// withoutAddress takes the address out of what net/http says.
func withoutAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return fmt.Errorf("identity: push: %w", u.Err)
	}
	return err
}
