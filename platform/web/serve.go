package web

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Limits on a connection. A handler's own patience is the route's; these end
// connections that send or take too slowly.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 2 * time.Minute
	writeTimeout  = 5 * time.Minute
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10
)

// Ready is called once, when both listeners take requests, with their addresses; the
// operator's is empty when it is off.
type Ready func(public, operator string)

// Serve answers on both listeners until the context ends; then it refuses new requests,
// lets open ones finish for as long as the configuration says, and returns.
func (s *Site) Serve(ctx context.Context, ready Ready) error {
	front, err := s.listen(ctx, s.config.Listen)
	if err != nil {
		return err
	}
	doors := []door{{front, s.server(s.public)}}
	scheme, operator := "http://", ""
	if s.config.secure() {
		scheme = "https://"
		if doors[0].server.TLSConfig, err = s.certificate(); err != nil {
			return errors.Join(err, front.Close())
		}
	}
	if s.config.Operator != off {
		back, err := s.openOperator(ctx)
		if err != nil {
			return errors.Join(err, front.Close())
		}
		doors = append(doors, door{back, s.server(s.operator)})
		operator = "http://" + shown(back.Addr())
	}
	if ready != nil {
		ready(scheme+shown(front.Addr()), operator)
	}
	return s.run(ctx, doors)
}

type door struct {
	net.Listener
	server *http.Server
}

func (s *Site) openOperator(ctx context.Context) (net.Listener, error) {
	if err := s.readToken(); err != nil {
		return nil, err
	}
	return s.listen(ctx, s.config.Operator)
}

func (s *Site) listen(ctx context.Context, address string) (net.Listener, error) {
	var c net.ListenConfig
	return c.Listen(ctx, "tcp", address)
}

func (s *Site) certificate() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(s.config.CertFile, s.config.KeyFile)
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, err
}

func (s *Site) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.parts.Log.Handler(), slog.LevelDebug), // broken handshakes and the like
	}
}

// run serves until the context ends or a listener breaks, then drains.
func (s *Site) run(ctx context.Context, doors []door) error {
	failed := make(chan error, len(doors))
	for _, d := range doors {
		go func() {
			if d.server.TLSConfig != nil {
				failed <- d.server.ServeTLS(d.Listener, "", "")
				return
			}
			failed <- d.server.Serve(d.Listener)
		}()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	s.parts.Health.Drain()
	return errors.Join(err, s.drain(doors))
}

// drain waits for open requests of all doors together; what is then still open is cut.
func (s *Site) drain(doors []door) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.config.Drain)
	defer cancel()
	results := make(chan error, len(doors))
	for _, d := range doors {
		go func() {
			err := d.server.Shutdown(ctx)
			if err != nil {
				err = errors.Join(err, d.server.Close())
			}
			results <- err
		}()
	}
	var errs []error
	for range doors {
		errs = append(errs, <-results)
	}
	return errors.Join(errs...)
}

// shown is an address that a person can open: "any address" is this machine to them.
func shown(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
