package voice

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// torture lists messages after the descriptions of RFC 4475, in words of our
// own. HOST is where the answers go. wants is what the answer begins with; ""
// leaves open whether there is one.
func torture() map[string]struct{ text, wants string } {
	head := func(method, uri string, more ...string) string {
		lines := []string{
			method + " " + uri + " SIP/2.0", "Via: SIP/2.0/UDP HOST;branch=z9hG4bKBRANCH;rport", "From: <sip:a@HOST>;tag=1",
			"To: <sip:b@HOST>", "Call-ID: BRANCH@HOST", "CSeq: 1 " + method, "Contact: <sip:a@HOST>", "Max-Forwards: 70",
		}
		return strings.Join(append(lines, more...), "\r\n") + "\r\n"
	}
	end := "Content-Length: 0\r\n\r\n"
	long := strings.Repeat("a", 3000)
	return map[string]struct{ text, wants string }{
		"short forms, folded lines, odd case (3.1.1.1)":  {"OPTIONS sip:b@HOST;unknownparam SIP/2.0\r\nTO :\r\n sip:b@HOST ;   x\r\nfrom   : \"J Rosenberg \\\\\\\"\"       <sip:a@HOST>\r\n  ;\r\n  tag = 98asjd8\r\nMaX-fOrWaRdS: 0068\r\nCall-ID: BRANCH@HOST\r\ncseq: 0009\r\n  OPTIONS\r\nv:  SIP  / 2.0  / UDP\r\n    HOST;branch=z9hG4bKBRANCH;rport\r\ns :\r\nNewFangledHeader:   newfangled value\r\n continued\r\nl: 0\r\n\r\n", ""},
		"wide range of valid characters (3.1.1.2)":       {strings.Replace(head("!interesting-Method0123456789_*+`.%indeed'~", "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@HOST"), "CSeq: 1 !", "CSeq: 139122385 !", 1) + end, ""},
		"escaped characters (3.1.1.3)":                   {head("INVITE", "sip:sips%3Auser%40example.com@HOST") + end, ""},
		"escaped nulls (3.1.1.4)":                        {strings.Replace(head("REGISTER", "sip:HOST"), "<sip:a@HOST>;tag", "<sip:null-%00-null@HOST>;tag", 1) + end, ""},
		"a percent that escapes nothing (3.1.1.5)":       {head("RE%47IST%45R", "sip:HOST") + end, ""},
		"no space before an address (3.1.1.6)":           {strings.Replace(head("OPTIONS", "sip:b@HOST"), "From: <sip", "From: caller<sip", 1) + end, ""},
		"long values (3.1.1.7)":                          {strings.Replace(head("OPTIONS", "sip:b@HOST"), "To: <sip:b@HOST>", "To: \""+long+"\" <sip:b@HOST>", 1) + end, ""},
		"more behind the end of a datagram (3.1.1.8)":    {head("OPTIONS", "sip:b@HOST") + end + "INVITE sip:joe@example.com SIP/2.0\r\n", "SIP/2.0 200"},
		"semicolon in the user's part (3.1.1.9)":         {head("OPTIONS", "sip:user;par=u%40example.net@HOST") + end, "SIP/2.0 200"},
		"several transports in Via (3.1.1.10)":           {strings.Replace(head("OPTIONS", "sip:b@HOST"), "From:", "Via: SIP/2.0/SCTP 192.0.2.1\r\nVia: SIP/2.0/UNKNOWN 192.0.2.2;branch=z9hG4bK1\r\nFrom:", 1) + end, "SIP/2.0 200"},
		"binary parts (3.1.1.11)":                        {head("MESSAGE", "sip:b@HOST", "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655", "Content-Length: 12") + "\r\n\x00\x01\xff\xfe\x80\r\n--7a9", "SIP/2.0 405"},
		"unusual reason phrase (3.1.1.12)":               {"SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое\r\nVia: SIP/2.0/UDP HOST;branch=z9hG4bKBRANCH\r\nCall-ID: x\r\nCSeq: 35 INVITE\r\nFrom: <sip:a@HOST>;tag=1\r\nTo: <sip:b@HOST>;tag=2\r\n" + end, ""},
		"empty reason phrase (3.1.1.13)":                 {"SIP/2.0 100 \r\nVia: SIP/2.0/UDP HOST;branch=z9hG4bKBRANCH\r\nCall-ID: x\r\nCSeq: 35 INVITE\r\nFrom: <sip:a@HOST>;tag=1\r\nTo: <sip:b@HOST>;tag=2\r\n" + end, ""},
		"extra separators (3.1.2.1)":                     {strings.Replace(head("INVITE", "sip:b@HOST"), "Via: SIP/2.0/UDP HOST;", "Via: SIP/2.0/UDP HOST;;,;,,;", 1) + "Contact: \"Joe\" <sip:joe@example.org>;;;;\r\n" + end, ""},
		"length larger than the body (3.1.2.2)":          {head("INVITE", "sip:b@HOST", "Content-Type: application/sdp", "Content-Length: 9999") + "\r\nv=0\r\n", ""},
		"negative length (3.1.2.3)":                      {head("INVITE", "sip:b@HOST", "Content-Type: application/sdp", "Content-Length: -999") + "\r\nv=0\r\n", ""},
		"numbers too large (3.1.2.4)":                    {strings.Replace(head("REGISTER", "sip:HOST", "Expires: 10000000000000000"), "CSeq: 1", "CSeq: 36893488147419103232", 1) + end, ""},
		"numbers too large in an answer (3.1.2.5)":       {"SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/UDP HOST;branch=z9hG4bKBRANCH\r\nCSeq: 9292394834772304023312 OPTIONS\r\nCall-ID: x\r\nRetry-After: 949302838503028349304023988\r\nWarning: 1812 overture \"In Progress\"\r\nFrom: <sip:a@HOST>;tag=1\r\nTo: <sip:b@HOST>;tag=2\r\n" + end, ""},
		"quotes that don't end (3.1.2.6)":                {strings.Replace(head("INVITE", "sip:b@HOST"), "To: <sip:b@HOST>", "To: \"Mr. J. User <sip:b@HOST>", 1) + end, ""},
		"angle brackets around the target (3.1.2.7)":     {head("INVITE", "<sip:user@HOST>") + end, ""},
		"white space in the target (3.1.2.8)":            {head("INVITE", "sip:user@HOST; lr") + end, ""},
		"spaces in the first line (3.1.2.9)":             {strings.Replace(head("INVITE", "sip:user@HOST"), "INVITE sip", "INVITE  sip", 1) + end, ""},
		"spaces behind the first line (3.1.2.10)":        {strings.Replace(head("OPTIONS", "sip:b@HOST"), " SIP/2.0\r\n", " SIP/2.0  \r\n", 1) + end, ""},
		"escaped headers in the target (3.1.2.11)":       {head("INVITE", "sip:user@HOST?Route=%3Csip:example.com%3E") + end, ""},
		"a time zone that none knows (3.1.2.12)":         {head("INVITE", "sip:b@HOST", "Date: Fri, 01 Jan 2010 16:00:00 EST") + end, ""},
		"an address without brackets (3.1.2.13)":         {strings.Replace(head("OPTIONS", "sip:b@HOST"), "From: <sip:a@HOST>;tag=1", "From: sip:a@HOST?Route=x;tag=1", 1) + end, ""},
		"spaces within an address (3.1.2.14)":            {strings.Replace(head("OPTIONS", "sip:b@HOST"), "To: <sip:b@HOST>", "To: <   sip:b@HOST  >", 1) + end, ""},
		"characters that no display name has (3.1.2.15)": {strings.Replace(head("OPTIONS", "sip:b@HOST"), "To: <sip:b@HOST>", "To: I have spaces, and (more) <sip:b@HOST>", 1) + end, ""},
		"an unknown version (3.1.2.16)":                  {strings.Replace(head("OPTIONS", "sip:b@HOST"), " SIP/2.0\r\n", " SIP/7.0\r\n", 1) + end, ""},
		"two methods that differ (3.1.2.17)":             {strings.Replace(head("OPTIONS", "sip:b@HOST"), "CSeq: 1 OPTIONS", "CSeq: 1 INVITE", 1) + end, "SIP/2.0 400"},
		"an unknown method in CSeq (3.1.2.18)":           {strings.Replace(head("NEWMETHOD", "sip:b@HOST"), "CSeq: 1 NEWMETHOD", "CSeq: 1 INVITE", 1) + end, ""},
		"a code beyond all codes (3.1.2.19)":             {"SIP/2.0 4294967301 better not break the receiver\r\nVia: SIP/2.0/UDP HOST;branch=z9hG4bKBRANCH\r\nCall-ID: x\r\nCSeq: 35 INVITE\r\nFrom: <sip:a@HOST>;tag=1\r\nTo: <sip:b@HOST>;tag=2\r\n" + end, ""},
		"an empty branch (3.2.1)":                        {strings.Replace(head("OPTIONS", "sip:b@HOST"), "z9hG4bKBRANCH", "z9hG4bK", 1) + end, ""},
		"nothing that is needed (3.3.1)":                 {"INVITE sip:user@HOST SIP/2.0\r\nCSeq: 193942 INVITE\r\nVia: SIP/2.0/UDP HOST;branch=z9hG4bKBRANCH\r\n" + end, ""},
		"an unknown scheme (3.3.2)":                      {head("INVITE", "nobodyKnowsThisScheme:totallyopaquecontent") + end, "SIP/2.0 416"},
		"a known scheme that isn't SIP (3.3.3)":          {head("INVITE", "soap.beep://192.0.2.103:3002") + end, ""},
		"unknown schemes in addresses (3.3.4)":           {strings.Replace(head("OPTIONS", "sip:b@HOST"), "To: <sip:b@HOST>", "To: <isbn:2983792873>", 1) + end, ""},
		"an unknown extension (3.3.5)":                   {head("INVITE", "sip:b@HOST", "Require: nothingSupportsThis, nothingSupportsThisEither", "Proxy-Require: noProxies") + end, "SIP/2.0 420"},
		"an unknown kind of body (3.3.6)":                {head("INVITE", "sip:b@HOST", "Content-Type: application/unknownformat", "Content-Length: 5") + "\r\n<xyz>", "SIP/2.0 415"},
		"an unknown kind of sign-in (3.3.7)":             {head("REGISTER", "sip:HOST", "Authorization: NoOneKnowsThisScheme opaque-data=here") + end, "SIP/2.0 4"},
		"values that may be once stand twice (3.3.8)":    {strings.Replace(head("INVITE", "sip:b@HOST", "Content-Length: 8", "CSeq: 8 INVITE", "To: <sip:c@HOST>", "From: <sip:d@HOST>;tag=9", "Max-Forwards: 5"), "Call-ID", "Call-ID: other\r\nCall-ID", 1) + end, ""},
		"two lengths (3.3.9)":                            {head("OPTIONS", "sip:b@HOST", "Content-Length: 13", "Content-Length: 5") + "\r\nThere's no way", ""},
		"an answer for another's Via (3.3.10)":           {"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.27;branch=z9hG4bKx, SIP/2.0/UDP HOST\r\nCall-ID: x\r\nCSeq: 35 INVITE\r\nFrom: <sip:a@HOST>;tag=1\r\nTo: <sip:b@HOST>;tag=2\r\n" + end, ""},
		"no hop left (3.3.11)":                           {strings.Replace(head("OPTIONS", "sip:b@HOST"), "Max-Forwards: 70", "Max-Forwards: 0", 1) + end, "SIP/2.0 "},
		"registering with parameters (3.3.12)":           {head("REGISTER", "sip:HOST", "Contact: sip:+19725552222@gw1.example.net;unknownparam") + end, "SIP/2.0 401"},
		"an INVITE of RFC 2543 (3.4.1)":                  {"INVITE sip:UserB@HOST SIP/2.0\r\nVia: SIP/2.0/UDP HOST\r\nFrom: <sip:UserA@HOST>\r\nTo: <sip:UserB@HOST>\r\nCall-ID: BRANCH\r\nCSeq: 1 INVITE\r\nContact: <sip:UserA@HOST>\r\n" + end, ""},
		"nothing but line ends":                          {"\r\n\r\n\r\n\r\n\r\n\r\n", ""},
		"zeros":                                          {strings.Repeat("\x00", 1000), ""},
		"ten thousand headers":                           {head("OPTIONS", "sip:b@HOST") + strings.Repeat("X: y\r\n", 2000) + end, ""},
		"a Via of a thousand":                            {strings.Replace(head("OPTIONS", "sip:b@HOST"), "From:", strings.Repeat("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n", 200)+"From:", 1) + end, ""},
	}
}

func TestTortureMessagesDisturbNobody(t *testing.T) {
	t.Parallel()
	s, calls := answering(t, Config{TCP: "127.0.0.1:0", PerSource: 10_000, PerSecond: 10_000, Quiet: 10 * time.Minute})
	good := newEnd(t, s, "127.0.0.1")
	if !good.call() {
		t.Fatal("no call")
	}
	c := <-calls
	n := 0
	for name, m := range torture() {
		n++
		e := newEnd(t, s, "127.0.0.2")
		text := strings.NewReplacer("HOST", e.conn.LocalAddr().String(), "BRANCH", itoa(n)+"x").Replace(m.text)
		e.send(text)
		if m.wants != "" {
			e.cseq = 1
			answer, ok := e.read("SIP/2.0 ", 2*time.Second)
			if ok && strings.HasPrefix(answer, "SIP/2.0 100") {
				answer, ok = e.read("SIP/2.0 ", 2*time.Second)
			}
			if !ok || !strings.HasPrefix(answer, m.wants) {
				t.Errorf("%s: %.200q", name, answer)
			}
		}
		// The same over a connection.
		conn, err := net.Dial("tcp", s.Bound().TCP.String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write([]byte(strings.Replace(text, "/UDP", "/TCP", 1)))
		_ = conn.Close()
	}
	if code, _ := newEnd(t, s, "127.0.0.1").ask("OPTIONS", ""); code != 200 {
		t.Errorf("after all that, OPTIONS is answered %d", code)
	}
	before := good.packets()
	eventually(t, "the call that stood hears on", func() bool { return good.packets() >= before+25 })
	if c.Why() != "" {
		t.Errorf("the call that stood has ended: %q", c.Why())
	}
}

func TestAFloodFromOneSourceLeavesOthersTheirCalls(t *testing.T) {
	t.Parallel()
	s, calls := answering(t, Config{PerSecond: 100, PerSource: 5})
	good := newEnd(t, s, "127.0.0.1")
	if !good.call() {
		t.Fatal("no call")
	}
	<-calls
	flood := newEnd(t, s, "127.0.0.6")
	for n := range 5000 {
		flood.callID = tag()
		flood.send(flood.message("INVITE", n+1, offerTo("127.0.0.6", 4000, "sendrecv")))
	}
	before := good.packets()
	other := newEnd(t, s, "127.0.0.7")
	if !other.call() {
		t.Error("another caller gets no answer during the flood")
	}
	eventually(t, "the call that stood hears on", func() bool { return good.packets() >= before+25 })
	if n := s.Counts(); n.Calls > 15 || n.Ignored < 4000 {
		t.Errorf("a flood of 5,000 makes %+v", n)
	}
}

// TestSourcesAreForgotten: the stack doesn't remember every address that ever
// sent a datagram, and the calls that stand go on.
func TestSourcesAreForgotten(t *testing.T) {
	t.Parallel()
	const most, all = 20, 130
	s := &Service{heardFrom: heardFrom{most: most}, Config: Config{PerSecond: 1000, PerSource: 1000}}
	calls := make(chan *Call, 1)
	s.Incoming = func(ctx context.Context, c *Call) {
		if c.Answer(ctx) == nil {
			calls <- c
			<-c.Done()
		}
	}
	serving(t, s)
	stands := newEnd(t, s, "127.0.0.1")
	if !stands.call() {
		t.Fatal("no call")
	}
	c := <-calls
	for range all {
		e := newEnd(t, s, "127.0.0.1")
		if code, _ := e.ask("OPTIONS", ""); code != 200 {
			t.Fatal(code)
		}
	}
	size := func() int { return s.stack.TransportLayer().Pool("udp").Size() }
	eventually(t, "the stack has forgotten them", func() bool { return size() <= most+1 })
	held := make(chan error, 1)
	go func() { held <- c.Hold(t.Context(), true) }()
	invite, ok := stands.read("INVITE ", 3*time.Second)
	if !ok {
		t.Fatal("the call that stood is not reached")
	}
	stands.answer(invite, 200, stands.offer("recvonly"))
	if err := <-held; err != nil {
		t.Error(err)
	}
	if code, _ := stands.ask("BYE", ""); code != 200 {
		t.Error(code)
	}
	<-c.Done()
	if c.Why() != WhyPeer {
		t.Error(c.Why())
	}
}

func TestHalfOpenCallsEndByThemselves(t *testing.T) {
	t.Parallel()
	s, _ := answering(t, Config{PerSecond: 1000, PerSource: 1000})
	e := newEnd(t, s, "127.0.0.1")
	for n := range 100 {
		e.callID = tag()
		e.send(e.message("INVITE", n+1, e.offer("sendrecv")))
	}
	eventually(t, "a hundred calls stand", func() bool { return s.Counts().Calls == 100 })
	eventually(t, "none stands", func() bool { return s.Counts().Calls == 0 })
}

// certificate makes one for 127.0.0.1, and its files.
func certificate(t *testing.T) (tls.Certificate, string, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.ParseIP("127.0.0.1")},
		KeyUsage: x509.KeyUsageDigitalSignature, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var files []string
	var blocks [][]byte
	for kind, b := range map[string][]byte{"CERTIFICATE": der, "PRIVATE KEY": private} {
		text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b})
		name := filepath.Join(dir, strings.ToLower(strings.Fields(kind)[0]))
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		files, blocks = append(files, name), append(blocks, text)
	}
	if !strings.HasSuffix(files[0], "certificate") {
		files[0], files[1], blocks[0], blocks[1] = files[1], files[0], blocks[1], blocks[0]
	}
	pair, err := tls.X509KeyPair(blocks[0], blocks[1])
	if err != nil {
		t.Fatal(err)
	}
	return pair, files[0], files[1]
}

func TestSippCallsOverTCPAndTLS(t *testing.T) {
	t.Parallel()
	pair, cert, key := certificate(t)
	keys := make(chan byte, 4)
	s := serving(t, &Service{
		Config: Config{TCP: "127.0.0.1:0", TLS: "127.0.0.1:0", Certificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &pair, nil }},
		Incoming: func(ctx context.Context, c *Call) {
			if c.Answer(ctx) == nil {
				k, _ := c.Ask(ctx, 5*time.Second, Music())
				keys <- k
				<-c.Done()
			}
		},
	})
	sipp(t, s.Bound().TCP, "testdata/call.xml", "-m", "1", "-t", "t1")
	if k := <-keys; k != '1' {
		t.Errorf("over TCP the key is %q", k)
	}
	out := sippTry(t, s.Bound().TLS, "-m", "1", "-t", "l1", "-tls_cert", cert, "-tls_key", key)
	if strings.Contains(out, "To use a TLS transport you must compile SIPp with OpenSSL") {
		t.Log("this sipp speaks no TLS; the client below does")
	}
	conn, err := tls.Dial("tcp", s.Bound().TLS.String(), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // the certificate is the test's
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bKtls\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: tls\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n")
	buffer := make([]byte, 2000)
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if n, err := conn.Read(buffer); err != nil || !bytes.HasPrefix(buffer[:n], []byte("SIP/2.0 200")) {
		t.Errorf("OPTIONS over TLS: %v %q", err, buffer[:n])
	}
}
