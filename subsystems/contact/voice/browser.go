package voice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// browserWay is what the browsers' connections share: PCMU as the one codec,
// which every browser speaks (RFC 7874), and one UDP port for all of them.
type browserWay struct {
	mu    sync.Mutex
	api   *webrtc.API
	conn  net.PacketConn
	share io.Closer
}

func (b *browserWay) open(c Config, log *webLog) (*webrtc.API, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.api != nil {
		return b.api, nil
	}
	codecs := &webrtc.MediaEngine{}
	if err := codecs.RegisterCodec(pcmu(), webrtc.RTPCodecTypeAudio); err != nil {
		return nil, err
	}
	var settings webrtc.SettingEngine
	listenTo(&settings.LoggerFactory, log)
	// Our candidates are addresses of this machine; a browser's hidden names
	// (mDNS) are not looked up: its checks reach us, and by them we learn where
	// it is. 1 is ice.MulticastDNSModeDisabled, of a package that is not ours to import.
	settings.SetICEMulticastDNSMode(1)
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICETimeouts(7*time.Second, 20*time.Second, 2*time.Second)
	if host, err := netip.ParseAddr(c.Host); err == nil && c.Host != "" {
		rule := webrtc.ICEAddressRewriteRule{External: []string{host.String()}, AsCandidateType: webrtc.ICECandidateTypeHost}
		if err := settings.SetICEAddressRewriteRules(rule); err != nil {
			return nil, err
		}
	}
	if c.BrowserPort != "" {
		conn, err := net.ListenPacket("udp", c.BrowserPort)
		if err != nil {
			return nil, err
		}
		share := webrtc.NewICEUDPMux(nil, conn)
		b.conn, b.share = conn, share
		settings.SetICEUDPMux(share)
	}
	b.api = webrtc.NewAPI(webrtc.WithMediaEngine(codecs), webrtc.WithSettingEngine(settings))
	return b.api, nil
}

func pcmu() webrtc.RTPCodecParameters {
	return webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: rate, Channels: 1},
		PayloadType:        0,
	}
}

func (b *browserWay) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn != nil {
		_ = b.share.Close()
		_ = b.conn.Close()
	}
}

// webWire sends to a browser.
type webWire struct {
	track *webrtc.TrackLocalStaticRTP
	conn  *webrtc.PeerConnection
}

func (w *webWire) send(h *rtp.Header, payload []byte) {
	_ = w.track.WriteRTP(&rtp.Packet{Header: *h, Payload: payload}) // a browser that has gone is seen by its connection
}

func (w *webWire) close() { _ = w.conn.Close() }

const (
	longestOffer = 64 << 10
	connects     = 30 * time.Second
)

var errOffer = errors.New("voice: the browser's offer can't be read")

// Browser takes the offer of an agent's browser and gives our answer, with all
// our candidates in it (nothing trickles). The call hears nothing until it is
// put in a room. An account has one browser: an older one is hung up.
func (s *Service) Browser(ctx context.Context, account, offer string) (answer string, c *Call, err error) {
	s.setup()
	if account == "" || len(offer) > longestOffer {
		return "", nil, errOffer
	}
	defer func() { // what the library makes of an offer is not ours to answer for
		if r := recover(); r != nil {
			answer, c, err = "", nil, fmt.Errorf("%w: %v", errOffer, r)
		}
	}()
	api, err := s.browserWay.open(s.Config, &webLog{log: s.Log, clock: s.Clock})
	if err != nil {
		return "", nil, err
	}
	if c, err = s.newCall(account, "", ""); err != nil {
		return "", nil, err
	}
	if answer, err = c.connect(ctx, api, offer); err != nil {
		c.finish(WhyRefused)
		return "", nil, err
	}
	s.mu.Lock()
	old := s.browsers[account]
	s.browsers[account] = c
	s.mu.Unlock()
	if old != nil {
		old.HangUp()
	}
	late := time.AfterFunc(connects, func() {
		select {
		case <-c.on:
		default:
			c.finish(WhyLost)
		}
	})
	c.ending(func() { late.Stop() })
	return answer, c, nil
}

// BrowserOf gives the browser of an account, if it is connected.
func (s *Service) BrowserOf(account string) (*Call, bool) {
	s.setup()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.browsers[account]
	return c, c != nil && c.ctx.Err() == nil
}

func (c *Call) connect(ctx context.Context, api *webrtc.API, offer string) (string, error) {
	conn, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return "", err
	}
	track, err := webrtc.NewTrackLocalStaticRTP(pcmu().RTPCodecCapability, "sound", "praya")
	if err != nil {
		_ = conn.Close()
		return "", err
	}
	c.sound.agree(terms{law: muLaw, in: map[uint8]law{0: muLaw}, sends: true, hears: true}, &webWire{track: track, conn: conn})
	conn.OnConnectionStateChange(c.state)
	conn.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { c.listen(t) })
	if err := conn.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", errors.Join(errOffer, err)
	}
	sender, err := conn.AddTrack(track)
	if err != nil {
		return "", err
	}
	go drain(sender)
	text, err := conn.CreateAnswer(nil)
	if err != nil {
		return "", errors.Join(errOffer, err)
	}
	gathered := webrtc.GatheringCompletePromise(conn)
	if err := conn.SetLocalDescription(text); err != nil {
		return "", errors.Join(errOffer, err)
	}
	select {
	case <-gathered:
		return conn.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// drain reads the browser's reports, which nobody needs.
func drain(sender *webrtc.RTPSender) {
	buffer := make([]byte, 1500)
	for {
		if _, _, err := sender.Read(buffer); err != nil {
			return
		}
	}
}

func (c *Call) state(now webrtc.PeerConnectionState) {
	switch now {
	case webrtc.PeerConnectionStateConnected:
		c.connected()
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
		c.finish(WhyLost)
	case webrtc.PeerConnectionStateUnknown, webrtc.PeerConnectionStateNew, webrtc.PeerConnectionStateConnecting,
		webrtc.PeerConnectionStateDisconnected: // it may come back
	}
}

func (c *Call) listen(t *webrtc.TrackRemote) {
	defer func() {
		if recover() != nil {
			c.finish(WhyLost)
		}
	}()
	buffer := make([]byte, 2048)
	var h rtp.Header
	for {
		n, _, err := t.Read(buffer)
		if err != nil {
			return
		}
		if payload, ok := readRTP(&h, buffer[:n]); ok {
			c.sound.hear(&h, payload)
		}
	}
}
