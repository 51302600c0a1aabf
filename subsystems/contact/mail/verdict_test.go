package mail

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
)

const letter = "From: Chan <chan@sender.example>\r\nTo: 1823@praya.example\r\nSubject: Lamp\r\nDate: Mon, 2 Mar 2026 08:00:00 +0800\r\nMessage-ID: <1@sender.example>\r\n\r\nIt is dark.\r\n"

// signed gives the letter signed by dkimpy, which we did not write, and the record of its key.
func signed(t *testing.T) (string, zone) {
	t.Helper()
	program, err := exec.LookPath("dkimsign")
	if err != nil {
		lacks(t, "dkimsign (Debian python3-dkim) is not installed")
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "s1", "sender.example", name)
	cmd.Stdin = strings.NewReader(letter)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out), zone{"s1._domainkey.sender.example": {"v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public)}}
}

func TestSignatureByAnothersHand(t *testing.T) {
	t.Parallel()
	text, dns := signed(t)
	dns["_dmarc.sender.example"] = []string{"v=DMARC1; p=reject"}
	o := opened(t, &Server{DNS: dns})
	send := func(text string) []string { return []string{"--data", o.file(strings.ReplaceAll(text, "\r\n", "\n"))} }
	v := o.takes(send(text)...).Verdict
	if !slices.Equal(v.DKIM, []string{"sender.example"}) || !v.Proven || v.Reject {
		t.Errorf("%+v", v)
	}
	o.refuses("550 5.7.1", send(strings.Replace(text, "dark", "light", 1))...)
	o.refuses("550 5.7.1", send(strings.Replace(text, "Subject: Lamp", "Subject: Money", 1))...)
	o.refuses("554 5.6.0", send("From: head@sender.example\r\n"+text)...)
	delete(dns, "_dmarc.sender.example")
	if v := o.takes(send(strings.Replace(text, "dark", "light", 1))...).Verdict; v.Proven || len(v.DKIM) != 0 || v.Reject {
		t.Errorf("altered: %+v", v)
	}
}

// TestSignatureByEd25519 is RFC 8463.
func TestSignatureByEd25519(t *testing.T) {
	t.Parallel()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := dkim.Sign(&out, strings.NewReader(letter), &dkim.SignOptions{Domain: "sender.example", Selector: "e", Signer: key}); err != nil {
		t.Fatal(err)
	}
	dns := zone{"e._domainkey.sender.example": {"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}}
	judged := func(raw string) Verdict {
		return judge(t.Context(), dns, net.IPv4(192, 0, 2, 1), "mx", "chan@sender.example", "chan@sender.example", []byte(raw))
	}
	if v := judged(out.String()); !v.Proven {
		t.Errorf("%+v", v)
	}
	if v := judged(strings.Replace(out.String(), "dark", "bright", 1)); v.Proven {
		t.Errorf("altered: %+v", v)
	}
}

func TestSenderPolicy(t *testing.T) {
	t.Parallel()
	dns := zone{
		"sender.example": {"v=spf1 ip4:127.0.0.1 -all"}, "forged.example": {"v=spf1 ip4:192.0.2.1 -all"},
		"_dmarc.forged.example": {"v=DMARC1; p=reject"}, "_dmarc.lenient.example": {"v=DMARC1; p=none; sp=reject"}, "_dmarc.quiet.example": {"v=DMARC1; p=quarantine"},
	}
	o := opened(t, &Server{DNS: dns})
	if v := o.takes().Verdict; v.SPF != "pass" || !v.Proven {
		t.Errorf("%+v", v)
	}
	if v := o.takes("--header", "From: other@lenient.example").Verdict; v.SPF != "pass" || v.Proven || v.Reject {
		t.Errorf("another author: %+v", v)
	}
	if v := o.takes("--from", "a@forged.example", "--header", "From: chan@quiet.example").Verdict; v.SPF != "fail" || v.Proven || v.Reject {
		t.Errorf("%+v", v)
	}
	if v := o.takes("--from", "a@nowhere.example").Verdict; v.SPF != "none" || v.Proven || v.Reject {
		t.Errorf("%+v", v)
	}
	o.refuses("550 5.7.1", "--from", "a@forged.example")
	o.refuses("550 5.7.1", "--header", "From: chan@forged.example")
	o.refuses("550 5.7.1", "--header", "From: chan@mail.forged.example")
	o.refuses("550 5.7.1", "--header", "From: chan@mail.lenient.example")
}

// dark is a DNS that does not answer.
type dark struct{ zone }

func (dark) LookupTXT(context.Context, string) ([]string, error) {
	return nil, &net.DNSError{Err: "timeout", IsTimeout: true, IsTemporary: true}
}

func TestSilentNamesProveAndRefuseNothing(t *testing.T) {
	t.Parallel()
	v := judge(t.Context(), dark{}, net.IPv4(192, 0, 2, 1), "mx", "a@sender.example", "a@sender.example", []byte(letter))
	if v.Proven || v.Reject || v.SPF != "temperror" {
		t.Errorf("%+v", v)
	}
	if _, err := Read([]byte("no mail at all")); errors.Is(err, ErrLoop) {
		t.Error(err)
	}
}

func TestAligned(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]bool{
		{"a.example", "a.example"}: true, {"a.example", "b.a.example"}: true, {"b.a.example", "a.example"}: false, {"example", "a.example"}: false, {"a.example", "ba.example"}: false,
	} {
		if got := aligned(pair[0], pair[1]); got != want {
			t.Errorf("%v: %v", pair, got)
		}
	}
}

// lacks skips what needs a program that is not here; where CI is set, nothing is skipped.
func lacks(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what, ": run .ci/install first")
}
