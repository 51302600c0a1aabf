// Command provider makes a data service of what a department has: a CSV file or an SQL query.
// It answers the gateway of a consented data exchange, and nobody else.
//
//	go run ./examples/provider -gateway https://gateway.example -party immd -service immd.address \
//	    -csv people.csv -subject document -fields name,address
//
// On its first start it makes a key of its own and prints the public half, which the department
// registers at the gateway under the name that it prints. It knows nothing of Praya but how
// messages are signed (RFC 9421, RFC 9530) and encrypted (RFC 7516); see docs/use/exchange.md.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func main() {
	log.SetFlags(log.LstdFlags | log.LUTC)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, args []string) error {
	c, err := readConfig(args)
	if err != nil {
		return err
	}
	key, public, err := ownKey(c.KeyFile)
	if err != nil {
		return err
	}
	fmt.Printf("key %s\n%s", c.KeyID, public)
	p := &provider{keyID: c.KeyID, key: key, gateway: newGateway(c.Gateway), services: map[string]*service{}}
	for _, s := range c.Services {
		source, err := openSource(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Code, err)
		}
		defer source.close() //nolint:errcheck // it was only read
		p.services[s.Code] = &service{s, source}
	}
	return serve(ctx, c, p)
}

func serve(ctx context.Context, c config, p *provider) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return err
	}
	scheme := "http"
	if c.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(c.Certificate, c.CertificateKey)
		if err != nil {
			return err
		}
		scheme, listener = "https", tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12})
	}
	server := &http.Server{Handler: p, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	defer context.AfterFunc(ctx, func() { _ = server.Shutdown(context.WithoutCancel(ctx)) })()
	fmt.Printf("ready %s://%s\n", scheme, listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
