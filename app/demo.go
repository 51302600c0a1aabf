package app

import (
	"context"
	"os"
	"path/filepath"

	"praya/kernel/who"
	"praya/subsystems/identity"
)

// loadDemo fills an empty program with the demonstration government.
func loadDemo(ctx context.Context, p *Praya) error {
	p.demonstration = true
	ctx = who.AsSystem(ctx, who.Production)
	if err := p.moved(ctx); err != nil {
		return err
	}
	if err := p.loadSample(ctx); err != nil {
		return err
	}
	if err := p.loadDepartment(ctx); err != nil {
		return err
	}
	if err := p.loadOfficers(ctx); err != nil {
		return err
	}
	if err := p.loadExchange(ctx); err != nil {
		return err
	}
	if err := p.loadServices(ctx); err != nil {
		return err
	}
	if err := p.loadContact(ctx); err != nil {
		return err
	}
	if err := p.mountHolders(); err != nil {
		return err
	}
	if err := p.Estimates.LoadDemo(ctx); err != nil {
		return err
	}
	if err := p.Cycle.CatchUp(ctx); err != nil {
		return err
	}
	if err := p.Cycle.LoadDemo(ctx); err != nil {
		return err
	}
	if err := p.IT.LoadDemo(ctx); err != nil {
		return err
	}
	if err := p.Cycle.LoadNext(ctx); err != nil {
		return err
	}
	return p.loadAnchored(ctx)
}

// sampleCallback is where the sample service of examples/ listens.
const sampleCallback = "http://localhost:8090/callback"

// loadSample registers the sample service, and leaves its secret in the data folder.
func (p *Praya) loadSample(ctx context.Context) error {
	secret, err := p.Identity.LoadSample(ctx, identity.SampleClient, sampleCallback)
	if err != nil || secret == "" {
		return err
	}
	return os.WriteFile(filepath.Join(p.Config.Data, identity.SampleClient+".secret"), []byte(secret+"\n"), 0o600)
}
