package exchange

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Commands is `praya exchange`.
type Commands struct {
	Verify VerifyCommand `cmd:"" help:"Check a person's proof of an access or a consent offline. Exit code 1 if anything does not hold."`
}

// Output is where the commands write.
type Output struct{ io.Writer }

// VerifyCommand checks a bundle.
type VerifyCommand struct {
	Bundle  string   `arg:"" help:"The bundle, a JSON file." type:"existingfile"`
	Keys    string   `help:"File of the parties' and the gateway's keys (JWK set), as they published them." type:"existingfile"`
	Log     string   `help:"Verifier key of the ledger, as its operator published it." placeholder:"KEY"`
	Witness []string `help:"Verifier key of a witness; may be given more than once." placeholder:"KEY"`
	Quorum  int      `help:"How many of the witnesses must have cosigned." default:"0"`
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
	t := Trust{Log: c.Log, Witnesses: c.Witness, Quorum: c.Quorum}
	if t.Keys, err = readKeys(c.Keys); err != nil {
		return err
	}
	if t.Log == "" {
		fmt.Fprintln(out, "the ledger's key is taken from the bundle itself; compare it with what the operator published")
	}
	if b.Access != nil {
		fmt.Fprintln(out, b.Access.Words)
	}
	steps := b.Verify(t)
	for _, s := range steps {
		fmt.Fprintf(out, "%-9s %-11s %s\n", s.Finding, s.Name, s.Why)
	}
	if !Good(steps) {
		return errors.New("the bundle does not hold: do not rely on it")
	}
	return nil
}

func readKeys(file string) (map[string]crypto.PublicKey, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, err
	}
	return keysIn(set.Keys)
}
