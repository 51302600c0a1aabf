package httpsig

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"hash"
	"io"
	"net/http"

	"github.com/dunglas/httpsfv"
)

// MaxHeld is how much of a body is ever held in memory here; what is longer is streamed.
const MaxHeld = 1 << 20

const digestDo = "sign the bytes that are sent, after content encoding, with sha-256 or sha-512 (RFC 9530)"

// DigestOf is the Content-Digest of a whole body (RFC 9530, 2), with SHA-256.
func DigestOf(body []byte) string {
	sum := sha256.Sum256(body)
	return digestField(sum[:])
}

// DigestStream reads to the end and gives the Content-Digest, with SHA-256. It is for bodies
// that are too long to hold and can be read twice, such as files.
func DigestStream(body io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, body); err != nil {
		return "", err
	}
	return digestField(h.Sum(nil)), nil
}

func digestField(sum []byte) string {
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum) + ":"
}

// expected is a digest that the message claims, and the hash that will show whether it holds.
type expected struct {
	name string
	sum  []byte
	hash hash.Hash
}

// claims reads a Content-Digest field. Every digest of an algorithm that we know must hold
// later; those of other algorithms are left out (RFC 9530, 2), but one must be known.
func claims(header http.Header) ([]expected, error) {
	lines := header.Values("Content-Digest")
	if sum, ok := plainBytes(lines, "sha-256"); ok && len(lines) == 1 && len(sum) == sha256.Size {
		return []expected{{"sha-256", sum, sha256.New()}}, nil
	}
	return anyClaims(lines)
}

func anyClaims(lines []string) ([]expected, error) {
	if len(lines) == 0 {
		return nil, refuse(RuleDigest, digestDo, "Content-Digest is missing")
	}
	if tooLong(lines, maxField) {
		return nil, refuse(RuleSize, "send one or two digests", "Content-Digest is longer than %d bytes", maxField)
	}
	dict, err := httpsfv.UnmarshalDictionary(lines)
	if err != nil {
		return nil, refuse(RuleSyntax, digestDo, "Content-Digest is not a dictionary")
	}
	var out []expected
	for _, name := range dict.Names() {
		var h hash.Hash
		switch name {
		case "sha-256":
			h = sha256.New()
		case "sha-512":
			h = sha512.New()
		default:
			continue
		}
		member, _ := dict.Get(name)
		item, ok := member.(httpsfv.Item)
		sum, isBytes := item.Value.([]byte)
		if !ok || !isBytes || len(sum) != h.Size() {
			return nil, refuse(RuleDigest, digestDo, "Content-Digest's %s is not a digest", name)
		}
		out = append(out, expected{name, sum, h})
	}
	if len(out) == 0 {
		return nil, refuse(RuleDigest, digestDo, "Content-Digest has no algorithm that we know")
	}
	return out, nil
}

// checkedBody hands a body on and, at its end, says whether it was what was signed.
type checkedBody struct {
	body io.ReadCloser
	want []expected
	end  error // what Read gives from now on
}

// Read gives io.EOF only for a body whose digests hold. The last bytes of one whose digests
// don't hold may be given before the refusal: nobody may act on a body before io.EOF.
func (c *checkedBody) Read(p []byte) (int, error) {
	if c.end != nil {
		return 0, c.end
	}
	n, err := c.body.Read(p)
	for _, w := range c.want {
		w.hash.Write(p[:n])
	}
	if err == nil {
		return n, nil
	}
	c.end = err
	if errors.Is(err, io.EOF) {
		c.end = c.verdict()
	}
	return n, c.end
}

func (c *checkedBody) verdict() error {
	for _, w := range c.want {
		if subtle.ConstantTimeCompare(w.hash.Sum(nil), w.sum) != 1 {
			return refuse(RuleDigest, digestDo, "the body does not have the signed %s digest", w.name)
		}
	}
	return io.EOF
}

// Close closes the body below.
func (c *checkedBody) Close() error { return c.body.Close() }

// ReadBody reads a verified body to its end, and so also checks its digest; a body above
// [MaxHeld] is refused. A decoder that stops before the end would miss the check.
func ReadBody(body io.Reader) ([]byte, error) {
	out, long, err := Held(body, -1)
	if long != nil {
		return nil, refuse(RuleSize, "send less at once, or read it as a stream", "the body is longer than %d bytes", MaxHeld)
	}
	return out, err
}

// Held reads a verified body of a length (negative: not known) that is at most [MaxHeld] to its
// end, and so also checks its digest. Of a longer one, long gives all of it from its beginning.
func Held(body io.Reader, length int64) (held []byte, long io.Reader, err error) {
	if length > MaxHeld {
		return nil, body, nil
	}
	held, err = io.ReadAll(io.LimitReader(body, MaxHeld+1))
	if err == nil && len(held) > MaxHeld {
		return nil, io.MultiReader(bytes.NewReader(held), body), nil
	}
	return held, nil, err
}

// setDigest gives a request with a body its Content-Digest when it has none. A body up to
// MaxHeld is held; a longer one must be readable twice through GetBody.
func setDigest(r *http.Request) error {
	if r.Header.Get("Content-Digest") != "" {
		return nil
	}
	if r.GetBody != nil {
		again, err := r.GetBody()
		if err != nil {
			return err
		}
		defer again.Close()
		digest, err := DigestStream(again)
		if err == nil {
			r.Header.Set("Content-Digest", digest)
		}
		return err
	}
	held, err := io.ReadAll(io.LimitReader(r.Body, MaxHeld+1))
	if err != nil {
		return err
	}
	if len(held) > MaxHeld {
		return refuse(RuleSize, "set Content-Digest or GetBody first", "the body is longer than %d bytes and can be read only once", MaxHeld)
	}
	r.Body.Close()
	r.Body = io.NopCloser(bytes.NewReader(held))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(held)), nil }
	r.ContentLength = int64(len(held))
	r.Header.Set("Content-Digest", DigestOf(held))
	return nil
}
