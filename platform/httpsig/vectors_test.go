package httpsig

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
)

// The data of RFC 9421, Appendix B: keys (B.1), messages (B.2), and those signatures whose
// algorithms the profile has. B.2.1 to B.2.3 are RSA-PSS, B.2.5 is HMAC.
const (
	rfcEd25519Public  = "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
	rfcEd25519Private = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF"
	rfcP256Public     = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ=="

	rfcRequest = `POST /foo?param=Value&Pet=dog HTTP/1.1
Host: example.com
Date: Tue, 20 Apr 2021 02:07:55 GMT
Content-Type: application/json
Content-Digest: sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:
Content-Length: 18
`
	rfcResponse = `HTTP/1.1 200 OK
Date: Tue, 20 Apr 2021 02:07:56 GMT
Content-Type: application/json
Content-Digest: sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:
Content-Length: 23
`
	rfcProxied = `POST /foo?param=Value&Pet=dog HTTP/1.1
Host: service.internal.example
Date: Tue, 20 Apr 2021 02:07:55 GMT
Content-Type: application/json
Content-Length: 18
Client-Cert: :MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=:
`
	rfcTransformed = `GET /demo?name1=Value1&Name2=value2 HTTP/1.1
Host: example.org
Date: Fri, 15 Jul 2022 14:24:55 GMT
Accept: application/json
Accept: */*
`
)

type vector struct {
	name, head, body    string
	response            bool
	label, input, value string
	key                 string
	base                string
}

func vectors() []vector {
	return []vector{
		{
			name: "B.2.4 response, P-256", head: rfcResponse, body: `{"message": "good dog"}`, response: true, label: "sig-b24", key: rfcP256Public,
			input: `("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"`,
			value: "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
			base: `"@status": 200
"content-type": application/json
"content-digest": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:
"content-length": 23
"@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"`,
		},
		{
			name: "B.2.6 request, Ed25519", head: rfcRequest, body: `{"hello": "world"}`, label: "sig-b26", key: rfcEd25519Public,
			input: `("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`,
			value: "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
			base: `"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`,
		},
		{
			name: "B.3 behind a proxy, P-256", head: rfcProxied, body: `{"hello": "world"}`, label: "ttrp", key: rfcP256Public,
			input: `("@path" "@query" "@method" "@authority" "client-cert");created=1618884473;keyid="test-key-ecc-p256"`,
			value: "xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==",
		},
		{
			name: "B.4 two lines of a field, Ed25519", head: rfcTransformed, label: "transform", key: rfcEd25519Public,
			input: `("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"`,
			value: "ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==",
			base: `"@method": GET
"@path": /demo
"@authority": example.org
"accept": application/json, */*
"@signature-params": ("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"`,
		},
	}
}

// message reads the vector as net/http does.
func (v vector) message(t *testing.T) (message, io.Reader) {
	t.Helper()
	text := v.head + "Signature-Input: " + v.label + "=" + v.input + "\nSignature: " + v.label + "=:" + v.value + ":\n\n"
	in := bufio.NewReader(strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n") + v.body))
	if v.response {
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		return message{header: r.Header, length: r.ContentLength, status: r.StatusCode, scheme: "https"}, r.Body
	}
	r, err := http.ReadRequest(in)
	if err != nil {
		t.Fatal(err)
	}
	return message{header: r.Header, length: r.ContentLength, request: r, scheme: "https"}, r.Body
}

func TestVectorsOfRFC9421(t *testing.T) {
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			m, _ := v.message(t)
			in, err := inputOf(m.header, v.label)
			if err != nil {
				t.Fatal(err)
			}
			value, err := signatureOf(m.header, v.label)
			if err != nil {
				t.Fatal(err)
			}
			base, err := m.base(in)
			if err != nil {
				t.Fatal(err)
			}
			if v.base != "" && string(base) != v.base {
				t.Errorf("the base is\n%s\nand should be\n%s", base, v.base)
			}
			key := publicKey(t, v.key)
			if !(&Verifier{ready: &readyKeys{}}).fits(key, base, value) {
				t.Fatal("the vector's signature does not hold")
			}
			for i := range base {
				wrong := bytes.Clone(base)
				wrong[i] ^= 1
				if (&Verifier{ready: &readyKeys{}}).fits(key, wrong, value) {
					t.Fatalf("it holds with byte %d changed", i)
				}
			}
		})
	}
}

// Ed25519 gives the same signature for the same text, so ours must be the standard's.
func TestOurEd25519SignaturesAreTheStandards(t *testing.T) {
	der, _ := base64.StdEncoding.DecodeString(rfcEd25519Private)
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors() {
		if v.key != rfcEd25519Public {
			continue
		}
		got, err := signBase(private.(crypto.Signer), Ed25519, []byte(v.base))
		if err != nil || base64.StdEncoding.EncodeToString(got) != v.value {
			t.Errorf("%s: got %x, %v", v.name, got, err)
		}
	}
}

// The vectors cover less than the profile asks for, so a verifier must refuse them all.
func TestVectorsAreTooLittleForTheProfile(t *testing.T) {
	for _, v := range vectors() {
		m, _ := v.message(t)
		ver, err := NewVerifier(Profile{Tag: "exchange", Label: v.label}, KeysFunc(nil), nil)
		if err != nil {
			t.Fatal(err)
		}
		if v.response {
			_, err = ver.Response(&http.Response{Header: m.header, StatusCode: m.status}, &http.Request{})
		} else {
			_, err = ver.Request(m.request)
		}
		if RuleOf(err) != RuleParameters {
			t.Errorf("%s: %v", v.name, err)
		}
	}
}

// The digests of RFC 9530 (section 2 and Appendix B: the object with and without a line end,
// and nothing) and of RFC 9421, B.2.
func TestDigestsOfTheStandards(t *testing.T) {
	for _, c := range []struct{ body, field string }{
		{"{\"hello\": \"world\"}\n", "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"},
		{"{\"hello\": \"world\"}\n", "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:"},
		{"{\"hello\": \"world\"}", "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"},
		{"{\"message\": \"good dog\"}", "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:"},
		{"", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"},
	} {
		want, err := claims(http.Header{"Content-Digest": {"unixsum=30637, " + c.field}})
		if err != nil {
			t.Fatal(err)
		}
		for _, cut := range []int{0, 1} {
			body := &checkedBody{body: io.NopCloser(strings.NewReader(c.body + strings.Repeat("!", cut))), want: want}
			_, err = io.ReadAll(body)
			if wrong := RuleOf(err) == RuleDigest; wrong != (cut == 1) {
				t.Errorf("%q and %d more: %v", c.body, cut, err)
			}
			want, _ = claims(http.Header{"Content-Digest": {c.field}})
		}
	}
	if got := DigestOf([]byte("{\"hello\": \"world\"}\n")); got != "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:" {
		t.Error(got)
	}
}

func publicKey(t testing.TB, text string) crypto.PublicKey {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
