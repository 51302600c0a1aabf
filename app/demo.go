package app

import (
	"context"

	"praya/kernel/who"
)

// loadDemo fills an empty program with the demonstration government.
func loadDemo(ctx context.Context, p *Praya) error {
	p.demonstration = true
	return p.Estimates.LoadDemo(who.AsSystem(ctx, who.Production))
}
