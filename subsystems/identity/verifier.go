package identity

import "context"

// Simulation is the demonstration's verifier: it looks at nothing, and answers what the
// form asks it to. Pages say so where they use it.
type Simulation struct{}

// Simulated says so.
func (Simulation) Simulated() bool { return true }

// Verify answers as the form chose.
func (Simulation) Verify(_ context.Context, c Claim) (Verdict, error) {
	for _, reason := range Refusals() {
		if c.Scripted == reason {
			return Verdict{Reason: reason}, nil
		}
	}
	return Verdict{Passed: true}, nil
}

// Refusals are the reasons for which a check of document and person does not pass.
func Refusals() []string { return []string{"unreadable", "mismatch", "not-alive"} }
