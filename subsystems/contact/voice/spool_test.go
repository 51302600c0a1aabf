package voice

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/sign"
)

func spool(t testing.TB, dir string) Spool {
	t.Helper()
	ring, err := sign.OpenRing(filepath.Join(dir, "keys.ring"), filepath.Join(dir, "key"), when.System)
	if err != nil {
		t.Fatal(err)
	}
	return Spool{Dir: filepath.Join(dir, "spool"), Keys: ring, Realm: who.Production}
}

// sox asks a program that we did not write what a file holds.
func sox(t *testing.T, file string) string {
	t.Helper()
	program, err := exec.LookPath("sox")
	if err != nil {
		lacks(t, "sox is not installed")
	}
	out, err := exec.Command(program, file, "-n", "stat").CombinedOutput()
	if err != nil {
		t.Fatalf("sox: %v\n%s", err, out)
	}
	info, err := exec.Command(program, "--i", file).CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	return string(out) + string(info)
}

func TestARecordedCallIsHeardAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sp := spool(t, dir)
	calls := make(chan *Call, 2)
	s := serving(t, &Service{Incoming: func(ctx context.Context, c *Call) {
		if c.Answer(ctx) == nil {
			calls <- c
			<-c.Done()
		}
	}})
	left, right := newEnd(t, s, "127.0.0.1"), newEnd(t, s, "127.0.0.2")
	if !left.call() {
		t.Fatal("no call")
	}
	a := <-calls
	if !right.call() {
		t.Fatal("no call")
	}
	b := <-calls
	room := NewRoom(a, b)
	tape, err := sp.Start("call-1")
	if err != nil {
		t.Fatal(err)
	}
	room.Record(tape)
	go left.hum(left.media, 440, 3*time.Second)
	right.hum(right.media, 1000, 3*time.Second)
	if got := strength(left.lastSecond(), 1000); got < 0.6 {
		t.Errorf("the left end hears the right one with %.2f", got)
	}
	a.HangUp()
	if err := room.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	room.Close()
	var sealed, wav bytes.Buffer
	if err := sp.Finish("call-1", &sealed); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed.Bytes(), bytes.Repeat([]byte{silence}, 64)) {
		t.Error("the recording is not sealed")
	}
	if err := sp.WAV(&wav, "call-1", bytes.NewReader(sealed.Bytes())); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "call.wav")
	if err := os.WriteFile(file, wav.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	said := sox(t, file)
	if !strings.Contains(said, "Channels       : 2") || !strings.Contains(said, "Sample Rate    : 8000") {
		t.Error(said)
	}
	samples := make([][]int16, 2)
	for i := 44; i+3 < wav.Len(); i += 4 {
		for c := range samples {
			samples[c] = append(samples[c], int16(uint16(wav.Bytes()[i+2*c])|uint16(wav.Bytes()[i+2*c+1])<<8))
		}
	}
	if n := len(samples[0]); n < 5*rate/2 {
		t.Fatalf("%d samples", n)
	}
	for c, f := range []float64{440, 1000} {
		if got := strength(samples[c][rate:2*rate], f); got < 0.7 {
			t.Errorf("channel %d has its tone with %.2f", c, got)
		}
	}
	// Another id, a piece left out, pieces exchanged: none of it opens.
	if err := sp.WAV(&wav, "call-2", bytes.NewReader(sealed.Bytes())); !errors.Is(err, ErrTape) {
		t.Errorf("under another id: %v", err)
	}
	if err := sp.WAV(&wav, "call-1", bytes.NewReader(sealed.Bytes()[:sealed.Len()-16100])); !errors.Is(err, ErrTape) {
		t.Errorf("cut short: %v", err)
	}
	if err := sp.Forget("call-1"); err != nil {
		t.Fatal(err)
	}
	if ids, err := sp.Left(); err != nil || len(ids) != 0 {
		t.Error(ids, err)
	}
	if _, err := sp.Start("../../etc/x"); err == nil {
		t.Error("an id that is a path")
	}
}

func TestVoicemailEndsWithSilenceOrHash(t *testing.T) {
	t.Parallel()
	sp := spool(t, t.TempDir())
	done := make(chan error, 1)
	s := serving(t, &Service{Incoming: func(ctx context.Context, c *Call) {
		if err := c.Answer(ctx); err != nil {
			done <- err
			return
		}
		tape, err := sp.Start(c.From())
		if err == nil {
			err = c.Voicemail(ctx, time.Minute, tape)
		}
		done <- err
	}})
	for _, hash := range []bool{false, true} {
		e := newEnd(t, s, "127.0.0.1")
		e.number = map[bool]string{false: "silence", true: "hash"}[hash]
		if !e.call() {
			t.Fatal("no call")
		}
		began := time.Now()
		e.hum(e.media, 500, time.Second)
		if hash {
			if code, _ := e.ask("INFO", "#", "Content-Type: application/dtmf"); code != 200 {
				t.Error(code)
			}
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); hash != (took < 3*time.Second) || took > 9*time.Second {
			t.Errorf("%s: %v", e.number, took)
		}
		var sealed, wav bytes.Buffer
		if err := errors.Join(sp.Finish(e.number, &sealed), sp.WAV(&wav, e.number, &sealed)); err != nil {
			t.Fatal(err)
		}
		if wav.Len() < 44+4*rate*9/10 {
			t.Errorf("%s: %d bytes", e.number, wav.Len())
		}
	}
}

// TestSpoolOfADeadProcess kills a process that records.
func TestSpoolOfADeadProcess(t *testing.T) {
	if dir := os.Getenv("VOICE_SPOOL"); dir != "" { // the process that is killed
		tape, err := spool(t, dir).Start("killed")
		if err != nil {
			t.Fatal(err)
		}
		for i := range 1000 {
			second := bytes.Repeat([]byte{byte(i)}, aSecond)
			if err := tape.Write(second); err != nil {
				t.Fatal(err)
			}
			_, _ = os.Stdout.WriteString("written\n")
			time.Sleep(10 * time.Millisecond)
		}
		return
	}
	t.Parallel()
	dir := t.TempDir()
	sp := spool(t, dir)
	cmd := exec.Command(os.Args[0], "-test.run", "^TestSpoolOfADeadProcess$")
	cmd.Env = append(os.Environ(), "VOICE_SPOOL="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	written, buffer := 0, make([]byte, 8)
	for written < 20 {
		if _, err := out.Read(buffer); err != nil {
			t.Fatal(err)
		}
		written++
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	// What a dying machine tears is a piece that is not whole.
	f, err := os.OpenFile(filepath.Join(sp.Dir, "killed"+spoolSuffix), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write([]byte{0, 0, 0x3e, 0xaa, 1, 2, 3})
	_ = f.Close()
	lives, err := sp.Start("lives") // of a process that shares the folder
	if err != nil {
		t.Fatal(err)
	}
	defer lives.Close()
	if _, err := sp.Start("lives"); !errors.Is(err, os.ErrExist) {
		t.Errorf("an id is used twice: %v", err)
	}
	ids, err := sp.Left()
	if err != nil || len(ids) != 1 || ids[0] != "killed" {
		t.Fatal(ids, err)
	}
	var sealed, wav bytes.Buffer
	if err := errors.Join(sp.Finish("killed", &sealed), sp.WAV(&wav, "killed", &sealed)); err != nil {
		t.Fatal(err)
	}
	if seconds := (wav.Len() - 44) / 4 / rate; seconds < written {
		t.Errorf("%d of %d seconds that were written", seconds, written)
	}
}

func TestThePromptsSaySomething(t *testing.T) {
	t.Parallel()
	names := []string{
		"welcome", "menu", "recorded", "place", "wait", "minutes", "wait-soon", "callback-offer", "callback-done", "overload",
		"voicemail", "voicemail-thanks", "not-understood", "agent-comes", "agent-gone", "survey", "survey-thanks", "goodbye", "hold", "closed", "beep",
	}
	total := 0
	for _, l := range Languages() {
		for _, name := range names {
			p := Prompt(l, name)
			if len(p) < rate/4 || len(p) > 20*rate || loudness(p) < 300 {
				t.Errorf("%s %s: %d samples, loudness %d", l, name, len(p), loudness(p))
			}
		}
		for n := range 100 {
			for _, w := range Number(l, n) {
				if len(w) < rate/10 || loudness(w) < 300 {
					t.Errorf("%s %d: a word of %d samples", l, n, len(w))
				}
			}
		}
	}
	entries, _ := promptFiles.ReadDir("prompts")
	for _, e := range entries {
		files, _ := promptFiles.ReadDir("prompts/" + e.Name())
		for _, f := range files {
			info, _ := f.Info()
			total += int(info.Size())
		}
	}
	if total > 1_500_000 {
		t.Errorf("%d bytes of prompts", total)
	}
	for n, want := range map[int]string{0: "n-0", 10: "n-10", 15: "n-10 n-5", 20: "n-2 n-10", 47: "n-4 n-10 n-7", 105: "n-1 n-hundred n-0 n-5", 112: "n-1 n-hundred n-1 n-10 n-2", 1823: "n-1 n-8 n-2 n-3"} {
		if got := strings.Join(numberWords("yue", n), " "); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	for n, want := range map[int]string{0: "n-0", 19: "n-19", 40: "n-40", 47: "n-40 n-7", 120: "n-1 n-hundred n-20"} {
		if got := strings.Join(numberWords("en", n), " "); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	folder := t.TempDir()
	_ = os.MkdirAll(filepath.Join(folder, "en"), 0o700)
	_ = os.WriteFile(filepath.Join(folder, "en", "menu.ulaw"), []byte("own"), 0o600)
	if v := (Voice{Folder: folder}); string(v.Prompt("en", "menu")) != "own" || len(v.Prompt("yue", "menu")) < rate {
		t.Error("a site's own recording does not take the place of ours")
	}
	if m := Music(); len(m) < 20*rate || loudness(m) < 100 {
		t.Errorf("music of %d samples, loudness %d", len(m), loudness(m))
	}
}

func TestLaws(t *testing.T) {
	t.Parallel()
	l := tables()
	for s := -32768; s < 32768; s++ {
		for name, back := range map[string]int{"µ": decodeMu(encodeMu(s)), "A": decodeA(encodeA(s)), "table": int(l.muToLinear[l.mu(s)])} {
			if off := math.Abs(float64(back - s)); off > 32+math.Abs(float64(s))/16 {
				t.Fatalf("%s-law makes %d of %d", name, back, s)
			}
		}
	}
	for i := range 256 {
		if b := byte(i); encodeA(decodeA(b)) != b {
			t.Errorf("A-law %#x", b)
		}
		if b := byte(i); encodeMu(decodeMu(b)) != b && b != 0x7F { // two zeros
			t.Errorf("µ-law %#x", b)
		}
	}
}
