package voice

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"praya/kernel/when"
)

// browser is a WebRTC end as a browser is one.
type browser struct {
	conn  *webrtc.PeerConnection
	track *webrtc.TrackLocalStaticRTP
	mu    sync.Mutex
	heard []int16
}

func newBrowser(t *testing.T, s *Service, account string) (*browser, *Call) {
	t.Helper()
	b := &browser{}
	codecs := &webrtc.MediaEngine{}
	if err := codecs.RegisterDefaultCodecs(); err != nil { // Opus and all, as browsers offer
		t.Fatal(err)
	}
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	conn, err := webrtc.NewAPI(webrtc.WithMediaEngine(codecs), webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	b.conn = conn
	t.Cleanup(func() { _ = conn.Close() })
	b.track, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: 8000}, "mic", "mic")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.AddTrack(b.track); err != nil {
		t.Fatal(err)
	}
	conn.OnTrack(func(r *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			p, _, err := r.ReadRTP()
			if err != nil {
				return
			}
			b.mu.Lock()
			for _, v := range p.Payload {
				b.heard = append(b.heard, int16(decodeMu(v)))
			}
			b.mu.Unlock()
		}
	})
	offer, err := conn.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	done := webrtc.GatheringCompletePromise(conn)
	if err := conn.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-done
	answer, c, err := s.Browser(context.Background(), account, conn.LocalDescription().SDP)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	return b, c
}

// hum sends a tone until ctx ends.
func (b *browser) hum(ctx context.Context, frequency float64) {
	began := time.Now()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(began.Add(time.Duration(n+1) * 20 * time.Millisecond))):
			payload := make([]byte, frame)
			for i := range payload {
				payload[i] = encodeMu(int(8000 * math.Sin(2*math.Pi*frequency*float64(n*frame+i)/rate)))
			}
			_ = b.track.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(n), Timestamp: uint32(n * frame)}, Payload: payload})
		}
	}
}

func (b *browser) last(seconds int) []int16 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]int16(nil), b.heard[max(0, len(b.heard)-seconds*rate):]...)
}

func TestBrowsersHearEachOtherAndNotThemselves(t *testing.T) {
	t.Parallel()
	for name, port := range map[string]string{"any port": "", "one port": ":0"} {
		t.Run(name, func(t *testing.T) {
			s := serving(t, &Service{Config: Config{BrowserPort: port}})
			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			tones := []float64{400, 700, 1100}
			var ends []*browser
			room := NewRoom()
			for i, f := range tones {
				b, c := newBrowser(t, s, "officer-"+itoa(i))
				go b.hum(ctx, f)
				ends = append(ends, b)
				room.Add(c)
			}
			eventually(t, "all are connected", func() bool { return s.Counts().Answered == 3 })
			// A half each; less where a busy machine leaves gaps, for which one may listen again.
			said := ""
			mixed := func() bool {
				for i, b := range ends {
					heard := b.last(1)
					for j, f := range tones {
						if got := strength(heard, f); i == j && got > 0.05 || i != j && (got < 0.3 || got > 0.7) {
							said = fmt.Sprintf("end %d hears the tone of %d with %.2f", i, j, got)
							return false
						}
					}
				}
				return true
			}
			for range 30 {
				if time.Sleep(500 * time.Millisecond); mixed() {
					said = ""
					break
				}
			}
			if said != "" {
				t.Error(said)
			}
			room.Remove(room.Calls()[2])
			eventually(t, "of two, one hears the other", func() bool { return strength(ends[0].last(1), tones[1]) > 0.8 })
			if c, ok := s.BrowserOf("officer-1"); !ok || c.Account() != "officer-1" {
				t.Error("the browser of officer-1 is not found")
			}
			_ = ends[1].conn.Close()
			eventually(t, "a closed browser is gone", func() bool { _, ok := s.BrowserOf("officer-1"); return !ok })
		})
	}
}

// TestTheLibrarySpeaksInOurLog: nothing of it goes to the standard error, and
// not more than anybody reads.
func TestTheLibrarySpeaksInOurLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var settings webrtc.SettingEngine
	listenTo(&settings.LoggerFactory, &webLog{log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})), clock: when.System})
	if settings.LoggerFactory == nil {
		t.Fatal("the library goes on to speak by itself")
	}
	l := settings.LoggerFactory.NewLogger("twcc_sender_interceptor")
	l.Debugf("packet %d", 1)
	l.Warn("late")
	for n := range 1000 {
		l.Errorf("closed %d", n)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) < 2 || len(lines) > webLinesOnce+5 || !strings.Contains(lines[0], "level=INFO") || !strings.Contains(lines[1], "level=WARN") ||
		!strings.Contains(lines[1], "part=twcc_sender_interceptor") || !strings.Contains(lines[1], "closed 0") {
		t.Errorf("%d lines: %s", len(lines), out.String())
	}
}
