package booking

import (
	"net/netip"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/limits"
	"praya/platform/web"
)

// mountAPI registers the feeds of calendars. Their tokens cannot be guessed; the limit spares the
// store those who try.
func (s *Service) mountAPI(site *web.Site) {
	rate := limits.Rate{Burst: 60, Per: 2 * time.Second}
	site.API("GET "+feedAPI+"/{token}/{file}", s.sendFeed, web.InSandbox(), web.Secret(), web.Limit(func(v *web.Visit) error {
		_, err := limits.Take(v.Context(), s.DB, "booking.feed "+network(v.Client()), rate)
		return err
	}))
}

// network is whom a limit by address counts: a household has a whole /64 of IPv6.
func network(a netip.Addr) string {
	if p, err := a.Prefix(64); err == nil && a.Is6() {
		return p.String()
	}
	return a.String()
}

func (s *Service) sendFeed(v *web.Visit) error {
	name, ok := strings.CutSuffix(v.PathValue("file"), ".ics")
	l, known := lang.Parse(name)
	if !ok || !known {
		return fault.New(fault.NotFound, "booking.fault.no-feed")
	}
	file, err := s.Feed(v.Context(), v.PathValue("token"), l)
	if err != nil {
		return err
	}
	return sendCalendar(v, file)
}
