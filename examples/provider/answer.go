package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/yaronf/httpsign"
)

// provider answers what comes from the gateway.
type provider struct {
	keyID    string
	key      ed25519.PrivateKey
	gateway  *gateway
	services map[string]*service
}

type service struct {
	serviceConfig
	source
}

// answer is what goes back.
type answer struct {
	status      int
	contentType string
	body        []byte
}

// ServeHTTP takes one call. Nothing is looked up for a message that the gateway did not sign.
func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	id := r.Header.Get("Exchange-Id")
	if err := p.gateway.verify(r); err != nil {
		log.Printf("refused: %v", err)
		http.Error(w, "not signed by the gateway", http.StatusUnauthorized)
		return
	}
	a := p.answer(r)
	if err := p.sign(w.Header(), r, a); err != nil {
		log.Printf("%s: %v", id, err)
		http.Error(w, "the answer could not be signed", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.body)
	}
	// Who asked what for, never of whom.
	log.Printf("%s %s %s %s: %d in %s", id, r.Header.Get("Exchange-Consumer"), r.Header.Get("Exchange-Service"), r.Header.Get("Exchange-Purpose"),
		a.status, time.Since(began).Round(100*time.Microsecond))
}

func (p *provider) answer(r *http.Request) answer {
	s, ok := p.services[r.Header.Get("Exchange-Service")]
	switch {
	case !ok || strings.TrimSuffix(r.URL.Path, "/") != strings.TrimSuffix(s.Path, "/"):
		return refusal(http.StatusNotFound, "There is no such data service here")
	case r.Method != http.MethodGet:
		return refusal(http.StatusMethodNotAllowed, "Only GET is answered here")
	}
	fields, err := s.asked(r.Header.Get("Exchange-Fields"))
	if err != nil {
		return refusal(http.StatusBadRequest, err.Error())
	}
	_, subject, _ := strings.Cut(r.Header.Get("Exchange-Subject"), " ")
	rows, err := s.find(r.Context(), subject, fields)
	if err != nil {
		log.Printf("%s: %v", r.Header.Get("Exchange-Id"), err)
		return refusal(http.StatusServiceUnavailable, "The data cannot be read at the moment")
	}
	var found any = rows
	if !s.List {
		switch len(rows) {
		case 0:
			return refusal(http.StatusNotFound, "Nothing is known of this person here")
		case 1:
			found = rows[0]
		default: // whose data these are is not certain: a person has to look
			return refusal(http.StatusConflict, "This person is entered more than once")
		}
	}
	body, err := json.Marshal(found)
	if err == nil && s.Encrypt {
		return p.encrypted(r, body)
	}
	if err != nil {
		return refusal(http.StatusInternalServerError, "The data cannot be written as JSON")
	}
	return answer{http.StatusOK, "application/json", body}
}

// asked are the fields of a call, if all of them may go.
func (s *service) asked(header string) (fields []string, err error) {
	for f := range strings.SplitSeq(header, ",") {
		if f = strings.TrimSpace(f); s.Fields[f] == "" {
			return nil, errors.New("A field is asked for that this service does not have") //nolint:staticcheck // a sentence for people
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// encrypted lets the consumer alone read the answer (RFC 7516).
func (p *provider) encrypted(r *http.Request, body []byte) answer {
	id, key, err := p.gateway.encrypting(r.Context(), r.Header.Get("Exchange-Consumer"))
	if err != nil {
		return refusal(http.StatusConflict, err.Error())
	}
	e, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.ECDH_ES_A256KW, Key: key, KeyID: id},
		(&jose.EncrypterOptions{}).WithContentType("application/json"))
	if err == nil {
		var sealed *jose.JSONWebEncryption
		if sealed, err = e.Encrypt(body); err == nil {
			var compact string
			if compact, err = sealed.CompactSerialize(); err == nil {
				return answer{http.StatusOK, "application/jose", []byte(compact)}
			}
		}
	}
	log.Printf("%s: %v", r.Header.Get("Exchange-Id"), err)
	return refusal(http.StatusInternalServerError, "The answer could not be encrypted")
}

// refusal is an answer without data (RFC 9457).
func refusal(status int, why string) answer {
	body, err := json.Marshal(map[string]any{"title": why, "status": status})
	if err != nil {
		body = []byte("{}")
	}
	return answer{status, "application/problem+json", body}
}

// sign says of whom the answer is, and signs it bound to the consumer's signature: the gateway
// cannot give it to another question.
func (p *provider) sign(h http.Header, r *http.Request, a answer) error {
	about, err := about(r.Header.Get("Exchange-Salt"), r.Header.Get("Exchange-Subject"))
	if err != nil {
		return err
	}
	digested := a.body
	if r.Method == http.MethodHead {
		digested = nil
	}
	sum := sha256.Sum256(digested)
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", fmt.Sprint(len(a.body)))
	h.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
	h.Set("Exchange-Id", r.Header.Get("Exchange-Id"))
	h.Set("Exchange-About", about)
	fields := httpsign.Headers("@status", "content-digest", "content-type", "exchange-id", "exchange-about")
	fields.AddDictHeaderExt("signature", callLabel, false, true, false)
	signer, err := httpsign.NewEd25519Signer(p.key, httpsign.NewSignConfig().SignAlg(true).SignCreated(true).SetKeyID(p.keyID).SetTag(tag).
		SetNonce(rand.Text()).SetExpires(time.Now().Add(time.Minute-time.Second).Unix()), fields)
	if err != nil {
		return err
	}
	input, signature, err := httpsign.SignResponse(callLabel, *signer, &http.Response{StatusCode: a.status, Header: h, Body: io.NopCloser(strings.NewReader(""))}, r)
	h.Set("Signature-Input", input)
	h.Set("Signature", signature)
	return err
}

// about tells the gateway whose data these are, and nobody else.
func about(salt, subject string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(salt)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append(raw, subject...))
	return base64.StdEncoding.EncodeToString(sum[:]), nil
}
