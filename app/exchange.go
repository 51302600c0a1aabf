package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/directory"
	"praya/subsystems/exchange"
	"praya/subsystems/identity"
	"praya/subsystems/ledger"
)

// Exchange joins the data exchange to the Commercial Data Interchange (商業數據通): the code of the
// party that it is here, and the https address at which it takes events. Both or neither.
type Exchange struct {
	CDIParty   string `toml:"cdi_party" json:"cdi_party"`
	CDIAddress string `toml:"cdi_address" json:"cdi_address"`
}

func (e Exchange) check(say func(format string, args ...any)) {
	if (e.CDIParty == "") != (e.CDIAddress == "") {
		say("exchange: cdi_party and cdi_address belong together")
	}
	if u, err := url.Parse(e.CDIAddress); e.CDIAddress != "" && (err != nil || u.Scheme != "https" && !loopback(u.Hostname()) || u.Host == "") {
		say("exchange: cdi_address: %q is not an https address", e.CDIAddress)
	}
}

func (p *Praya) newExchange(policy *access.Policy, book *words.Book) *exchange.Service {
	return &exchange.Service{
		DB: p.DB, Keys: p.Keys, Policy: policy, Ledger: evidence{p}, People: subjects{p}, Departments: staff{p},
		Clock: when.System, Log: p.log, Origin: p.Config.origin(), Transport: exchange.NewTransport(),
		CDI: exchange.CDI{Party: p.Config.Exchange.CDIParty, Address: p.Config.Exchange.CDIAddress}, Words: book,
	}
}

// evidence gives the exchange's facts to the ledger.
type evidence struct{ *Praya }

// Commit logs commitments, and gives the leaves as they will be hashed.
func (evidence) Commit(tx *db.Tx, all []exchange.Commitment) ([]exchange.Logged, error) {
	out := make([]exchange.Logged, len(all))
	batch := make([]ledger.Commitment, len(all))
	for i, c := range all {
		batch[i] = ledger.Commitment{Type: ledger.Type(c.Type), Of: c.Of, Keys: c.Keys, Previous: ledger.EntryID(c.Previous), At: tx.Now()}
		leaf, err := batch[i].Leaf(tx.Now())
		if err != nil {
			return nil, err
		}
		out[i].Leaf = leaf
	}
	ids, err := ledger.CommitMany(tx, batch)
	for i, id := range ids {
		out[i].Entry = string(id)
	}
	return out, err
}

// Bundle proves an entry, once a checkpoint holds it.
func (e evidence) Bundle(ctx context.Context, entry string) ([]byte, bool, error) {
	b, err := e.Ledger.EntryBundle(ctx, ledger.EntryID(entry))
	if errors.Is(err, ledger.ErrWaiting) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	raw, err := json.Marshal(b)
	return raw, false, err
}

// Trust is whom to believe about the ledger.
func (e evidence) Trust(ctx context.Context) (exchange.LedgerTrust, error) {
	t, err := e.Ledger.Trust(ctx)
	return exchange.LedgerTrust{Key: t.Key, Witnesses: t.Witnesses, Quorum: t.Quorum}, err
}

// subjects tells the exchange how providers know people, and people what concerns them.
type subjects struct{ *Praya }

// Subject is an account's document number, as it was verified.
func (p subjects) Subject(ctx context.Context, account string, kind exchange.SubjectKind) (string, error) {
	number, err := p.Identity.VerifiedDocument(ctx, identity.AccountID(account))
	if err == nil && (number == "" || kind != exchange.ByDocument) {
		err = fault.New(fault.Conflict, "exchange.fault.no-document")
	}
	return number, err
}

// Tell puts a notice before a person.
func (p subjects) Tell(ctx context.Context, account, key, path string, title, text lang.Text) error {
	return p.Identity.Tell(ctx, identity.AccountID(account), key, path, title, text)
}

// moreOfAccount leads from an account to what other parts have for its owner.
func (p *Praya) moreOfAccount(v *web.Visit) []web.Task {
	return slices.Concat(p.Services.More(v), p.Contact.More(v), moreOfExchange(v))
}

func moreOfExchange(v *web.Visit) []web.Task {
	duty := v.Actor().Duty
	switch {
	case v.Actor().Kind == who.Person:
		return []web.Task{{Text: v.T("exchange.me.title"), Hint: v.T("exchange.me.lead"), Path: "/me/exchange"}}
	case duty.In(exchange.DeveloperRole) || duty.In(exchange.StewardRole):
		return []web.Task{{Text: v.T("exchange.desk.title"), Hint: v.T("exchange.desk.lead"), Path: "/exchange/desk"}}
	}
	return nil
}

// exchangeRoles are what officers may do in the exchange, for the directory to grant.
func exchangeRoles() []directory.Role {
	return []directory.Role{
		{
			Name: exchange.DeveloperRole, Subsystem: "exchange",
			Label: lang.Text{TC: "數據交換開發人員", EN: "Developer of data exchanges", SC: "数据交换开发人员"},
		},
		{
			Name: exchange.StewardRole, Subsystem: "exchange", Restricted: true,
			Label: lang.Text{TC: "數據管理員", EN: "Data steward", SC: "数据管理员"},
		},
	}
}

// agreements lets the identity's consent page ask for what the exchange needs.
type agreements struct{ *Praya }

// Check says what is wrong with a client's request.
func (p agreements) Check(ctx context.Context, client string, raw json.RawMessage) error {
	w, err := exchange.ReadWish(raw)
	if err == nil {
		_, err = p.Exchange.Offer(ctx, client, w)
	}
	return err
}

// Show puts a request into words.
func (p agreements) Show(ctx context.Context, client string, raw json.RawMessage) (out identity.Agreement, err error) {
	w, err := exchange.ReadWish(raw)
	if err != nil {
		return out, err
	}
	a, err := p.Exchange.Describe(ctx, client, w)
	for _, l := range a.Head {
		out.Head = append(out.Head, identity.AgreementLine(l))
	}
	for _, f := range a.Fields {
		out.Values = append(out.Values, identity.AgreementValue(f))
	}
	for _, l := range a.Terms {
		out.Terms = append(out.Terms, identity.AgreementLine(l))
	}
	return out, err
}

// Give writes a consent down, and names it to the client.
func (p agreements) Give(ctx context.Context, client, account string, raw json.RawMessage, chosen []string) (json.RawMessage, error) {
	w, err := exchange.ReadWish(raw)
	if err != nil {
		return nil, err
	}
	if chosen == nil {
		chosen = w.OptionalFields
	}
	c, err := p.Exchange.Give(ctx, client, w, account, account, chosen)
	if err != nil {
		return nil, err
	}
	w.Consent = c.ID
	return json.Marshal(w)
}
