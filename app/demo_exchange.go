package app

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/subsystems/exchange"
	"praya/subsystems/identity"
)

// The demonstration's exchange: the Transport Department renews driving licences with the
// address that the Immigration Department holds. Both are programs of examples/ with keys of
// their own, which the demonstration makes for them and leaves in the data folder.
const (
	licenceClient   = "licence"
	licenceCallback = "http://localhost:8091/callback"
	addressProgram  = "http://localhost:8092"
	addressService  = "immd.address"
)

func (p *Praya) loadExchange(ctx context.Context) error {
	secret, err := p.Identity.LoadService(ctx, identity.Sample{
		Client: licenceClient, Callback: licenceCallback, Department: "TD",
		Name:    lang.Text{TC: "續領駕駛執照（示範）", EN: "Renew a driving licence (sample)", SC: "续领驾驶执照（示范）"},
		Purpose: lang.Text{TC: "續領駕駛執照", EN: "Renew a driving licence", SC: "续领驾驶执照"},
	})
	if err != nil || secret == "" {
		return err // there already
	}
	if err := os.WriteFile(filepath.Join(p.Config.Data, licenceClient+".secret"), []byte(secret+"\n"), 0o600); err != nil {
		return err
	}
	return p.openMarket(ctx, licenceClient, addressProgram)
}

// openMarket registers both departments, the service, and the right to it.
func (p *Praya) openMarket(ctx context.Context, client, program string) error {
	x := p.Exchange
	transport, err := demoKey(filepath.Join(p.Config.Data, "transport.key"))
	if err != nil {
		return err
	}
	immd, err := demoKey(filepath.Join(p.Config.Data, "immd.key"))
	if err != nil {
		return err
	}
	names, err := p.Directory.Departments(ctx)
	if err != nil {
		return err
	}
	name := map[string]lang.Text{}
	for _, d := range names {
		name[d.Code] = d.Name
	}
	from := when.System().Add(-time.Minute)
	for _, step := range []func() error{
		func() error {
			return x.PutParty(ctx, exchange.Party{Code: "transport", Department: "TD", Name: name["TD"], Clients: []string{client}})
		},
		func() error {
			return x.PutParty(ctx, exchange.Party{Code: "immd", Department: "IMMD", Name: name["IMMD"]})
		},
		func() error {
			return x.AddKey(ctx, exchange.PartyKey{ID: "transport/1", Party: "transport", Use: exchange.Signing, Public: transport, From: from})
		},
		func() error {
			return x.AddKey(ctx, exchange.PartyKey{ID: "immd/1", Party: "immd", Use: exchange.Signing, Public: immd, From: from})
		},
		func() error { return x.PutService(ctx, demoService(program)) },
		func() error { return p.grantDemo(ctx) },
	} {
		if err := step(); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}

func demoService(program string) exchange.DataService {
	return exchange.DataService{
		Code: addressService, Provider: "immd",
		Title: lang.Text{TC: "登記地址（示範）", EN: "Registered address (sample)", SC: "登记地址（示范）"},
		About: lang.Text{
			TC: "虛構人物的姓名和登記地址，只供示範。", EN: "Names and registered addresses of invented people, for the demonstration only.", SC: "虚构人物的姓名和登记地址，只供示范。",
		},
		Base: program, OpenAPI: []byte(demoOpenAPI),
		Fields: []exchange.Field{
			{Name: "name", Label: lang.Text{TC: "姓名", EN: "Name", SC: "姓名"}, Class: exchange.Ordinary},
			{Name: "address", Label: lang.Text{TC: "登記地址", EN: "Registered address", SC: "登记地址"}, Class: exchange.Ordinary},
			{Name: "since", Label: lang.Text{TC: "入住日期", EN: "Living there since", SC: "入住日期"}, Class: exchange.Ordinary},
		},
		Purposes: []string{"licence-application", "service-application", "law-enforcement"}, Subject: exchange.ByDocument,
		Surplus: exchange.Refuse, Content: exchange.JSONFields, Methods: []string{"GET", "HEAD"}, Patience: 5 * time.Second,
		Level: lang.Text{TC: "全日24小時提供，99%的查詢在1秒內回覆。", EN: "Day and night; 99% of questions are answered within a second.", SC: "全日24小时提供，99%的查询在1秒内回复。"},
		State: exchange.Open,
	}
}

const demoOpenAPI = `{"openapi":"3.1.0","info":{"title":"Registered address (sample)","version":"1.0.0"},"paths":{"/addresses":{"get":{"summary":"The subject's registered address","responses":{"200":{"description":"The fields that were asked for","content":{"application/json":{"schema":{"type":"object","properties":{"name":{"type":"string"},"address":{"type":"string"},"since":{"type":"string","format":"date"}}}}}},"404":{"description":"Nobody is registered under this number"}}}}}}`

// grantDemo has the right asked for and granted. Who asks is not who grants.
func (p *Praya) grantDemo(ctx context.Context) error {
	asks := who.With(ctx, who.Request{Realm: who.Production, Actor: who.Actor{Kind: who.Operator, ID: "demonstration"}})
	id, err := p.Exchange.AskRight(asks, exchange.Right{
		Service: addressService, Consumer: "transport", Fields: []string{"name", "address", "since"}, Purpose: "licence-application",
		Why: "續領駕駛執照時核對地址，無須市民再次填寫。", Basis: exchange.OnConsent,
	})
	if err != nil {
		return err
	}
	return p.Exchange.DecideRight(ctx, id, true, "示範資料，沒有經測試環境試用。")
}

// demoKey reads the public half of a program's key, which is made when it is not there.
func demoKey(file string) ([]byte, error) {
	_, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, err
		}
		raw := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	own, err := privateKey(file)
	if err != nil {
		return nil, err
	}
	return x509.MarshalPKIXPublicKey(own.Public())
}
