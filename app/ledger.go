package app

import (
	"path/filepath"
	"strings"
	"time"

	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/web"
	"praya/subsystems/ledger"
)

// Ledger is the policy of the transparency log: a checkpoint is published when Quorum of the
// witnesses have cosigned it.
type Ledger struct {
	// Witnesses are programs that other departments run: `praya witness` prints the key.
	Witnesses []ledger.Witness `toml:"witnesses" json:"witnesses"`
	Quorum    int              `toml:"quorum" json:"quorum"`
	// Authorities are asked for time stamps (RFC 3161) on checkpoints of the production log.
	Authorities []ledger.Authority `toml:"authorities" json:"authorities"`
	// StampMinutes is how long to wait between two stamps of an authority. Default 10.
	StampMinutes int `toml:"stamp_minutes" json:"stamp_minutes"`
}

func (l Ledger) check(say func(format string, args ...any)) {
	if l.Quorum < 0 || l.Quorum > len(l.Witnesses) {
		say("ledger: quorum: %d of %d witnesses cannot cosign", l.Quorum, len(l.Witnesses))
	}
	for _, w := range l.Witnesses {
		if err := w.Check(); err != nil {
			say("ledger: %v", err)
		}
	}
	names := map[string]bool{}
	for _, a := range l.Authorities {
		if err := a.Check(); err != nil {
			say("ledger: %v", err)
		}
		if names[a.Name] {
			say("ledger: two authorities are called %q", a.Name)
		}
		names[a.Name] = true
	}
	if l.StampMinutes < 0 {
		say("ledger: stamp_minutes: %d is not a time", l.StampMinutes)
	}
}

func (p *Praya) newLedger(policy *access.Policy) *ledger.Service {
	_, host, _ := strings.Cut(p.Config.origin(), "://")
	return &ledger.Service{
		DB: p.DB, Keys: p.Keys, Policy: policy, Programs: anchoring{p}, Clock: when.System, Log: p.log,
		Origin: host + "/ledger", Witnesses: p.Config.Ledger.Witnesses, Quorum: p.Config.Ledger.Quorum,
		Authorities: p.Config.Ledger.Authorities, StampEvery: time.Duration(p.Config.Ledger.StampMinutes) * time.Minute,
		Marks: ledger.NewMarks(filepath.Join(p.Config.Data, "ledger-marks.json")),
	}
}

// anchoring tells the ledger which program calls.
type anchoring struct{ *Praya }

// Program reads the token of a call.
func (p anchoring) Program(v *web.Visit, scope string) (ledger.Issuer, bool, error) {
	client, name, ok, err := p.Identity.Program(v, scope)
	return ledger.Issuer{Client: client, Name: name}, ok, err
}
