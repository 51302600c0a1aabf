package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// start measures the real binary: from start to ready on a data folder that is there, its
// size, and its memory at rest; beside a process that does nothing.
func (b *bench) start() error {
	bin, err := b.binary()
	if err != nil {
		return err
	}
	info, err := os.Stat(bin)
	if err != nil {
		return err
	}
	data := filepath.Join(b.dir, "start")
	var took []time.Duration
	rest := 0.0
	for i := range 6 { // the first makes the folder
		d, memory, err := ready(bin, data)
		if err != nil {
			return err
		}
		if i > 0 {
			took, rest = append(took, d), memory
		}
	}
	p50, p99 := spread(took)
	idle, err := each(5, func(int) error { return exec.Command("true").Run() })
	if err != nil {
		return err
	}
	i50, _ := spread(idle)
	b.add(Result{
		Name: "praya.start", Unit: "ms to ready", Ours: p50, P50: p50, P99: p99,
		Beside: map[string]float64{"the command true": i50}, Size: "the demonstration's data folder",
	})
	b.add(Result{Name: "praya.binary", Unit: "MB", Ours: float64(info.Size()) / 1e6, Beside: map[string]float64{}, Size: "stripped"})
	b.add(Result{Name: "praya.rest", Unit: "MB resident", Ours: rest, Beside: map[string]float64{}, Size: "the demonstration, a second after ready"})
	return nil
}

// binary builds the program as it is shipped, once.
func (b *bench) binary() (string, error) {
	bin := filepath.Join(b.dir, "praya")
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin, "./cmd/praya")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return bin, nil
}

func ready(bin, data string) (took time.Duration, memory float64, err error) {
	cmd := exec.Command(bin, "demo", "--data", data, "--listen", "localhost:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	took = time.Since(began)
	if err != nil || !strings.HasPrefix(line, "ready ") {
		_ = cmd.Process.Kill()
		return 0, 0, fmt.Errorf("praya said %q, %w", line, err)
	}
	time.Sleep(time.Second)
	memory = rss(cmd.Process.Pid)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		return 0, 0, err
	}
	return took, memory, cmd.Wait()
}
