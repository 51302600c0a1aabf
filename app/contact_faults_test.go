package app

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/queue"
)

// exchangeHall is a place with a telephone line, and an agent whose telephone is on the table.
type exchangeHall struct {
	*testing.T
	place  place
	plain  string // configuration without a line
	port   string
	store  *Praya
	system context.Context
	agent  context.Context //nolint:containedctx // who does something, for the whole test
}

func newExchangeHall(t *testing.T, address string) *exchangeHall {
	t.Helper()
	for _, program := range []string{"baresip", "sipp", "sox"} {
		if _, err := exec.LookPath(program); err != nil {
			lacks(t, program+" is not installed")
		}
	}
	h := &exchangeHall{T: t, place: somewhere(t, address), system: who.AsSystem(t.Context(), who.Production)}
	plain, err := os.ReadFile(h.place.config)
	h.ok(err)
	h.plain = string(plain)
	h.line()
	h.store = h.place.open(t)
	h.agent = h.officer("agent-1", cases.AgentRole)
	return h
}

// line is a telephone line of its own for the process that is started next.
func (h *exchangeHall) line() {
	h.Helper()
	h.port = freePort(h.T)
	h.place.config = filepath.Join(h.TempDir(), "praya.toml")
	h.ok(os.WriteFile(h.place.config, []byte(h.plain+fmt.Sprintf("[contact]\nudp = \"127.0.0.1:%s\"\n", h.port)), 0o600))
}

func (h *exchangeHall) officer(id, role string) context.Context {
	return who.With(h.system, who.Request{Realm: who.Production, Actor: who.Actor{Kind: who.Officer, ID: id, Duty: who.Duty{Officer: id, Department: centre, Roles: role}}})
}

func (h *exchangeHall) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// freePort is a port that two processes, one after the other, listen at.
func freePort(t *testing.T) string {
	t.Helper()
	probe, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = probe.Close() }()
	return strconv.Itoa(probe.LocalAddr().(*net.UDPAddr).Port)
}

// serve starts the program, and waits for its telephone.
func (h *exchangeHall) serve() served {
	h.Helper()
	s, out := served{place: h.place, log: &transcript{}}, &transcript{}
	s.cmd = h.place.command(h.T, "serve", "--listen", "localhost:0")
	s.cmd.Stdout, s.cmd.Stderr = out, s.log
	h.ok(s.cmd.Start())
	h.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		if h.Failed() {
			h.Logf("it said:\n%s", s.log)
		}
	})
	s.public = out.between(h.T, "ready ", "\n")
	s.log.between(h.T, "telephone udp ", "\n")
	return s
}

// telephone registers a telephone that we did not write for the agent. It answers by itself and
// says a tone, until it is switched off.
func (h *exchangeHall) telephone() (off func()) {
	h.Helper()
	name, password, err := h.store.Contact.NewPhone(h.agent)
	h.ok(err)
	folder := h.TempDir()
	tone := filepath.Join(folder, "tone.wav")
	if out, err := exec.CommandContext(h.Context(), "sox", "-n", "-r", "8000", "-c", "1", "-b", "16", tone, "synth", "120", "sine", "1000", "vol", "0.3").CombinedOutput(); err != nil {
		h.Fatalf("%v %s", err, out)
	}
	for file, text := range map[string]string{
		"accounts": fmt.Sprintf("<sip:%s@127.0.0.1:%s;transport=udp>;auth_pass=%s;answermode=auto;regint=60\n", name, h.port, password),
		"contacts": "",
		"config": strings.Join([]string{
			"poll_method epoll", "sip_listen 127.0.0.1:" + freePort(h.T), "audio_player aubridge,spk", "audio_source aufile," + tone, "audio_alert aubridge,alert",
			"ausrc_srate 8000", "auplay_srate 8000", "ausrc_channels 1", "auplay_channels 1", "net_interface 127.0.0.1", "module_path /usr/lib/baresip/modules",
			"module g711.so", "module aubridge.so", "module aufile.so", "module_tmp uuid.so", "module_tmp account.so", "module_app menu.so", "",
		}, "\n"),
	} {
		h.ok(os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600))
	}
	said := &transcript{}
	cmd := exec.Command("baresip", "-f", folder)
	cmd.Stdout, cmd.Stderr = said, said
	h.ok(cmd.Start())
	off = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	h.Cleanup(func() {
		off()
		if h.Failed() {
			h.Logf("the telephone said:\n%s", said)
		}
	})
	said.between(h.T, "200 OK", "]")
	return off
}

// dials is a caller of sipp who presses a key again and again (2: Putonghua, a report), or none,
// and stays.
func (h *exchangeHall) dials(number, key string) (hangUp func()) {
	h.Helper()
	read := func(name string, pairs ...string) string {
		raw, err := os.ReadFile(filepath.Join("testdata", name))
		h.ok(err)
		return strings.NewReplacer(pairs...).Replace(string(raw))
	}
	var presses strings.Builder
	for i := range 90 {
		if key == "" {
			presses.WriteString(`<recv request="BYE"/>`)
			break
		}
		presses.WriteString(read("press.xml", "CALLER", number, "NUMBER", strconv.Itoa(i), "KEY", key))
	}
	scenario := filepath.Join(h.TempDir(), "caller.xml")
	h.ok(os.WriteFile(scenario, []byte(read("caller.xml", "CALLER", number, "<!-- PRESSES -->", presses.String())), 0o600))
	out := &transcript{}
	cmd := exec.Command("sipp", "-sf", scenario, "-m", "1", "-i", "127.0.0.1", "-nostdin", "127.0.0.1:"+h.port)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = filepath.Dir(scenario), out, out, append(os.Environ(), "TERM=dumb")
	h.ok(cmd.Start())
	over := make(chan struct{})
	go func() { _ = cmd.Wait(); close(over) }()
	hangUp = func() { _ = cmd.Process.Kill(); <-over }
	h.Cleanup(hangUp)
	return hangUp
}

// calls are the records of all calls, the last first.
func (h *exchangeHall) calls() (out []queue.Call) {
	h.Helper()
	h.ok(h.store.DB.ReadLatest(h.system, func(tx *db.Tx) (err error) {
		out, err = h.store.Contact.Queue.Calls(tx, queue.Filter{Limit: 50})
		return err
	}))
	return out
}

func (h *exchangeHall) in(state queue.CallState) (n int) {
	for _, c := range h.calls() {
		if c.State == state {
			n++
		}
	}
	return n
}

// until waits for something to be so.
func (h *exchangeHall) until(what string, patience time.Duration, so func() bool) {
	h.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			a, _, err := h.store.Contact.Queue.Of(h.system, "agent-1")
			h.Fatalf("not in %s: %s; calls %+v; agent %+v %v", patience, what, h.calls(), a, err)
		}
	}
}

var statOf = regexp.MustCompile(`(?m)^(Length \(seconds\)|Maximum amplitude):\s+([\d.]+)`)

// sounds plays a recording as WAV to sox, and gives its length and how loud it is.
func (h *exchangeHall) sounds(name string) (seconds, loud float64) {
	h.Helper()
	r, err := h.store.Contact.Recording(h.agent, name)
	h.ok(err)
	var wav bytes.Buffer
	h.ok(h.store.Contact.Listen(h.agent, r, &wav))
	cmd := exec.CommandContext(h.Context(), "sox", "-t", "wav", "-", "-n", "stat")
	cmd.Stdin = &wav
	out, err := cmd.CombinedOutput()
	if err != nil {
		h.Fatalf("%v %s", err, out)
	}
	for _, m := range statOf.FindAllStringSubmatch(string(out), -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		h.ok(err)
		if m[1][0] == 'L' {
			seconds = v
		} else {
			loud = v
		}
	}
	return seconds, loud
}

// TestKilledInMidCall kills the program while one caller speaks with an agent and another waits.
// After its start the conversation up to that second can be heard, both calls are on record as
// interrupted, cases are there, and the agent is reached by the next caller. On PostgreSQL it is
// another process that takes over, which stood by with a line of its own: its start does not take
// the recording from the one that lives.
func TestKilledInMidCall(t *testing.T) {
	t.Parallel() // it mostly waits
	dbtest.EachURL(t, func(t *testing.T, address string) {
		t.Parallel()
		h := newExchangeHall(t, address)
		first := h.serve()
		off := h.telephone()
		h.ok(h.store.Contact.SetState(h.agent, queue.Ready))
		talking := h.dials("91234567", "2")
		h.until("the first caller speaks", time.Minute, func() bool { return h.in(queue.IsTalking) == 1 })
		begun := time.Now()
		var opened cases.Case
		h.ok(h.store.DB.Write(h.system, func(tx *db.Tx) (err error) {
			opened, _, err = h.store.Contact.Cases.Open(tx, cases.New{
				Kind: cases.Enquiry, Channel: "phone", Language: lang.TC, Title: "渠蓋", Text: "渠蓋鬆脫。", Contact: cases.Contact{Phone: "91234567"}, By: "agent-1",
			})
			return err
		}))
		waiting := h.dials("91234568", "2")
		h.until("the second caller waits", time.Minute, func() bool { return h.in(queue.IsWaiting) == 1 })
		another := h.place.database != ""
		if another {
			h.line()
			h.serve()
		}
		time.Sleep(time.Until(begun.Add(6 * time.Second)))
		spoken := time.Since(begun).Seconds()
		h.ok(first.cmd.Process.Kill())
		_ = first.cmd.Wait()
		talking()
		waiting()
		off()

		if !another {
			h.serve()
		}
		h.until("both calls are interrupted", 20*time.Second, func() bool {
			n := 0
			for _, c := range h.calls() {
				if c.Outcome == queue.Interrupted && c.State == "over" {
					n++
				}
			}
			return n == 2
		})
		var recording string
		h.until("the recording is kept", 20*time.Second, func() bool {
			for _, c := range h.calls() {
				if c.Recording != "" {
					recording = c.Recording
				}
			}
			return recording != ""
		})
		seconds, loud := h.sounds(recording)
		if seconds < spoken-2.5 || seconds > spoken+2 || loud < 0.05 {
			t.Errorf("%.1f s were spoken, %.1f s are kept, as loud as %.3f", spoken, seconds, loud)
		}
		t.Logf("%.1f s were spoken, %.1f s are kept, amplitude %.3f", spoken, seconds, loud)
		other, err := h.store.Contact.Recording(h.officer("agent-2", cases.AgentRole), recording)
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("another agent may hear it: %+v %v", other, err)
		}
		h.ok(h.store.DB.ReadLatest(h.system, func(tx *db.Tx) error {
			c, err := h.store.Contact.Cases.ByReference(tx, opened.Reference)
			if err == nil && c.Title != "渠蓋" {
				t.Errorf("%+v", c)
			}
			return err
		}))
		a, busy, err := h.store.Contact.Queue.Of(h.system, "agent-1")
		if err != nil || a.State != queue.Unconnected || busy != nil {
			t.Errorf("the agent is stuck, or calls are offered to a telephone that isn't there: %+v %+v %v", a, busy, err)
		}
		h.telephone() // telephones register again, each at its time; this one is switched on again
		h.until("the agent is ready again", 20*time.Second, func() bool {
			a, _, err := h.store.Contact.Queue.Of(h.system, "agent-1")
			return err == nil && a.State == queue.Ready
		})
		h.dials("91234568", "2")
		h.until("the agent is reached again", time.Minute, func() bool { return h.in(queue.IsTalking) == 1 })
	})
}

// TestSilentCallerAndMessage: who presses nothing reaches an agent; who leaves a message has a case.
func TestSilentCallerAndMessage(t *testing.T) {
	t.Parallel() // it mostly waits
	h := newExchangeHall(t, "")
	h.serve()
	h.telephone()
	h.ok(h.store.Contact.SetState(h.agent, queue.Ready))
	h.dials("91234567", "")
	h.dials("91234568", "4")
	h.until("the silent caller speaks with the agent", 2*time.Minute, func() bool { return h.in(queue.IsTalking) == 1 })
	h.until("the message is a case", 2*time.Minute, func() bool {
		var found []cases.Case
		h.ok(h.store.DB.ReadLatest(h.system, func(tx *db.Tx) (err error) {
			found, err = h.store.Contact.Cases.ByPhone(tx, "91234568")
			return err
		}))
		return len(found) == 1
	})
}

// lacks skips what needs a program that is not here; where CI is set, nothing is skipped.
func lacks(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what, ": run .ci/install first")
}
