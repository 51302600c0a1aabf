package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"praya/app"
	"praya/kernel/who"
	"praya/subsystems/identity"
)

// few is what the many are measured beside.
const few = 1000

// many is 20,000 accounts, or the whole claim: a million.
func (b *bench) many() int {
	if b.scale >= 10 {
		return 1_000_000
	}
	return 20_000
}

// town is the real program on a data folder with people in it, half of them in each realm.
type town struct {
	*provider
	people  int
	devices []device // of one person for each connection
	rest    float64  // resident memory before anybody came
	file    float64  // size of its store, in MB
}

// scaling measures sign-ins with passkeys, and what all figures become with many accounts.
func (b *bench) scaling() (err error) {
	var towns [2]town
	for i, people := range []int{few, b.many()} {
		if towns[i], err = b.town(people); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, towns[i].stop()) }()
	}
	var from networks
	for _, f := range []struct {
		name, unit string
		prepare    func(town) func(*provider) (func(int) error, error)
	}{
		{"identity.passkey", "sign-ins/s", func(t town) func(*provider) (func(int) error, error) {
			return func(p *provider) (func(int) error, error) { return p.passkeys(t.devices, &from)() }
		}},
		{"identity.client_credentials", "tokens/s", always((*provider).clientCredentials)},
		{"identity.introspection", "answers/s", always((*provider).introspection)},
		{"identity.fapi_flow", "sign-ins/s", always((*provider).flow)},
	} {
		if !b.wants(f.name+".scale") && (f.name != "identity.passkey" || !b.wants(f.name)) {
			continue
		}
		if err := b.atBoth(f.name, f.unit, towns, f.prepare); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	b.add(Result{
		Name: "identity.rest", Unit: "MB resident", Ours: towns[1].rest, RSS: towns[1].rest, Beside: map[string]float64{"1,000 accounts": towns[0].rest},
		Size: fmt.Sprintf("%d accounts, %.0f MB of store, 5 s after ready, no request yet; after the load %.0f MB", towns[1].people, towns[1].file, towns[1].memory()),
	})
	return nil
}

func always(f func(*provider) (func(int) error, error)) func(town) func(*provider) (func(int) error, error) {
	return func(town) func(*provider) (func(int) error, error) { return f }
}

// atBoth takes turns at the two, three times, so that what else the machine does falls on
// both, and keeps the best of each. Both programs run all the time.
func (b *bench) atBoth(name, unit string, towns [2]town, prepare func(town) func(*provider) (func(int) error, error)) error {
	var best [2]figure
	for range 3 {
		for i, t := range towns {
			f, err := b.loaded(t.provider, prepare(t))
			if err != nil {
				return fmt.Errorf("%d accounts: %w", t.people, err)
			}
			if f.rate > best[i].rate {
				best[i] = f
			}
		}
	}
	small, large := best[0], best[1]
	if name == "identity.passkey" {
		b.add(Result{
			Name: name, Unit: unit, Ours: small.rate, P50: small.p50, P99: small.p99, RSS: small.memory, Beside: map[string]float64{},
			Size: fmt.Sprintf("%d connections, %d accounts, page and answer; %s", connections, few, small.cpu),
		})
	}
	b.add(Result{
		Name: name + ".scale", Unit: unit, Ours: large.rate, P50: large.p50, P99: large.p99, RSS: large.memory,
		Beside: map[string]float64{"1,000 accounts": small.rate},
		Size: fmt.Sprintf("%d accounts, best of 3 turns; %s; with 1,000 accounts %s",
			towns[1].people, large.cpu, small.cpu),
	})
	return nil
}

// town fills a data folder in this process, and starts the program on it.
func (b *bench) town(people int) (t town, err error) {
	bin, err := b.binary()
	if err != nil {
		return t, err
	}
	data := filepath.Join(b.dir, fmt.Sprintf("town-%d", people))
	t = town{people: people}
	began := time.Now()
	if t.devices, err = b.enlist(data, people); err != nil {
		return t, err
	}
	fmt.Fprintf(os.Stderr, "%d accounts enlisted in %s\n", people, time.Since(began).Round(time.Second/10))
	if info, err := os.Stat(filepath.Join(data, "praya.db")); err == nil {
		t.file = float64(info.Size()) / 1e6
	}
	config := data + ".toml"
	if err := os.WriteFile(config, []byte("operator = \"off\"\ntrusted_proxies = [\"127.0.0.0/8\", \"::1/128\"]\n"), 0o600); err != nil {
		return t, err
	}
	cmd := exec.Command(bin, "--config", config, "--data", data, "serve", "--listen", "localhost:0")
	base, err := begin(cmd)
	if err != nil {
		return t, err
	}
	time.Sleep(5 * time.Second)
	t.rest = rss(cmd.Process.Pid)
	stop := func() error { return errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()) }
	if t.provider, err = discover(base+"/sandbox", cmd.Process.Pid, stop); err != nil {
		return t, errors.Join(err, stop())
	}
	return t, nil
}

// enlist takes half of the people over into each realm, and gives the telephones of as many
// as there are connections.
func (b *bench) enlist(data string, people int) (devices []device, err error) {
	config, err := app.LoadConfig("")
	if err != nil {
		return nil, err
	}
	config.Data, config.Operator = data, "off"
	p, err := app.Open(b.ctx, config, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	for i := range connections {
		devices = append(devices, newDevice(fmt.Sprintf("person-%d", i)))
	}
	for _, realm := range []who.Realm{who.Production, who.Sandbox} {
		own := devices
		if realm == who.Sandbox {
			own = nil
		}
		if _, err := p.Identity.Enlist(who.AsSystem(b.ctx, realm), invented(people/2, own)); err != nil {
			return nil, err
		}
	}
	return devices, nil
}

// invented are people with a document, a name, a birthday and a passkey; the first have
// telephones that can answer.
func invented(n int, devices []device) iter.Seq[identity.Newcomer] {
	public := newDevice("").key.Key.AttestationData()
	return func(yield func(identity.Newcomer) bool) {
		for i := range n {
			p := identity.Newcomer{Level: identity.Plus, Lang: "tc", Values: []identity.Value{
				{Field: identity.DocumentNo, Text: document(i), Source: identity.ByDocument},
				{Field: identity.NameEnglish, Text: fmt.Sprintf("CHAN Number %d", i), Source: identity.ByDocument},
				{Field: identity.BirthDate, Text: fmt.Sprintf("%d-0%d-1%d", 1940+i%60, 1+i%9, i%10), Source: identity.ByDocument},
			}}
			if i < len(devices) {
				key := devices[i].key
				p.ID = identity.AccountID(devices[i].authenticator.Options.UserHandle)
				p.Passkey = &identity.KeptPasskey{ID: key.ID, PublicKey: key.Key.AttestationData(), Name: "Telephone"}
			} else {
				credential := make([]byte, 32)
				_, _ = rand.Read(credential) // never fails since Go 1.24
				p.Passkey = &identity.KeptPasskey{ID: credential, PublicKey: public, Name: "Telephone"}
			}
			if !yield(p) {
				return
			}
		}
	}
}

// document is the i-th number with a right check digit.
func document(i int) string {
	body := string(rune('A'+i/1_000_000)) + fmt.Sprintf("%06d", i%1_000_000)
	for _, digit := range "0123456789A" {
		if n, err := identity.ParseDocumentNumber(body + string(digit)); err == nil {
			return string(n)
		}
	}
	panic("one of the eleven is right")
}
