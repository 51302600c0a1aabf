package voice

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// An offer is what the other end says about its sound (RFC 8866, RFC 3264).
type offer struct {
	lines  []*sdp.MediaDescription // all of them: an answer names each
	audio  int                     // the line that we take
	addr   netip.AddrPort
	codecs []codec // those that we speak, the other end's favourite first
	event  uint8   // payload type of telephone events; 0: none
	sends  bool
	hears  bool
	crypto *sdesKey // keys for encrypted sound
	must   bool     // encrypted or not at all
}

type codec struct {
	pt  uint8
	law law
}

var (
	errNoSound = errors.New("voice: no sound that both ends speak")
	errSDP     = errors.New("voice: the description can't be read")
)

const longestSDP = 8 << 10

// readOffer reads an offer or an answer.
func readOffer(body []byte) (*offer, error) {
	if len(body) == 0 || len(body) > longestSDP {
		return nil, errSDP
	}
	var d sdp.SessionDescription
	if err := d.Unmarshal(body); err != nil {
		return nil, errors.Join(errSDP, err)
	}
	o := &offer{lines: d.MediaDescriptions, audio: -1}
	for i, m := range d.MediaDescriptions {
		if o.audio < 0 && o.takes(&d, m) {
			o.audio = i
		}
	}
	if o.audio < 0 {
		return nil, errNoSound
	}
	return o, nil
}

// takes reads a line of sound that we can speak.
func (o *offer) takes(d *sdp.SessionDescription, m *sdp.MediaDescription) bool {
	name := m.MediaName
	if name.Media != "audio" || name.Port.Value <= 0 || name.Port.Value > 65535 || len(name.Protos) != 2 || name.Protos[0] != "RTP" {
		return false
	}
	crypto, must := readCrypto(m), strings.HasPrefix(name.Protos[1], "S")
	if !slices.Contains([]string{"AVP", "AVPF", "SAVP", "SAVPF"}, name.Protos[1]) || must && crypto == nil {
		return false
	}
	addr, ok := connection(d, m)
	if !ok {
		return false
	}
	codecs, event := spoken(m)
	if len(codecs) == 0 {
		return false
	}
	o.addr, o.codecs, o.event = netip.AddrPortFrom(addr, uint16(name.Port.Value)), codecs, event
	o.sends, o.hears = direction(d, m)
	o.crypto, o.must = crypto, must
	if addr.IsUnspecified() { // how RFC 2543 put a call on hold
		o.hears = false
	}
	return true
}

func connection(d *sdp.SessionDescription, m *sdp.MediaDescription) (netip.Addr, bool) {
	c := m.ConnectionInformation
	if c == nil {
		c = d.ConnectionInformation
	}
	if c == nil || c.NetworkType != "IN" || c.Address == nil {
		return netip.Addr{}, false
	}
	addr, err := netip.ParseAddr(c.Address.Address) // a name would need a look-up that the caller steers
	if err != nil || addr.IsMulticast() || addr.Zone() != "" {
		return netip.Addr{}, false
	}
	return addr.Unmap(), true
}

// spoken lists the codecs of a line that we speak, and its telephone events.
func spoken(m *sdp.MediaDescription) (codecs []codec, event uint8) {
	named := map[string]string{"0": "pcmu/8000", "8": "pcma/8000"} // static (RFC 3551)
	for _, a := range m.Attributes {
		if pt, name, ok := strings.Cut(a.Value, " "); a.Key == "rtpmap" && ok {
			named[pt] = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(name)), "/1")
		}
	}
	for _, format := range m.MediaName.Formats {
		n, err := strconv.ParseUint(format, 10, 7)
		if err != nil {
			continue
		}
		pt := uint8(n)
		switch named[format] {
		case "pcmu/8000":
			codecs = append(codecs, codec{pt, muLaw})
		case "pcma/8000":
			codecs = append(codecs, codec{pt, aLaw})
		case "telephone-event/8000":
			event = pt
		}
	}
	return codecs, event
}

func direction(d *sdp.SessionDescription, m *sdp.MediaDescription) (sends, hears bool) {
	sends, hears = true, true
	for _, attributes := range [][]sdp.Attribute{d.Attributes, m.Attributes} {
		for _, a := range attributes {
			switch a.Key {
			case "sendrecv":
				sends, hears = true, true
			case "sendonly":
				sends, hears = true, false
			case "recvonly":
				sends, hears = false, true
			case "inactive":
				sends, hears = false, false
			}
		}
	}
	return sends, hears
}

// terms are what we and the other end speak from now on: its favourite of what
// we know. What it may send is all that both know.
func (o *offer) terms() terms {
	t := terms{
		law: o.codecs[0].law, pt: o.codecs[0].pt, in: map[uint8]law{},
		event: o.event, evIn: o.event, sends: o.sends, hears: o.hears,
	}
	for _, c := range o.codecs {
		t.in[c.pt] = c.law
	}
	return t
}

// ours is our end of a description.
type ours struct {
	session uint64
	version uint64
	addr    netip.AddrPort
	hold    bool // we want to send only
	secure  bool // the other end signals over TLS: sound may be encrypted
	must    bool // and has to be
	key     sdesKey
}

// answer accepts the sound of an offer and refuses every other line.
func (u ours) answer(o *offer) []byte {
	d := u.description()
	for i, line := range o.lines {
		if i == o.audio {
			m := u.audio(o.codecs[:1], o.event, u.way(o.sends, o.hears), line.MediaName.Protos)
			if u.secure && o.crypto != nil {
				key := u.key
				key.tag = o.crypto.tag
				m.WithValueAttribute("crypto", key.String())
			}
			d.MediaDescriptions = append(d.MediaDescriptions, m)
			continue
		}
		refused := &sdp.MediaDescription{MediaName: line.MediaName}
		refused.MediaName.Port = sdp.RangedPort{Value: 0}
		d.MediaDescriptions = append(d.MediaDescriptions, refused)
	}
	return marshal(d)
}

// offer proposes both laws and telephone events.
func (u ours) offer() []byte {
	d := u.description()
	both := []codec{{0, muLaw}, {8, aLaw}}
	protos := []string{"RTP", "AVP"}
	if u.must {
		protos[1] = "SAVP"
	}
	m := u.audio(both, 101, u.way(true, true), protos)
	if u.secure {
		m.WithValueAttribute("crypto", u.key.String())
	}
	d.MediaDescriptions = []*sdp.MediaDescription{m}
	return marshal(d)
}

func (u ours) way(theySend, theyHear bool) string {
	weHear := theySend && !u.hold
	switch {
	case theyHear && weHear:
		return "sendrecv"
	case theyHear:
		return "sendonly"
	case weHear:
		return "recvonly"
	}
	return "inactive"
}

func (u ours) description() *sdp.SessionDescription {
	kind := "IP4"
	if u.addr.Addr().Is6() {
		kind = "IP6"
	}
	host := u.addr.Addr().String()
	return &sdp.SessionDescription{
		Origin: sdp.Origin{
			Username: "-", SessionID: u.session, SessionVersion: u.version,
			NetworkType: "IN", AddressType: kind, UnicastAddress: host,
		},
		SessionName:           "-",
		ConnectionInformation: &sdp.ConnectionInformation{NetworkType: "IN", AddressType: kind, Address: &sdp.Address{Address: host}},
		TimeDescriptions:      []sdp.TimeDescription{{}},
	}
}

func (u ours) audio(codecs []codec, event uint8, way string, protos []string) *sdp.MediaDescription {
	m := &sdp.MediaDescription{MediaName: sdp.MediaName{
		Media: "audio", Port: sdp.RangedPort{Value: int(u.addr.Port())}, Protos: protos,
	}}
	for _, c := range codecs {
		name := "PCMU"
		if c.law == aLaw {
			name = "PCMA"
		}
		m.WithCodec(c.pt, name, rate, 0, "")
	}
	if event != 0 {
		m.WithCodec(event, "telephone-event", rate, 0, "0-15")
	}
	return m.WithValueAttribute("ptime", "20").WithPropertyAttribute(way)
}

func marshal(d *sdp.SessionDescription) []byte {
	text, err := d.Marshal()
	if err != nil { // nothing in it can fail
		return nil
	}
	return text
}
