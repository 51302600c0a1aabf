package oidc

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
)

// Register takes a new client without asking anybody (RFC 7591, 3): in the sandbox only.
func (p *Provider) Register(v *web.Visit) error { return p.answer(v, pathRegister, p.register) }

func (p *Provider) register(c *call) (*reply, error) {
	if who.From(c.ctx).Realm != who.Sandbox {
		return nil, fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	if kind, _, err := mime.ParseMediaType(c.q.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, refuse(invalidMetadata, "the body must be application/json")
	}
	raw, err := readBody(c.q)
	if err != nil {
		return nil, err
	}
	client, err := p.ReadMetadata(c.ctx, raw)
	if err != nil {
		return nil, err
	}
	if err := p.CheckSector(c.ctx, &client); err != nil {
		return nil, err
	}
	if client.Department != "" && p.Department != nil {
		if err := p.Department(c.ctx, client.Department); err != nil {
			return nil, refuse(invalidMetadata, "praya_department: %v", err)
		}
	}
	client.ID = id.New[string](c.now)
	clientSecret := ""
	if client.AuthMethod != byKey {
		clientSecret = secret()
	}
	if err := p.DB.Write(c.ctx, func(tx *db.Tx) error { return p.SaveClient(tx, client, clientSecret) }); err != nil {
		return nil, err
	}
	c.client = &client
	return registered(&client, clientSecret, c.now.Time().Unix())
}

func (p *Provider) knownTypes(asked []string) (known []string) {
	for _, t := range asked {
		if contains(p.DetailTypes, t) {
			known = append(known, t)
		}
	}
	return known
}

// registered answers with all that was registered, what was left out filled in (RFC 7591, 3.2.1).
func registered(client *Client, clientSecret string, at int64) (*reply, error) {
	raw, err := json.Marshal(client.Metadata)
	if err != nil {
		return nil, err
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	all["client_id"], all["client_id_issued_at"] = client.ID, at
	if clientSecret != "" {
		all["client_secret"], all["client_secret_expires_at"] = clientSecret, 0
	}
	return okJSON(http.StatusCreated, all)
}

// CheckSector fetches what stands at a sector_identifier_uri, which must name every
// redirect URI (OpenID Connect Registration, 5).
func (p *Provider) CheckSector(ctx context.Context, c *Client) error {
	if c.SectorURI == "" {
		return nil
	}
	raw, err := p.Outside.get(ctx, c.SectorURI)
	if err != nil {
		return refuse(invalidMetadata, "the document at sector_identifier_uri cannot be fetched")
	}
	list := texts(raw)
	for _, u := range c.RedirectURIs {
		if !contains(list, u) {
			return refuse(invalidMetadata, "the document at sector_identifier_uri does not name every redirect URI")
		}
	}
	return nil
}
