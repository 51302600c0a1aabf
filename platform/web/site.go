package web

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/observe"
	"praya/platform/words"
)

//go:embed words/*.json
var wordFiles embed.FS

// Words is the shell's own catalogue.
func Words() words.Source { return words.Source{Prefix: "web", Files: wordFiles} }

// Parts is what a site is made of. Words, Log and Clock must be there.
type Parts struct {
	Words   *words.Book
	Policy  *access.Policy
	Log     *slog.Logger
	Clock   when.Clock
	Metrics *observe.Metrics
	Health  *observe.Health
	DB      *db.DB // with Schema applied; nil: nobody signs in, and notices don't survive a redirect
	People  People // nil: only the operator signs in
	Help    string // path of the page where people write to the office; empty: there is none
}

// People is what the front must know about those who sign in on the public listener.
type People interface {
	// SignIn is the path of the page where people sign in, which takes ?to=.
	SignIn() string
	// Duty is what an officer's account serves as today; a fault of kind NotFound is an
	// officer who has left.
	Duty(ctx context.Context, account string) (who.Duty, error)
	// Label is what the header calls somebody who has signed in, and the path of their own page.
	Label(v *Visit) (name, path string, err error)
}

// Site is the front of a program: its routes, shell and listeners.
type Site struct {
	config   Config
	parts    Parts
	assets   *assets
	proxies  []netip.Prefix
	public   *listener
	operator *listener
	guard    *http.CrossOriginProtection
	token    [32]byte // hash of the operator's token
}

// New makes a site without routes of its own parts.
func New(config Config, parts Parts) (*Site, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	if parts.Words == nil || parts.Log == nil || parts.Clock == nil {
		return nil, errors.New("web: a site needs words, a log and a clock")
	}
	set(&parts.Metrics, observe.NewMetrics())
	set(&parts.Health, observe.NewHealth())
	s := &Site{config: config.withDefaults(), parts: parts, guard: http.NewCrossOriginProtection()}
	if _, err := rand.Read(s.token[:]); err != nil { // no token signs in until one was read
		return nil, err
	}
	var err error
	if s.proxies, err = s.config.proxies(); err != nil {
		return nil, err
	}
	if s.assets, err = newAssets(); err != nil {
		return nil, err
	}
	s.public, s.operator = newListener(s, "public"), newListener(s, "operator")
	s.mount()
	return s, nil
}

// Handler serves the public listener.
func (s *Site) Handler() http.Handler { return s.public }

// OperatorHandler serves the operator's listener.
func (s *Site) OperatorHandler() http.Handler { return s.operator }

// View is a view in a language for a page at path ("/estimates"), for tests and for
// what is rendered outside a request.
func (s *Site) View(l lang.Lang, path string) *View {
	return &View{Texts: s.parts.Words.In(l), site: s, Path: path, listener: s.public, realm: s.config.Realm}
}
