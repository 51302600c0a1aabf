package exchange

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/httpsig"
	"praya/platform/sign"
	"praya/platform/web"
)

const callBase = "/api/exchange/call/"

// apiCall is the gateway: see the package's own page.
func (s *Service) apiCall(v *web.Visit) error {
	r := v.R
	c := &call{}
	c.Access, c.evidence.Seed = newAccess(v.Now())
	c.Method, c.Service = r.Method, r.PathValue("service")
	why, err := s.admit(v.Context(), c, r)
	if err != nil {
		return err
	}
	if why != "" {
		return s.refuse(v, c, why)
	}
	return s.pass(v, c)
}

// admit verifies who calls, and on what the call rests.
func (s *Service) admit(ctx context.Context, c *call, r *http.Request) (Refusal, error) {
	basis, ok := readBasis(r.Header.Get(headBasis))
	if !ok {
		return BadBasis, nil
	}
	consent, n, found, err := s.lookUp(ctx, basis)
	if err != nil {
		return "", err
	}
	if c.register, err = s.current(ctx, n.register); err != nil {
		return "", err
	}
	c.seen = n.consents
	sig, err := s.verifier().Request(r)
	if httpsig.RuleOf(err) != "" {
		return BadSignature, nil
	}
	if err != nil {
		return "", err
	}
	c.evidence.Request, c.nonce, c.until = signed(sig), nonceOf(sig), expiry(sig).Time().Unix()
	c.Consumer = partyOf(sig.KeyID)
	c.party = c.register.parties[c.Consumer]
	if why := c.address(r); why != "" {
		return why, nil
	}
	switch {
	case basis.right != "":
		return s.byLaw(ctx, c, r, basis.right)
	case !found:
		return NoConsent, nil
	}
	if why := c.consented(&consent, c.At); why != "" {
		return why, nil
	}
	return "", s.nameSubject(ctx, c, &consent)
}

// address reads where the call goes and what it asks for.
func (c *call) address(r *http.Request) Refusal {
	var ok bool
	c.basis = r.Header.Get(headBasis)
	if c.fields, ok = readFields(r.Header.Get(headFields)); !ok {
		return BadBasis
	}
	c.Fields = strings.Join(c.fields, " ")
	if c.service, ok = c.register.services[c.Service]; !ok {
		return UnknownService
	}
	_, rest, _ := strings.Cut(r.URL.EscapedPath(), callBase)
	_, rest, _ = strings.Cut(rest, "/")
	c.path, c.query = "/"+rest, r.URL.RawQuery
	switch {
	case !safePath(c.path) || labelled(r.Header, gateLabel):
		return BadBasis
	case c.party.Suspended || c.register.parties[c.service.Provider].Suspended:
		return Barred
	case c.service.State != Open:
		return ServiceClosed
	case !slices.Contains(c.service.Methods, r.Method):
		return BadMethod
	}
	return ""
}

// lookUp reads the consent that a call names, and the realm's numbers, in one look.
func (s *Service) lookUp(ctx context.Context, b basisOf) (c Consent, n numbers, found bool, err error) {
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		if b.consent != "" {
			if c, n, err = forCall(tx, b.consent); !fault.Is(err, fault.NotFound) {
				found = err == nil
				return err
			}
		}
		n, err = findNumbers(tx)
		return err
	})
	return c, n, found, err
}

func (s *Service) byLaw(ctx context.Context, c *call, r *http.Request, right RightID) (Refusal, error) {
	if why := c.lawful(right, c.At); why != "" {
		return why, nil
	}
	identifier, ok := readSubject(r.Header.Get(headSubject), c.service.Subject)
	if !ok {
		return BadSubject, nil
	}
	person, err := s.personIndex(ctx, identifier)
	c.Person, c.subject, c.salt = person, r.Header.Get(headSubject), newSalt()
	return "", err
}

func (s *Service) nameSubject(ctx context.Context, c *call, consent *Consent) error {
	plain, err := s.Keys.Decrypt(subjectPlace(who.From(ctx).Realm, consent.ID), consent.subjectID)
	c.subject, c.salt = string(c.service.Subject)+" "+string(plain), newSalt()
	return err
}

func subjectPlace(realm who.Realm, id ConsentID) sign.Place {
	return sign.Place{Realm: realm, Table: "exchange_consents", Column: "subject_id", ID: string(id)}
}

// pass carries a call to its provider and the answer back.
func (s *Service) pass(v *web.Visit, c *call) error {
	r := v.R
	ctx, cancel := context.WithTimeout(v.Context(), c.service.Patience)
	defer cancel()
	held, long, err := httpsig.Held(r.Body, r.ContentLength)
	if err != nil {
		return s.refuse(v, c, bodyRefusal(err))
	}
	var stream *watched
	if long != nil {
		stream = &watched{Reader: long}
	}
	resp, sig, err := s.ask(ctx, c, r, held, stream)
	if err != nil {
		if stream.broke() {
			return s.refuse(v, c, BadSignature) // the consumer's own body, found out on the way
		}
		return s.refuse(v, c, s.providerRefusal(ctx, err))
	}
	defer resp.Body.Close()
	c.Status, c.evidence.Response = resp.StatusCode, signed(sig)
	if resp.Header.Get(headID) != string(c.ID) || answered(resp.StatusCode) && resp.Header.Get(headAbout) != about(c.salt, c.subject) {
		return s.refuse(v, c, ProviderSubject)
	}
	length := resp.ContentLength
	if bodiless(r.Method, resp.StatusCode) {
		length = -1 // what stands there is of another answer
	}
	body, long, err := httpsig.Held(resp.Body, length)
	if err != nil {
		return s.refuse(v, c, s.providerRefusal(ctx, err))
	}
	if long != nil {
		return s.stream(v, c, resp, long)
	}
	filtered := false
	if answered(resp.StatusCode) && !bodiless(r.Method, resp.StatusCode) {
		var why Refusal
		if body, filtered, why = c.look(resp.Header, body); why != "" {
			return s.refuse(v, c, why)
		}
	}
	if err := s.finish(v.Context(), c); err != nil {
		return err
	}
	if c.Outcome != "" {
		return s.sayRefusal(v, c)
	}
	if err := s.head(v, c, resp, body, filtered); err != nil {
		return err
	}
	v.W.WriteHeader(resp.StatusCode)
	_, err = v.W.Write(body)
	return err
}

// watched remembers what was wrong with a body that was streamed.
type watched struct {
	io.Reader
	wrong atomic.Bool
}

// Read reads on.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if httpsig.RuleOf(err) != "" {
		w.wrong.Store(true)
	}
	return n, err
}

func (w *watched) broke() bool { return w != nil && w.wrong.Load() }

// look holds an answer against its service: only fields that may go, or only what nobody but
// the consumer can read.
func (c *call) look(h http.Header, body []byte) (out []byte, filtered bool, why Refusal) {
	switch c.service.Content {
	case JSONFields:
		return fits(body, c.fields, c.service.Surplus)
	case Encrypted: // compact JWE (RFC 7516, 7.1)
		if h.Get("Content-Type") != "application/jose" || bytes.Count(body, []byte(".")) != 4 {
			return nil, false, ProviderContent
		}
	case Opaque:
	}
	return body, false, ""
}

// answered reports whether a provider's status comes with the subject's data.
func answered(status int) bool { return status >= 200 && status < 300 }

// finish makes the evidence durable.
func (s *Service) finish(ctx context.Context, c *call) error {
	if s.Plain {
		return nil
	}
	return s.close(ctx, &c.closing)
}

// head writes the fields of an answer. The provider's signature goes along as it is; what the
// gateway filtered, the gateway signs.
func (s *Service) head(v *web.Visit, c *call, resp *http.Response, body []byte, filtered bool) error {
	h := v.W.Header()
	for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Digest", "Signature-Input", "Signature", headID, headAbout} {
		if values := resp.Header.Values(name); len(values) > 0 {
			h[name] = values
		}
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if resp.ContentLength >= 0 && bodiless(c.Method, resp.StatusCode) {
		h.Del("Content-Length")
	}
	if !s.Plain {
		h.Set(headReceipt, c.receipt.String())
	}
	if !filtered {
		return nil
	}
	h.Del("Signature")
	h.Del("Signature-Input")
	h.Set(headFiltered, "?1")
	return s.signAnswer(v, c, resp.StatusCode, body)
}

func (s *Service) signAnswer(v *web.Visit, c *call, status int, body []byte) error {
	h := v.W.Header()
	h.Set("Content-Digest", httpsig.DigestOf(body))
	h.Set(headID, string(c.ID))
	_, answer, err := s.signers()
	if err == nil {
		_, err = answer.Response(h, status, v.R)
	}
	return err
}

// stream hands on an answer that is too long to be held: its signed digest is evidence before the
// first byte leaves, and the connection breaks before the last one when the body does not fit.
func (s *Service) stream(v *web.Visit, c *call, resp *http.Response, body io.Reader) error {
	if c.service.Content == JSONFields {
		return s.refuse(v, c, ProviderContent) // fields can't be looked at on the way
	}
	if err := s.finish(v.Context(), c); err != nil {
		return err
	}
	if c.Outcome != "" {
		return s.sayRefusal(v, c)
	}
	if err := s.head(v, c, resp, nil, false); err != nil {
		return err
	}
	v.W.Header().Del("Content-Length")
	if resp.ContentLength >= 0 {
		v.W.Header().Set("Content-Length", strconv.FormatInt(resp.ContentLength, 10))
	}
	v.W.WriteHeader(resp.StatusCode)
	if err := copyHeldBack(v.W, body); err != nil {
		s.cut(v.Context(), c)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// copyHeldBack copies, always keeping the last piece until the one after it, or the end, has been
// found good: a body with a wrong digest never arrives whole.
func copyHeldBack(w io.Writer, body io.Reader) error {
	held, next := make([]byte, 0, 64<<10), make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(body, next)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return err
		}
		if _, werr := w.Write(held); werr != nil {
			return werr
		}
		held = append(held[:0], next[:n]...)
		if err == nil {
			continue
		}
		// ReadFull swallows what Read said at the end: ask once more.
		if _, end := body.Read(next[:1]); !errors.Is(end, io.EOF) {
			return end
		}
		_, err = w.Write(held)
		return err
	}
}

// cut notes that a stream broke off.
func (s *Service) cut(ctx context.Context, c *call) {
	again := *c
	again.Access, again.evidence.Seed = newAccess(s.Clock())
	again.Person, again.Consent, again.Right, again.Consumer, again.Service = c.Person, c.Consent, c.Right, c.Consumer, c.Service
	again.Purpose, again.Fields, again.Method, again.Status, again.Outcome = c.Purpose, c.Fields, c.Method, c.Status, ProviderCut
	copy(again.nonce[:], again.evidence.Seed)
	if err := s.finish(context.WithoutCancel(ctx), &again); err != nil {
		s.Log.ErrorContext(ctx, "exchange: a broken stream is not in the evidence", "access", string(c.ID), "error", err)
	}
}

// personIndex finds a person's accesses by an identifier that stands nowhere in the clear.
func (s *Service) personIndex(ctx context.Context, identifier string) (string, error) {
	raw, err := s.Keys.BlindIndex(who.From(ctx).Realm, "exchange_accesses", "person", identifier)
	return hex.EncodeToString(raw), err
}

// labelled reports whether a message has a signature under a label already.
func labelled(h http.Header, label string) bool {
	for _, line := range h.Values("Signature-Input") {
		if strings.Contains(line, label+"=(") {
			return true
		}
	}
	return false
}

// bodiless reports whether an answer has no body by its nature (RFC 9110, 6.4.1).
func bodiless(method string, status int) bool {
	return method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified
}
