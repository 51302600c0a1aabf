package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// wire is an HTTP/1.1 client that answers where it is asked: the goroutine that sends a request
// reads its answer. net/http's own client passes each message through two more goroutines, and
// on cores that the client shares with what it measures, that cost more than the answer.
// Connections are kept, and an answer is read whole, so that it can be checked.
type wire struct {
	mu   sync.Mutex
	idle []*link
}

type link struct {
	net.Conn
	in   *bufio.Reader
	out  *bufio.Writer
	used time.Time
}

const (
	patience = 10 * time.Second
	// fresh is how long a connection that rests is used again: servers end theirs after 5 s.
	fresh = time.Second
)

// RoundTrip sends a request, and reads its answer to the end.
func (w *wire) RoundTrip(q *http.Request) (*http.Response, error) {
	l, err := w.take(q.URL.Host)
	if err != nil {
		return nil, err
	}
	answer, body, err := l.exchange(q)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if answer.Close {
		return answer, l.Close()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.idle = append(w.idle, l)
	return answer, nil
}

// take gives the connection that was used last, or a new one.
func (w *wire) take(host string) (*link, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	for len(w.idle) > 0 {
		l := w.idle[len(w.idle)-1]
		w.idle = w.idle[:len(w.idle)-1]
		if now.Sub(l.used) < fresh {
			return l, nil
		}
		if err := l.Close(); err != nil {
			return nil, err
		}
	}
	c, err := net.DialTimeout("tcp", host, patience)
	if err != nil {
		return nil, err
	}
	return &link{Conn: c, in: bufio.NewReader(c), out: bufio.NewWriter(c)}, nil
}

func (l *link) exchange(q *http.Request) (*http.Response, []byte, error) {
	l.used = time.Now()
	if err := l.SetDeadline(l.used.Add(patience)); err != nil {
		return nil, nil, err
	}
	if err := errors.Join(q.Write(l.out), l.out.Flush()); err != nil {
		return nil, nil, err
	}
	answer, err := http.ReadResponse(l.in, q)
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(answer.Body)
	return answer, body, err
}
