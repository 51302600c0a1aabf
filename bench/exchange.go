package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"praya/app"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/events"
	"praya/subsystems/exchange"
)

// The exchange's own processes: this program again, under another name.
const (
	asGateway = "as-gateway" // DATA LISTEN plain|evidenced [PROFILE]
	asReverse = "as-reverse" // UPSTREAM
)

// another runs this program as one of the processes that are measured.
func another(args []string) (done bool, err error) {
	switch {
	case len(args) >= 4 && args[0] == asGateway:
		return true, gateway(args[1], args[2], args[3] == "plain", append(args[4:], "")[0])
	case len(args) == 2 && args[0] == asReverse:
		return true, reverse(args[1])
	case len(args) >= 5 && args[0] == asOffice:
		return true, serveOffice(args[1], args[2], args[3], args[4], append(args[5:], "")[0])
	}
	return false, nil
}

// closed closes what was measured: what it says then changes no figure.
func closed(c io.Closer) { _ = c.Close() }

// gateway is Praya, with its evidence switched off when plain: nothing that ships can do that.
func gateway(data, listen string, plain bool, profile string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p, err := app.Open(ctx, app.Config{Data: data, Listen: listen, Operator: "off"}.WithDefaults(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	defer closed(p)
	p.Exchange.Plain = plain
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	return p.Serve(ctx, func(public, _ string) { fmt.Println("ready", public) })
}

// reverse is Go's own reverse proxy, bare.
func reverse(upstream string) error {
	u, err := url.Parse(upstream)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(u); r.Out.Host = u.Host },
		Transport: &http.Transport{MaxIdleConns: 2048, MaxIdleConnsPerHost: 512, DisableCompression: true},
	}
	fmt.Println("ready http://" + l.Addr().String())
	return http.Serve(l, proxy) //nolint:gosec // a bench
}

// exchange measures the gateway beside Go's bare reverse proxy and nginx, with the same clients
// and the same provider: both sign and check every message, in this process.
func (b *bench) exchange() (err error) {
	w, err := b.market()
	if err != nil {
		return err
	}
	defer closed(w.provider)
	evidenced, err := w.through("evidenced", connections)
	if err != nil {
		return err
	}
	if w.stored > w.consents {
		if err := w.flat(evidenced); err != nil {
			return err
		}
	}
	single, err := w.through("evidenced", 1)
	if err != nil {
		return err
	}
	plain, err := w.through("plain", connections)
	if err != nil {
		return err
	}
	bare, err := w.past(exec.Command(os.Args[0], asReverse, w.provider.address), connections)
	if err != nil {
		return err
	}
	beside := map[string]float64{"ReverseProxy": bare.rate}
	nginx, err := w.nginx()
	if err == nil {
		beside["nginx"] = nginx.rate
	} else if !errors.Is(err, exec.ErrNotFound) {
		return err
	}
	fsync, err := b.fsync()
	if err != nil {
		return err
	}
	b.add(Result{
		Name: "exchange.evidenced", Unit: "exchanges/s", Ours: evidenced.rate, P50: evidenced.p50, P99: evidenced.p99, RSS: evidenced.memory, Beside: beside,
		Size: fmt.Sprintf("%d consents, %d clients; gateway %.3g ms of CPU each, the ends %.3g, ReverseProxy %.3g (%.2g times), nginx %.3g; %s",
			w.stored, connections, evidenced.cpu.user, evidenced.cpu.client, bare.cpu.user, evidenced.cpu.user/bare.cpu.user, nginx.cpu.user, cryptoLimit()),
	})
	b.add(Result{
		Name: "exchange.single", Unit: "exchanges/s", Ours: single.rate, P50: single.p50, P99: single.p99, RSS: single.memory,
		Beside: map[string]float64{"fsync/s": 1000 / fsync}, Size: fmt.Sprintf("one client; one fsync of 4 KiB takes %.3g ms", fsync),
	})
	b.add(Result{
		Name: "exchange.plain", Unit: "exchanges/s", Ours: plain.rate, P50: plain.p50, P99: plain.p99, RSS: plain.memory,
		Beside: map[string]float64{"with evidence": evidenced.rate}, Size: fmt.Sprintf("the same without evidence; %.3g ms of CPU each", plain.cpu.user),
	})
	return w.revokeToDeny()
}

// market is a consumer, a provider, and a data folder in which they know each other.
type market struct {
	b        *bench
	data     string
	consents int // that are called
	stored   int
	ids      []exchange.ConsentID
	consumer ed25519.PrivateKey
	provider *upstream
	gateKey  ed25519.PrivateKey // stands for the gateway where messages go past it
	accounts []string
}

const (
	benchService = "holder.address"
	benchClient  = "bench-client"
)

// market makes the data folder, while nothing else runs on it.
func (b *bench) market() (*market, error) {
	w := &market{b: b, data: filepath.Join(b.dir, "exchange"), consents: 1000}
	if os.Getenv("SCALE") == "full" {
		w.consents = 1_000_000
	}
	if n, err := strconv.Atoi(os.Getenv("CONSENTS")); err == nil {
		w.consents = n
	}
	return w, w.open()
}

// open fills the market.
func (w *market) open() error {
	b := w.b
	w.stored, w.consents = w.consents, min(w.consents, mostGiven)
	p, err := app.Open(b.ctx, app.Config{Data: w.data, Operator: "off"}.WithDefaults(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	defer closed(p)
	var public [3][]byte
	keys := make([]ed25519.PrivateKey, 3)
	for i := range keys {
		pub, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return err
		}
		if public[i], err = x509.MarshalPKIXPublicKey(pub); err != nil {
			return err
		}
		keys[i] = key
	}
	w.consumer, w.gateKey = keys[0], keys[2]
	if w.provider, err = newUpstream(keys[1], p.Exchange, keys[2].Public()); err != nil {
		return err
	}
	text := func(s string) lang.Text { return lang.Text{TC: s, EN: s, SC: s} }
	x, ctx := p.Exchange, b.ctx
	from := when.System().Add(-time.Hour)
	steps := []func() error{
		func() error {
			return x.PutParty(ctx, exchange.Party{Code: "asker", Name: text("Asker"), Clients: []string{benchClient}})
		},
		func() error { return x.PutParty(ctx, exchange.Party{Code: "holder", Name: text("Holder")}) },
		func() error {
			return x.AddKey(ctx, exchange.PartyKey{ID: "asker/1", Party: "asker", Use: exchange.Signing, Public: public[0], From: from})
		},
		func() error {
			return x.AddKey(ctx, exchange.PartyKey{ID: "holder/1", Party: "holder", Use: exchange.Signing, Public: public[1], From: from})
		},
		func() error {
			return x.PutService(ctx, exchange.DataService{
				Code: benchService, Provider: "holder", Title: text("Address"), Base: w.provider.address, OpenAPI: []byte(benchOpenAPI),
				Fields:  []exchange.Field{{Name: "name", Label: text("Name"), Class: exchange.Ordinary}, {Name: "address", Label: text("Address"), Class: exchange.Ordinary}, {Name: "notes", Label: text("Notes"), Class: exchange.Ordinary}},
				Subject: exchange.ByPseudonym, Surplus: exchange.Refuse, Content: exchange.JSONFields, Methods: []string{"GET", "POST"},
				Patience: 10 * time.Second, State: exchange.Open,
			})
		},
		func() error {
			id, err := x.AskRight(asOfficer(ctx, "asker"), exchange.Right{Service: benchService, Consumer: "asker", Fields: []string{"name", "address", "notes"}, Purpose: "service-application", Why: "bench", Basis: exchange.OnConsent})
			if err != nil {
				return err
			}
			return x.DecideRight(ctx, id, true, "bench")
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	if err := w.agree(p); err != nil {
		return err
	}
	return w.multiply(p)
}

// asOfficer: who asks must be another than who decides.
func asOfficer(ctx context.Context, _ string) context.Context {
	return who.With(ctx, who.Request{Realm: who.Production, Actor: who.Actor{Kind: who.Operator, ID: "bench"}})
}

const benchOpenAPI = `{"openapi":"3.1.0","info":{"title":"Addresses","version":"1"},"paths":{"/a":{"get":{"responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"type":"object","properties":{"name":{"type":"string"},"address":{"type":"string"},"notes":{"type":"string"}}}}}}}}}}}`

// mostGiven is how many people really consent. More are copied from these, between them in the
// store's order: rows for a call to find its own among, but nobody could open them.
const mostGiven = 20_000

func (w *market) multiply(p *app.Praya) error {
	for k := range w.stored/w.consents - 1 {
		err := p.Exchange.CopyConsents(who.AsSystem(w.b.ctx, who.Production), strconv.Itoa(k))
		if err != nil {
			return err
		}
	}
	return nil
}

// flat measures the same calls among a thousand consents: what they cost may not grow.
func (w *market) flat(among figure) error {
	few := &market{b: w.b, data: w.data + "-few", consents: 1000}
	if err := few.open(); err != nil {
		return err
	}
	defer closed(few.provider)
	base, err := few.through("evidenced", connections)
	if err != nil {
		return err
	}
	w.b.add(Result{
		Name: "exchange.flat", Unit: "times", Ours: among.cpu.user / base.cpu.user, P50: among.p50, P99: among.p99, RSS: among.memory,
		Beside: map[string]float64{"p50 to p50": among.p50 / base.p50},
		Size:   fmt.Sprintf("the gateway's CPU a call among %d consents, of which %d are called, to that among 1000", w.stored, w.consents),
	})
	return nil
}

// agree has as many people consent as the size says, several at once.
func (w *market) agree(p *app.Praya) error {
	w.ids, w.accounts = make([]exchange.ConsentID, w.consents), make([]string, w.consents)
	until := when.System().Day().Add(300).String()
	var work sync.WaitGroup
	errs := make([]error, 64)
	for worker := range errs {
		work.Go(func() {
			for i := worker; i < w.consents; i += len(errs) {
				account := fmt.Sprintf("account-%d", i)
				c, err := p.Exchange.Give(w.b.ctx, benchClient, exchange.Wish{
					Type: exchange.DetailType, Service: benchService, Purpose: "service-application", Fields: []string{"name", "address", "notes"}, Until: until, KeepDays: 30,
				}, account, account, nil)
				if err != nil {
					errs[worker] = err
					return
				}
				w.ids[i], w.accounts[i] = c.ID, account
			}
		})
	}
	work.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return settle(w.b.ctx, p)
}

// settle lets the ledger and the consumers of events finish what the consents gave them to do: it
// is not part of what is measured.
func settle(ctx context.Context, p *app.Praya) error {
	for {
		n, err := p.Ledger.Sequence(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	running, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = p.Events.Run(running) // it ends when it is stopped
	}()
	defer func() {
		stop()
		<-done
	}()
	for {
		all, err := p.Events.Status(ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(c events.Status) bool { return c.Behind > 0 }) {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// through measures calls through the gateway.
func (w *market) through(how string, clients int) (figure, error) {
	cmd := exec.Command(os.Args[0], asGateway, w.data, "localhost:0", how)
	if f := flag.Lookup("profile"); f.Value.String() != "" {
		cmd.Args = append(cmd.Args, fmt.Sprintf("%s.%s.%d", f.Value, how, clients))
	}
	base, err := begin(cmd)
	if err != nil {
		return figure{}, err
	}
	if how == "evidenced" {
		w.provider.through(base)
	}
	f, err := w.measure(cmd, clients, func(worker int) (func() error, error) { return w.asker(base, worker, how == "evidenced") })
	return f, errors.Join(err, cmd.Process.Signal(os.Interrupt), cmd.Wait())
}

// past measures the same messages through a proxy that does nothing.
func (w *market) past(cmd *exec.Cmd, clients int) (figure, error) {
	base, err := begin(cmd)
	if err != nil {
		return figure{}, err
	}
	f, err := w.measure(cmd, clients, func(worker int) (func() error, error) { return w.direct(base, worker) })
	return f, errors.Join(err, cmd.Process.Kill(), ignore(cmd.Wait()))
}

func ignore(error) error { return nil }

// measure warms up for a second and then asks for three.
func (w *market) measure(cmd *exec.Cmd, clients int, prepare func(worker int) (func() error, error)) (figure, error) {
	asks := make([]func() error, clients)
	for i := range asks {
		var err error
		if asks[i], err = prepare(i); err != nil {
			return figure{}, err
		}
	}
	if _, _, err := loopOf(clients, time.Second, asks); err != nil {
		return figure{}, err
	}
	runtime.GC()
	before, own := treeTime(cmd.Process.Pid), usedBy(os.Getpid())
	all, took, err := loopOf(clients, 3*time.Second*time.Duration(min(w.b.scale, 3)), asks)
	if err != nil {
		return figure{}, err
	}
	p50, p99 := spread(all)
	n := float64(len(all))
	spent := cost{user: (treeTime(cmd.Process.Pid) - before) / n, client: (usedBy(os.Getpid()) - own) / n}
	return figure{rate: n / took.Seconds(), p50: p50, p99: p99, memory: rss(cmd.Process.Pid), took: took, cpu: spent}, nil
}

func loopOf(clients int, long time.Duration, asks []func() error) (all []time.Duration, took time.Duration, err error) {
	took0 := make([][]time.Duration, clients)
	errs := make([]error, clients)
	var work sync.WaitGroup
	began := time.Now()
	for i := range clients {
		work.Go(func() {
			for errs[i] == nil && time.Since(began) < long {
				start := time.Now()
				errs[i] = asks[i]()
				took0[i] = append(took0[i], time.Since(start))
			}
		})
	}
	work.Wait()
	for _, t := range took0 {
		all = append(all, t...)
	}
	return all, time.Since(began), errors.Join(errs...)
}

// nginx measures Debian's nginx as a proxy, with one worker a core.
func (w *market) nginx() (figure, error) {
	bin, err := exec.LookPath("nginx")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return figure{}, exec.ErrNotFound
		}
	}
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return figure{}, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return figure{}, err
	}
	u, err := url.Parse(w.provider.address)
	if err != nil {
		return figure{}, err
	}
	dir := filepath.Join(w.b.dir, "nginx")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return figure{}, err
	}
	config := fmt.Sprintf(`daemon off; worker_processes auto; pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 1024; }
http { access_log off; client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
upstream up { server %[2]s; keepalive 128; }
server { listen 127.0.0.1:%[3]d; location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host %[2]s; } } }
`, dir, u.Host, port)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return figure{}, err
	}
	cmd := exec.Command(bin, "-c", file, "-p", dir)
	if err := cmd.Start(); err != nil {
		return figure{}, err
	}
	base := "http://127.0.0.1:" + strconv.Itoa(port)
	for range 100 {
		if c, err := net.Dial("tcp", base[len("http://"):]); err == nil {
			_ = c.Close()
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	f, err := w.measure(cmd, connections, func(worker int) (func() error, error) { return w.direct(base, worker) })
	return f, errors.Join(err, cmd.Process.Signal(os.Interrupt), ignore(cmd.Wait()))
}

// usedBy is the processor time of a process so far, in milliseconds.
func usedBy(pid int) float64 {
	user, system := processorTime(strconv.Itoa(pid))
	return user + system
}

// treeTime is the processor time of a process and of its children that run: nginx's workers.
func treeTime(pid int) float64 {
	sum := usedBy(pid)
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return sum
	}
	for _, c := range splitFields(string(children)) {
		if n, err := strconv.Atoi(c); err == nil {
			sum += usedBy(n)
		}
	}
	return sum
}

// fsync is how long one takes here, in milliseconds: the floor of durable evidence.
func (b *bench) fsync() (float64, error) {
	f, err := os.Create(filepath.Join(b.dir, "fsync"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	all, err := each(200, func(int) error {
		_, err := f.Write(make([]byte, 4<<10))
		return errors.Join(err, f.Sync())
	})
	p50, _ := spread(all)
	return p50, err
}

// cryptoLimit says what signing and verifying alone would let through on these cores: two
// signatures and two verifications at the gateway and its ends are four and four.
func cryptoLimit() string {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err.Error()
	}
	message := make([]byte, 700)
	sig := ed25519.Sign(key, message)
	pub := key.Public().(ed25519.PublicKey)
	const n = 2000
	start := time.Now()
	for range n {
		ed25519.Sign(key, message)
	}
	signing := time.Since(start) / n
	start = time.Now()
	for range n {
		ed25519.Verify(pub, message, sig)
	}
	verifying := time.Since(start) / n
	each := 3*signing + 4*verifying
	return fmt.Sprintf("3 signatures of %s and 4 verifications of %s an exchange would alone let %.0f a second through", signing, verifying, float64(runtime.GOMAXPROCS(0))/each.Seconds())
}

// revokeToDeny measures, under load, how long it takes from a person's withdrawal to the first
// refusal, and that nothing is answered after the withdrawal was confirmed.
func (w *market) revokeToDeny() error {
	cmd := exec.Command(os.Args[0], asGateway, w.data, "localhost:0", "evidenced")
	base, err := begin(cmd)
	if err != nil {
		return err
	}
	defer func() { _ = errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()) }()
	w.provider.through(base)
	// A second process on the same folder withdraws: what it does must count in the first at once.
	p, err := app.Open(w.b.ctx, app.Config{Data: w.data, Operator: "off"}.WithDefaults(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	defer closed(p)
	stop := make(chan struct{})
	var load sync.WaitGroup
	for worker := range connections - 1 {
		ask, err := w.asker(base, worker, true)
		if err != nil {
			return err
		}
		load.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_ = ask()
				}
			}
		})
	}
	var took []time.Duration
	late := 0
	for i := range 20 {
		victim := w.consents - 1 - i
		ask, err := w.askerFor(base, w.ids[victim])
		if err != nil {
			return err
		}
		if err := ask(); err != nil {
			return err
		}
		began := time.Now()
		if err := p.Exchange.Withdraw(w.b.ctx, w.accounts[victim], w.ids[victim]); err != nil {
			return err
		}
		for ask() == nil {
			late++
		}
		took = append(took, time.Since(began))
	}
	close(stop)
	load.Wait()
	p50, p99 := spread(took)
	w.b.add(Result{
		Name: "exchange.revoke_to_deny", Unit: "ms", Ours: p99, P50: p50, P99: p99, Beside: map[string]float64{},
		Size: fmt.Sprintf("20 withdrawals in another process under the load of %d clients, from the click to the refusal; %d calls answered after the withdrawal was confirmed", connections-1, late),
	})
	return nil
}
