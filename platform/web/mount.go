package web

import (
	"net/http"

	"praya/kernel/fault"
)

// mount registers the shell's own routes.
func (s *Site) mount() {
	for _, l := range []*listener{s.public, s.operator} {
		l.api("GET /assets/{file}", s.assets.serve, []Option{Uncompressed(), opened})
		l.api("GET /healthz", Raw(http.HandlerFunc(s.parts.Health.Live)), []Option{Uncompressed(), opened})
		l.page("GET /display", showDisplay, []Option{opened})
		l.page("POST /display", chooseDisplay, []Option{opened})
		if s.config.Gallery {
			l.page("GET /_gallery", showGallery, []Option{opened})
			l.page("GET /_gallery/{part}", showGallery, []Option{opened})
		}
	}
	s.operator.api("GET /readyz", Raw(http.HandlerFunc(s.parts.Health.ReadyPage)), []Option{opened})
	s.operator.api("GET /metrics", Raw(s.parts.Metrics.Handler()), []Option{opened, Uncompressed()})
	s.operator.page("GET /sign-in", showSignIn, []Option{opened, Secret()})
	s.operator.page("POST /sign-in", signIn, []Option{opened, Secret(), Body(4 << 10)})
	s.operator.page("POST /sign-out", signOut, []Option{opened, Body(4 << 10)})
}

func errNoAsset() error { return fault.New(fault.NotFound, "web.fault.not-found.text") }
