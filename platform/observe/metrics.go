package observe

import (
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Metrics is the program's registry with the figures that every part shares.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	jobs     *prometheus.HistogramVec
	faults   *prometheus.CounterVec
	known    sync.Map // of series: its prometheus.Observer; labels are closed lists, so it stays small
}

// series is one histogram of requests.
type series struct {
	listener, route string
	class           int
}

// NewMetrics makes a registry with the process's own figures in it.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "praya_request_seconds", Help: "Duration of requests by route and class of status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"listener", "route", "class"}),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "praya_job_seconds", Help: "Duration of jobs by kind and outcome.",
			Buckets: []float64{.01, .1, 1, 10, 60, 600, 3600},
		}, []string{"kind", "outcome"}),
		faults: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "praya_faults_total", Help: "Requests and jobs that ended in a fault, by its kind.",
		}, []string{"what", "kind"}),
	}
	m.registry.MustRegister(m.requests, m.jobs, m.faults,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Register adds figures of another part, such as the depth of a queue.
func (m *Metrics) Register(c ...prometheus.Collector) error {
	for _, one := range c {
		if err := m.registry.Register(one); err != nil {
			return err
		}
	}
	return nil
}

// Gauge registers a figure that is asked for at each reading. read must be quick.
func (m *Metrics) Gauge(name, help string, read func() float64) error {
	return m.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// Request counts a request on a listener ("public" or "operator").
func (m *Metrics) Request(listener string, l Line) {
	m.series(series{listener, l.Route, l.Status / 100}).Observe(l.Duration.Seconds())
	m.count(l)
}

// series finds a histogram without hashing its labels anew each time.
func (m *Metrics) series(s series) prometheus.Observer {
	if o, ok := m.known.Load(s); ok {
		return o.(prometheus.Observer)
	}
	o := m.requests.WithLabelValues(s.listener, s.route, strconv.Itoa(s.class)+"xx")
	m.known.Store(s, o)
	return o
}

// Job counts a job that ended; outcome is a word of a closed list ("done", "retried", "parked").
func (m *Metrics) Job(kind, outcome string, took time.Duration, err error) {
	m.jobs.WithLabelValues(kind, outcome).Observe(took.Seconds())
	m.count(Line{What: "job", Err: err})
}

func (m *Metrics) count(l Line) {
	if l.Err != nil {
		m.faults.WithLabelValues(l.What, l.Kind()).Inc()
	}
}
