package voice

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"
)

// datagrams is our listener, as one reader of the stack sees it. A reader
// remembers the address of every source until it ends (sipgo, TransportUDP:
// the pool has no bound). So after so many addresses a next reader takes over,
// and this one ends, by which the stack forgets them. The socket stays.
type datagrams struct {
	net.PacketConn
	ctx     context.Context //nolint:containedctx // of the listener
	sources *heardFrom
	next    func(*datagrams)
	begun   sync.Once
	reading chan struct{} // closed when the stack knows this reader
}

// heardFrom are the addresses that the present reader has handed to the stack.
type heardFrom struct {
	mu   sync.Mutex
	most int
	seen map[netip.AddrPort]struct{}
}

func (h *heardFrom) add(from netip.AddrPort) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.seen == nil {
		h.seen = map[netip.AddrPort]struct{}{}
	}
	h.seen[from] = struct{}{}
}

// full reports whether there are as many as may be, and begins anew if so.
func (h *heardFrom) full() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.seen) < h.most {
		return false
	}
	h.seen = nil
	return true
}

// handled is how long the stack may take to find the reader by which a request
// came.
const handled = time.Second

func newDatagrams(ctx context.Context, conn net.PacketConn, from *heardFrom, next func(*datagrams)) *datagrams {
	return &datagrams{PacketConn: conn, ctx: ctx, sources: from, next: next, reading: make(chan struct{})}
}

// ReadFrom gives the next datagram, or ends this reader when the next has
// begun.
func (d *datagrams) ReadFrom(b []byte) (int, net.Addr, error) {
	d.begun.Do(func() { close(d.reading) })
	if !d.sources.full() {
		return d.PacketConn.ReadFrom(b)
	}
	after := newDatagrams(d.ctx, d.PacketConn, d.sources, d.next)
	d.next(after)
	select {
	case <-after.reading:
	case <-d.ctx.Done():
	}
	select {
	case <-time.After(handled):
	case <-d.ctx.Done():
	}
	return 0, nil, net.ErrClosed
}
