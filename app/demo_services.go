package app

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/httpsig"
	"praya/platform/web"
	"praya/subsystems/directory"
	"praya/subsystems/exchange"
	"praya/subsystems/services"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/fees"
	"praya/subsystems/services/licences"
)

// The demonstration's public services belong to an invented department. Two real departments
// give it data through the exchange, as they would: the program plays them too, with keys of
// their own, so that nothing else has to be started.

func demoDepartment() directory.Department {
	return directory.Department{
		Code: services.DemoDepartment, Kind: directory.DepartmentKind, Parent: "ITIB",
		Name:  lang.Text{TC: "示範服務署（虛構）", EN: "Demonstration Services Department (invented)", SC: "示范服务署（虚构）"},
		Short: lang.Text{TC: "示範署", EN: "DSD (invented)", SC: "示范署"},
	}
}

// serviceOfficers are the two who deal with the demonstration's applications.
func serviceOfficers() []demoOfficer {
	return []demoOfficer{
		{
			services.DemoDepartment, "handler@demo.praya.example",
			directory.PersonName{Chinese: "何示範", English: "HO Demonstration"},
			lang.Text{TC: "示範牌照主任", EN: "Demonstration Licensing Officer", SC: "示范牌照主任"},
			[]string{
				services.HandlerRole, services.InspectorRole, services.ApproverRole, services.EditorRole, services.CounterRole,
				licences.OfficerRole, booking.OfficerRole, fees.OfficerRole,
			},
		},
		{
			services.DemoDepartment, "approver@demo.praya.example",
			directory.PersonName{Chinese: "施示範", English: "SZE Demonstration"},
			lang.Text{TC: "示範總牌照主任", EN: "Demonstration Chief Licensing Officer", SC: "示范总牌照主任"},
			[]string{services.HandlerRole, services.ApproverRole, licences.ApproverRole, fees.ApproverRole},
		},
	}
}

// loadDepartment makes the invented department when it is not there.
func (p *Praya) loadDepartment(ctx context.Context) error {
	_, err := p.Directory.Department(ctx, services.DemoDepartment)
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return p.Directory.PutDepartment(ctx, demoDepartment())
}

func (p *Praya) loadServices(ctx context.Context) error {
	if err := p.Services.LoadDemo(ctx); err != nil {
		return err
	}
	if err := p.loadHolders(ctx); err != nil {
		return err
	}
	var officers [2]who.Actor // invented ones, whom nobody can sign in as
	for i := range officers {
		officers[i] = who.Actor{Kind: who.Officer, ID: "demonstration-officer-" + strconv.Itoa(i+1), Duty: who.Duty{
			Department: services.DemoDepartment, Roles: services.ApproverRole + " " + services.HandlerRole + " " + services.InspectorRole,
		}}
	}
	return p.Services.LoadCases(ctx, officers)
}

// holder is a department that holds data, played by the demonstration.
type holder struct {
	party, department, service string
	title, about               lang.Text
	fields                     []exchange.Field
	answer                     func(number string) map[string]string
}

func holders() []holder {
	field := func(name, tc, en, sc string) exchange.Field {
		return exchange.Field{Name: name, Label: lang.Text{TC: tc, EN: en, SC: sc}, Class: exchange.Ordinary}
	}
	since := field("since", "開始日期", "Since", "开始日期")
	return []holder{
		{
			"immd", "IMMD", "immd.residence",
			lang.Text{TC: "登記住址（示範）", EN: "Registered residence (sample)", SC: "登记住址（示范）"},
			lang.Text{TC: "虛構的住址，只供示範。", EN: "Invented addresses, for the demonstration only.", SC: "虚构的住址，只供示范。"},
			[]exchange.Field{field("name", "姓名", "Name", "姓名"), field("address", "登記住址", "Registered address", "登记住址"), since},
			func(number string) map[string]string {
				n := dice(number)
				return map[string]string{
					"name":    "示範居民",
					"address": fmt.Sprintf("%s第%d座%d樓%c室（虛構）", []string{"海旁邨示範樓", "望海花園", "碼頭里一號", "堤岸中心"}[n%4], 1+n%6, 2+n%38, 'A'+rune(n%8)),
					"since":   fmt.Sprintf("%d-%02d-01", 2008+n%15, 1+n%12),
				}
			},
		},
		{
			"ird", "IRD", "ird.business",
			lang.Text{TC: "商業登記資料（示範）", EN: "Business registration (sample)", SC: "商业登记资料（示范）"},
			lang.Text{TC: "虛構的商業登記，只供示範。", EN: "Invented registrations, for the demonstration only.", SC: "虚构的商业登记，只供示范。"},
			[]exchange.Field{field("number", "商業登記號碼", "Business registration number", "商业登记号码"), field("business", "業務名稱", "Name of the business", "业务名称"), since},
			func(number string) map[string]string {
				n := dice("business " + number)
				return map[string]string{
					"number":   fmt.Sprintf("%08d-000", 10_000_000+n%80_000_000),
					"business": []string{"海旁茶餐廳（虛構）", "望海小食店（虛構）", "堤岸餅家（虛構）", "碼頭咖啡（虛構）"}[n%4],
					"since":    fmt.Sprintf("%d-%02d-15", 2015+n%10, 1+n%12),
				}
			},
		},
	}
}

// dice gives the same invented number for the same text.
func dice(of string) int {
	sum := sha256.Sum256([]byte("praya demonstration " + of))
	return int(binary.BigEndian.Uint32(sum[:4]))
}

// loadHolders registers the departments that hold data, their data services, and the right of
// the demonstration's department to ask for them by consent.
func (p *Praya) loadHolders(ctx context.Context) error {
	if err := (consenting{p}).join(ctx, services.DemoDepartment); err != nil {
		return err
	}
	names, err := staff{p}.Departments(ctx)
	if err != nil {
		return err
	}
	for _, h := range holders() {
		public, err := demoKey(filepath.Join(p.Config.Data, h.party+".key"))
		if err != nil {
			return err
		}
		steps := []func() error{
			func() error {
				return p.Exchange.PutParty(ctx, exchange.Party{Code: h.party, Department: h.department, Name: names[h.department]})
			},
			func() error {
				return p.Exchange.AddKey(ctx, exchange.PartyKey{ID: h.party + "/1", Party: h.party, Use: exchange.Signing, Public: public, From: when.System().Add(-time.Minute)})
			},
			func() error { return p.Exchange.PutService(ctx, h.dataService(p.Config.origin())) },
			func() error { return p.grantHolder(ctx, h) },
		}
		for _, step := range steps {
			if err := step(); err != nil && !fault.Is(err, fault.Conflict) {
				return err
			}
		}
	}
	return nil
}

func (h holder) dataService(origin string) exchange.DataService {
	properties := map[string]any{}
	for _, f := range h.fields {
		properties[f.Name] = map[string]string{"type": "string"}
	}
	openAPI, err := json.Marshal(map[string]any{
		"openapi": "3.1.0", "info": map[string]string{"title": h.title.EN, "version": "1.0.0"},
		"paths": map[string]any{holderPath + h.party: map[string]any{"get": map[string]any{
			"summary": h.title.EN, "responses": map[string]any{"200": map[string]any{
				"description": "The fields that were asked for",
				"content":     map[string]any{"application/json": map[string]any{"schema": map[string]any{"type": "object", "properties": properties}}},
			}},
		}}},
	})
	if err != nil {
		panic("app: " + err.Error()) // plain data
	}
	return exchange.DataService{
		Code: h.service, Provider: h.party, Title: h.title, About: h.about, Base: origin, OpenAPI: openAPI, Fields: h.fields,
		Purposes: []string{"service-application"}, Subject: exchange.ByDocument, Surplus: exchange.Refuse, Content: exchange.JSONFields,
		Methods: []string{"GET"}, Patience: 5 * time.Second, State: exchange.Open,
		Level: lang.Text{TC: "全日24小時提供。", EN: "Day and night.", SC: "全日24小时提供。"},
	}
}

// grantHolder has the right asked for and granted, once.
func (p *Praya) grantHolder(ctx context.Context, h holder) error {
	var fields []string
	for _, f := range h.fields {
		fields = append(fields, f.Name)
	}
	w := exchange.Wish{Type: exchange.DetailType, Service: h.service, Purpose: "service-application", Fields: fields, KeepDays: 30}
	if _, err := p.Exchange.Offer(ctx, hosted(services.DemoDepartment), w); !fault.Is(err, fault.Invalid) {
		return err // granted before
	}
	asks := who.With(ctx, who.Request{Realm: who.Production, Actor: who.Actor{Kind: who.Operator, ID: "demonstration"}})
	id, err := p.Exchange.AskRight(asks, exchange.Right{
		Service: h.service, Consumer: hosted(services.DemoDepartment), Fields: fields, Purpose: w.Purpose, Basis: exchange.OnConsent,
		Why: "申請牌照和服務時無須市民再次填寫。",
	})
	if err != nil {
		return err
	}
	return p.Exchange.DecideRight(ctx, id, true, "示範資料，沒有經測試環境試用。")
}

// holderPath is where the demonstration's departments are asked, followed by their party.
const holderPath = "/api/demonstration/"

// mountHolders plays the departments that hold data.
func (p *Praya) mountHolders() error {
	verifier, err := httpsig.NewVerifier(exchange.ForwardProfile(schemeOf(p.Config.origin())), p.Exchange, when.System)
	if err != nil {
		return err
	}
	for _, h := range holders() {
		key, err := privateKey(filepath.Join(p.Config.Data, h.party+".key"))
		if err != nil {
			return err
		}
		signer, err := httpsig.NewSigner(exchange.CallProfile(schemeOf(p.Config.origin())), h.party+"/1", key, when.System)
		if err != nil {
			return err
		}
		p.Site.API("GET "+holderPath+h.party, func(v *web.Visit) error { return h.serve(v, verifier, signer) })
	}
	return nil
}

func schemeOf(origin string) string {
	scheme, _, _ := strings.Cut(origin, "://")
	return scheme
}

// serve answers one call. Nothing is said to whom the gateway did not send.
func (h holder) serve(v *web.Visit, verifier *httpsig.Verifier, signer *httpsig.Signer) error {
	if _, err := verifier.Request(v.R); err != nil {
		return fault.New(fault.Unauthenticated, "web.fault.unauthenticated.text").Because(err)
	}
	_, number, _ := strings.Cut(v.R.Header.Get("Exchange-Subject"), " ")
	all, out := h.answer(number), map[string]string{}
	for f := range strings.SplitSeq(v.R.Header.Get("Exchange-Fields"), ",") {
		if value, ok := all[strings.TrimSpace(f)]; ok {
			out[strings.TrimSpace(f)] = value
		}
	}
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	salt, err := base64.StdEncoding.DecodeString(v.R.Header.Get("Exchange-Salt"))
	if err != nil {
		return fault.New(fault.Invalid, "web.fault.invalid.text").Because(err)
	}
	sum := sha256.Sum256(append(salt, v.R.Header.Get("Exchange-Subject")...))
	head := v.W.Header()
	head.Set("Content-Type", "application/json")
	head.Set("Content-Length", strconv.Itoa(len(body)))
	head.Set("Content-Digest", httpsig.DigestOf(body))
	head.Set("Exchange-Id", v.R.Header.Get("Exchange-Id"))
	head.Set("Exchange-About", base64.StdEncoding.EncodeToString(sum[:]))
	if _, err := signer.Response(head, http.StatusOK, v.R); err != nil {
		return err
	}
	v.W.WriteHeader(http.StatusOK)
	_, err = v.W.Write(body)
	return err
}

// privateKey reads the key of a program that the demonstration plays.
func privateKey(file string) (ed25519.PrivateKey, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, errors.New("app: " + file + " holds no key")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	own, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("app: " + file + " holds another kind of key")
	}
	return own, nil
}
