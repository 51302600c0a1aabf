package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"k8s.io/klog/v2"
)

// Commands is `praya ledger`.
type Commands struct {
	Verify VerifyCommand `cmd:"" help:"Check a proof bundle offline. Exit code 1 if anything does not hold."`
	Audit  AuditCommand  `cmd:"" help:"Follow a log as a monitor: it only grows, and its entries give its root. Exit code 1 on any inconsistency."`
	Status StatusCommand `cmd:"" help:"Say how our own log does. Exit code 1 if it stands still."`
	Renew  RenewCommand  `cmd:"" help:"Give our own log another name and key, after an older backup was restored and no newer one is to be had."`
}

// Output is where the commands write.
type Output struct{ io.Writer }

// trusted are the flags that say whom to believe.
type trusted struct {
	Key     string   `help:"Verifier key of the log, as its operator published it." placeholder:"KEY"`
	Witness []string `help:"Verifier key of a witness; may be given more than once." placeholder:"KEY"`
	Quorum  int      `help:"How many of the witnesses must have cosigned." default:"0"`
}

func (t trusted) trust() Trust { return Trust{Key: t.Key, Witnesses: t.Witness, Quorum: t.Quorum} }

// VerifyCommand checks a bundle.
type VerifyCommand struct {
	Bundle string `arg:"" help:"The bundle, a JSON file." type:"existingfile"`
	File   string `help:"The document that the bundle is about." type:"existingfile"`
	Stamps string `help:"Root certificates of time-stamping authorities, PEM. Every entry must then be time-stamped." type:"existingfile" placeholder:"FILE"`
	trusted
}

// Run needs no network, no configuration and no store.
func (c *VerifyCommand) Run(out Output) error {
	raw, err := os.ReadFile(c.Bundle)
	if err != nil {
		return err
	}
	b, err := ParseBundle(raw)
	if err != nil {
		return err
	}
	trust := c.trust()
	if trust.Key == "" {
		trust.Key = b.Key
		fmt.Fprintf(out, "key taken from the bundle itself; compare it with what the operator published:\n  %s\n", b.Key)
	}
	if c.Stamps != "" {
		if trust.Stamps, err = readRoots(c.Stamps); err != nil {
			return err
		}
	}
	v, err := b.Verify(trust)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "signature good: %s, %d entries\n", b.Origin, v.Tree.N)
	for _, w := range v.Cosigns {
		fmt.Fprintf(out, "cosigned by %s at %s\n", w.Name, w.At)
	}
	if len(v.Cosigns) == 0 {
		fmt.Fprintln(out, "no cosignature checked")
	}
	for _, s := range v.Stamps {
		unsure := ""
		if !s.Trusted {
			unsure = "; its certificate was not checked: give --stamps"
		}
		fmt.Fprintf(out, "the first %d entries were there at %s, says %s%s\n", s.Size, s.At, s.Signer, unsure)
	}
	for i, l := range v.Leaves {
		fmt.Fprintf(out, "entry %d is in the log: %s\n", b.Entries[i].Index, l.Type)
	}
	if c.File == "" {
		return nil
	}
	return c.document(out, b)
}

func (c *VerifyCommand) document(out io.Writer, b Bundle) (err error) {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	all := b.Standings(hex.EncodeToString(h.Sum(nil)))
	if len(all) == 0 {
		return fmt.Errorf("%s: the bundle is not about this file", c.File)
	}
	for _, s := range all {
		name := s.Issuer
		if s.Leaf.Name != nil {
			name = s.Leaf.Name.EN + " " + s.Leaf.Name.TC + " (" + s.Issuer + ")"
		}
		fmt.Fprintf(out, "%s: first stated %s by %s; %s", c.File, s.Since, name, s.Leaf.Type)
		if s.Leaf.Type != Issued {
			fmt.Fprintf(out, " %s", s.Leaf.Time)
		}
		if s.Leaf.By != "" {
			fmt.Fprintf(out, " by %s", s.Leaf.By)
		}
		fmt.Fprintln(out)
	}
	return nil
}

// AuditCommand follows a log.
type AuditCommand struct {
	URL   string        `arg:"" help:"Address of the log: https://HOST/api/ledger/log"`
	State string        `help:"File in which to remember the last good checkpoint." type:"path" placeholder:"FILE"`
	Every time.Duration `help:"Audit again after this long, until something is wrong." placeholder:"1m"`
	trusted
}

// Run audits once, or until something is wrong.
func (c *AuditCommand) Run(ctx context.Context, out Output) error {
	a := Auditor{URL: c.URL, Trust: c.trust(), File: c.State}
	for {
		r, err := a.Audit(ctx)
		if err != nil {
			return fmt.Errorf("INCONSISTENT or unreachable: %w", err)
		}
		if r.FirstUse {
			fmt.Fprintf(out, "key taken from the log itself; compare it with what its operator published:\n  %s\n", r.Key)
			a.Trust.Key = r.Key
		}
		fmt.Fprintf(out, "%s: %d entries, root %s, %d cosignatures", r.Origin, r.Tree.N, r.Tree.Hash, len(r.Cosigns))
		if r.Before >= 0 {
			fmt.Fprintf(out, "; grown from %d", r.Before)
		}
		fmt.Fprintln(out, "; derived anew, consistent")
		if c.Every <= 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(c.Every):
		}
	}
}

// quietly keeps what a library writes about its progress from standard error.
func quietly() {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
}

// WitnessCommand is `praya witness`.
type WitnessCommand struct {
	Listen string   `help:"Address, host:port." default:"localhost:8090"`
	Name   string   `help:"Name of the witness, as a host and path: audit.example/witness." required:""`
	Key    string   `help:"File of the witness's key; made when it is missing." type:"path" default:"witness.key"`
	State  string   `help:"File in which the witness remembers what it has seen." type:"path" default:"witness.json"`
	Log    []string `help:"Verifier key of a log to witness; may be given more than once." required:"" placeholder:"KEY"`
}

// Run serves until it is told to stop.
func (c *WitnessCommand) Run(ctx context.Context, out Output) error {
	if strings.ContainsAny(c.Name, " +\t\n") {
		return errors.New("the name of a witness has no space and no plus sign")
	}
	skey, vkey, err := witnessKey(c.Key, c.Name)
	if err != nil {
		return err
	}
	o, err := NewObserver(skey, c.Log, c.State)
	if err != nil {
		return err
	}
	return serveWitness(ctx, c.Listen, o, func(address string) {
		fmt.Fprintf(out, "ready http://%s\nkey %s\n", address, vkey)
	})
}
