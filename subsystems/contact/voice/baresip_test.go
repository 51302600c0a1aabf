package voice

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// people keeps the secrets of the tests' telephones.
type people map[string][2]string // user: digests, account

func (p people) Secret(_ context.Context, user string) (string, string, error) {
	if v, ok := p[user]; ok {
		return v[0], v[1], nil
	}
	return "", "", errors.New("nobody")
}

const baresipConfig = `poll_method epoll
sip_listen 127.0.0.1:PORT
audio_player aubridge,spk
audio_source SOURCE
audio_alert aubridge,alert
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
jitter_buffer_delay 5-10
net_interface 127.0.0.1
module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module aufile.so
module sndfile.so
module srtp.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
snd_path DIR
`

// baresip runs a telephone that we did not write; its folder fills with what
// it heard and said.
func baresip(t *testing.T, account, source, more string, args ...string) (folder string) {
	t.Helper()
	program, err := exec.LookPath("baresip")
	if err != nil {
		lacks(t, "baresip is not installed")
	}
	folder = t.TempDir()
	probe, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := probe.LocalAddr().(*net.UDPAddr).Port
	_ = probe.Close()
	config := strings.NewReplacer("PORT", itoa(port), "SOURCE", source, "DIR", folder).Replace(baresipConfig) + more
	for name, text := range map[string]string{"config": config, "accounts": account + "\n", "contacts": ""} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	cmd := exec.Command(program, append([]string{"-f", folder}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		over := time.AfterFunc(3*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		over.Stop()
		if t.Failed() {
			t.Logf("baresip said:\n%s", tail(out.String()))
		}
	})
	return folder
}

// toneFile is half a minute of a tone, as a telephone's microphone.
func toneFile(t *testing.T, frequency float64) string {
	t.Helper()
	const seconds = 30
	var out bytes.Buffer
	out.WriteString("RIFF")
	_ = binary.Write(&out, binary.LittleEndian, uint32(36+rate*2*seconds))
	out.WriteString("WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	for _, v := range []any{uint32(rate), uint32(rate * 2), uint16(2), uint16(16), []byte("data"), uint32(rate * 2 * seconds)} {
		_ = binary.Write(&out, binary.LittleEndian, v)
	}
	for i := range rate * seconds {
		_ = binary.Write(&out, binary.LittleEndian, int16(8000*math.Sin(2*math.Pi*frequency*float64(i)/rate)))
	}
	name := filepath.Join(t.TempDir(), "tone.wav")
	if err := os.WriteFile(name, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 200 {
		if ok() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("in ten seconds not: " + what)
}

// strength is how much of what is heard is a tone of this frequency, as a
// share of all there is: the median of tenths of a second, so that a gap that a
// busy machine makes doesn't count as another tone.
func strength(samples []int16, frequency float64) float64 {
	var shares []float64
	for w := range slices.Chunk(samples, rate/10) {
		shares = append(shares, goertzel(w, frequency))
	}
	if len(shares) == 0 {
		return 0
	}
	slices.Sort(shares)
	return shares[len(shares)/2]
}

func goertzel(samples []int16, frequency float64) float64 {
	k := 2 * math.Cos(2*math.Pi*frequency/rate)
	var s1, s2, all float64
	for _, v := range samples {
		s := float64(v) + k*s1 - s2
		s2, s1 = s1, s
		all += float64(v) * float64(v)
	}
	if all == 0 {
		return 0
	}
	return (s1*s1 + s2*s2 - k*s1*s2) / (all * float64(len(samples)) / 2)
}

// wavSamples reads a mono file of 16 bits, and gives its middle.
func wavSamples(t *testing.T, pattern string) []int16 {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no file %s: %v", pattern, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil || len(raw) < 44 {
		t.Fatalf("%s: %v (%d bytes)", files[0], err, len(raw))
	}
	raw = raw[44:]
	samples := make([]int16, len(raw)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	return samples[len(samples)/4 : len(samples)*3/4]
}

func TestATonePassesBetweenACallerAndAnAgentsTelephone(t *testing.T) {
	t.Parallel()
	pair, cert, _ := certificate(t)
	for _, transport := range []string{"udp", "tcp", "tls", "tls;mediaenc=srtp-mand", "tls;mediaenc=srtp"} {
		t.Run(transport, func(t *testing.T) {
			tonePasses(t, transport, cert, func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &pair, nil })
		})
	}
}

func tonePasses(t *testing.T, transport, cert string, certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)) {
	joined := make(chan error, 1)
	var s *Service
	var account string
	s = serving(t, &Service{
		Config: Config{TCP: "127.0.0.1:0", TLS: "127.0.0.1:0", Certificate: certificate},
		Phones: people{"agent": {OldSecretOf("agent", "praya", "pass-1"), "officer-1"}},
		Incoming: func(ctx context.Context, c *Call) {
			c.Ringing()
			if err := c.Answer(ctx); err != nil {
				joined <- err
				return
			}
			agent, err := s.RingPhone(ctx, "officer-1", c.From())
			if err != nil {
				joined <- err
				return
			}
			for _, end := range []*Call{c, agent} {
				if (end.socket.cipher.Load() != nil) != strings.Contains(account, "srtp") {
					t.Errorf("the sound of %q is encrypted: %v", end.Account(), end.socket.cipher.Load() != nil)
				}
			}
			room := NewRoom(c, agent)
			time.Sleep(3 * time.Second)
			agent.HangUp()
			joined <- room.Wait(ctx)
		},
	})
	at := map[string]string{"udp": s.Bound().UDP.String(), "tcp": s.Bound().TCP.String(), "tls": s.Bound().TLS.String()}
	transport, encrypted, _ := strings.Cut(transport, ";")
	account = "<sip:agent@" + at[transport] + ";transport=" + transport + ">;" + encrypted + ";auth_pass=pass-1;answermode=auto;regint=60"
	agent := baresip(t, account, "aufile,"+toneFile(t, 1000), "sip_cafile "+cert+"\n")
	eventually(t, "the telephone registers", func() bool { return s.Counts().Phones == 1 })
	caller := baresip(t, "<sip:21801234@127.0.0.1>;"+encrypted+";regint=0", "aufile,"+toneFile(t, 440), "sip_cafile "+cert+"\n",
		"-e", "d sip:1823@"+at[transport]+";transport="+transport)
	select {
	case err := <-joined:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the two were never joined")
	}
	eventually(t, "both calls are gone", func() bool { return s.Counts().Calls == 0 })
	time.Sleep(300 * time.Millisecond)
	if got := strength(wavSamples(t, agent+"/*-dec.wav"), 440); got < 0.7 {
		t.Errorf("the agent hears the caller's tone with %.2f", got)
	}
	if got := strength(wavSamples(t, caller+"/*-dec.wav"), 1000); got < 0.7 {
		t.Errorf("the caller hears the agent's tone with %.2f", got)
	}
}

// TestANewcomersCall is the call of docs/run/telephones.md, with a file as
// microphone: typed keys arrive.
func TestANewcomersCall(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"baresip", "script"} {
		if _, err := exec.LookPath(program); err != nil {
			lacks(t, program+" is not installed")
		}
	}
	keys := make(chan byte, 1)
	asked := make(chan struct{})
	s := serving(t, &Service{Incoming: func(ctx context.Context, c *Call) {
		if c.Answer(ctx) != nil {
			return
		}
		close(asked)
		k, _ := c.Ask(ctx, 8*time.Second, Prompt("", "welcome"))
		keys <- k
	}})
	folder := t.TempDir()
	for name, text := range map[string]string{
		"accounts": "<sip:21801234@127.0.0.1>;regint=0\n",
		"config": "module_path /usr/lib/baresip/modules\nmodule stdio.so\nmodule g711.so\nmodule aufile.so\nmodule aubridge.so\nmodule_tmp uuid.so\nmodule_tmp account.so\nmodule_app menu.so\n" +
			"audio_source aufile," + toneFile(t, 440) + "\naudio_player aubridge,x\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("script", "-qfc", "baresip -f . -e 'd sip:1823@"+s.Bound().UDP.String()+"'", "/dev/null")
	cmd.Dir = folder
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	select {
	case <-asked:
	case <-time.After(10 * time.Second):
		t.Fatalf("no call:\n%s", tail(out.String()))
	}
	time.Sleep(time.Second)
	_, _ = in.Write([]byte("3"))
	if k := <-keys; k != '3' {
		t.Errorf("key %q\n%s", k, tail(out.String()))
	}
	_, _ = in.Write([]byte("q"))
	time.Sleep(300 * time.Millisecond)
}
