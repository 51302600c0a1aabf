package ledger

import (
	"net/netip"
	"time"

	"praya/platform/limits"
	"praya/platform/web"
)

// rates are how often one network may ask. All are kept in the store, so that several processes
// count together; a lot is taken at once, so that not every question is a write.
type rates struct{ proofs, bundles, tiles web.Option }

func (s *Service) newRates() rates {
	return rates{
		proofs:  s.slowly("proofs", limits.Rate{Burst: 1200, Per: 50 * time.Millisecond}, 100),
		bundles: s.slowly("bundles", limits.Rate{Burst: 60, Per: 5 * time.Second}, 5), // up to 100,000 proofs each
		tiles:   s.slowly("tiles", limits.Rate{Burst: 40_000, Per: 2 * time.Millisecond}, 1000),
	}
}

// slowly is a route's limit by the network that asks.
func (s *Service) slowly(what string, r limits.Rate, lot int) web.Option {
	m := &limits.Meter{DB: s.DB, Rate: r, Lot: lot}
	return web.Limit(func(v *web.Visit) error {
		_, err := m.Take(v.Context(), "ledger."+what+" "+network(v.Client()))
		return err
	})
}

// network is whom a limit by address counts: a household has a whole /64 of IPv6.
func network(a netip.Addr) string {
	if p, err := a.Prefix(64); err == nil && a.Is6() {
		return p.String()
	}
	return a.String()
}
