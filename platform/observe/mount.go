package observe

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Handler serves the figures at /metrics, on the operator's listener only.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: patience})
}

// Live answers /healthz: the program runs and takes requests. It is for everybody.
func (h *Health) Live(w http.ResponseWriter, _ *http.Request) {
	plainText(w, http.StatusOK)
	_, _ = fmt.Fprintln(w, "ok")
}

// ReadyPage answers /readyz with a line per check, on the operator's listener only: the
// reasons are for its eyes.
func (h *Health) ReadyPage(w http.ResponseWriter, r *http.Request) {
	ready, results := h.Ready(r.Context())
	status := http.StatusOK
	if !ready {
		status = http.StatusServiceUnavailable
	}
	plainText(w, status)
	for _, c := range results {
		word := "ok"
		if c.Err != nil {
			word = "failed: " + blotText(c.Err.Error())
		}
		_, _ = fmt.Fprintf(w, "%s: %s\n", c.Name, word)
	}
	_, _ = fmt.Fprintf(w, "ready: %t\n", ready)
}

func plainText(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
}
