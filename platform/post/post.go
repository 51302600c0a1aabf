// Package post hands letters to a mail server (電郵): plain text, with threads, over TLS.
//
// # Rules that always hold
//
//   - Errors hold the server's codes and not its words, which often repeat the address.
//   - The same letter has the same Message-ID at each try.
//   - What is sent by machine says so (RFC 3834), so that no absence note answers it.
package post

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// Server is the server that our mail goes out by.
type Server struct {
	Server       string // host:port
	From         string // our address
	User         string // empty: no authentication
	PasswordFile string // read at each sending, so that it can change while we serve
	TLS          string // starttls, tls, or none
}

// Letter is one mail: plain text.
type Letter struct {
	ID       string // of what it tells: with our host it is the Message-ID, the same at each try
	To       string
	FromName string
	Subject  string
	Lines    []string
	Lang     lang.Lang
	Settings string // where mail can be turned off; empty for a code
	At       when.Instant

	From       string   // instead of the server's usual address: one of a thread
	InReplyTo  string   // Message-ID of the mail that this one answers
	References []string // those of the whole thread
	Written    bool     // by a person: an absence note may answer it
}

const (
	mailDial   = 10 * time.Second
	mailAnswer = 30 * time.Second
)

// ErrAddressRefused says that the server will never take mail for this address.
var ErrAddressRefused = errors.New("post: the mail server refuses the address") //nolint:gochecknoglobals // a sentinel

// Send hands a letter to the server. Its errors hold the server's codes and not its words,
// which often repeat the address.
func (m *Server) Send(ctx context.Context, l Letter) error {
	text, err := m.compose(l)
	if err != nil {
		return err
	}
	c, err := m.dial(ctx)
	if err != nil {
		return mailError("connect", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	defer func() { _ = c.Close() }()
	if err := m.logIn(c); err != nil {
		return mailError("authenticate", err)
	}
	if err := c.Mail(m.from(l), nil); err != nil {
		return mailError("sender", err)
	}
	if err := c.Rcpt(l.To, nil); err != nil {
		var said *smtp.SMTPError
		if errors.As(err, &said) && said.Code >= 550 && said.Code < 554 {
			return ErrAddressRefused
		}
		return mailError("recipient", err)
	}
	w, err := c.Data()
	if err != nil {
		return mailError("data", err)
	}
	if _, err := w.Write(text); err != nil {
		return mailError("data", err)
	}
	if err := w.Close(); err != nil {
		return mailError("data", err)
	}
	_ = c.Quit() // the server has the letter; whatever it says now changes nothing
	return nil
}

func mailError(step string, err error) error {
	var said *smtp.SMTPError
	if errors.As(err, &said) {
		return fmt.Errorf("post: the mail server answered %s with %d %v", step, said.Code, said.EnhancedCode)
	}
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("post: mail, %s: %w", step, err)
	}
	return fmt.Errorf("post: mail, %s: %T", step, err)
}

func (m *Server) dial(ctx context.Context) (*smtp.Client, error) {
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{Timeout: mailDial}).DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return nil, err
	}
	secure := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	var c *smtp.Client
	switch m.TLS {
	case "tls":
		c = smtp.NewClient(tls.Client(conn, secure))
	case "none":
		c = smtp.NewClient(conn)
	default:
		if c, err = smtp.NewClientStartTLS(conn, secure); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	c.CommandTimeout, c.SubmissionTimeout = mailAnswer, mailAnswer
	return c, nil
}

func (m *Server) logIn(c *smtp.Client) error {
	if err := c.Hello(m.host()); err != nil || m.User == "" {
		return err
	}
	password, err := os.ReadFile(m.PasswordFile)
	if err != nil {
		return err
	}
	return c.Auth(sasl.NewPlainClient("", m.User, strings.TrimSpace(string(password))))
}

func (m *Server) from(l Letter) string {
	if l.From != "" {
		return l.From
	}
	return m.From
}

// MessageID is that of a letter, without brackets. An id that names its host is one already.
func (m *Server) MessageID(id string) string {
	if strings.Contains(id, "@") {
		return strings.Trim(id, "<>")
	}
	return id + "@" + m.host()
}

// host is that of our own address.
func (m *Server) host() string {
	_, host, _ := strings.Cut(m.From, "@")
	return host
}

// compose writes the message (RFC 5322, 2045, 2047; List-Unsubscribe: RFC 2369, 3.2;
// Auto-Submitted: RFC 3834, 5, so that no absence note answers).
func (m *Server) compose(l Letter) ([]byte, error) {
	var h mail.Header
	h.SetDate(l.At.Time())
	h.SetMessageID(m.MessageID(l.ID))
	h.SetAddressList("From", []*mail.Address{{Name: l.FromName, Address: m.from(l)}})
	h.SetAddressList("To", []*mail.Address{{Address: l.To}})
	h.SetSubject(l.Subject)
	if !l.Written {
		h.Set("Auto-Submitted", "auto-generated")
	}
	if l.InReplyTo != "" {
		answered := strings.Trim(l.InReplyTo, "<>")
		h.SetMsgIDList("In-Reply-To", []string{answered})
		h.SetMsgIDList("References", append(l.References, answered))
	}
	h.Set("Content-Language", l.Lang.Tag())
	if l.Settings != "" {
		h.Set("List-Unsubscribe", "<"+l.Settings+">")
	}
	h.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	var b bytes.Buffer
	w, err := mail.CreateSingleInlineWriter(&b, h)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(w, strings.Join(l.Lines, "\r\n")); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}
