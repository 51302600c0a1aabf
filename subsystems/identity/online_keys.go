package identity

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"praya/kernel/fault"
)

func wrongKeys(key string) error {
	return fault.New(fault.Invalid, "identity.online.fault."+key).At("jwks", "identity.online.fault."+key)
}

// readKeys reads public keys as a developer pastes them: a JWK set, one JWK, or PEM blocks
// (SubjectPublicKeyInfo or a certificate). A private key is refused by name, so that whoever
// pasted it knows that it has left the house.
func readKeys(text string) (json.RawMessage, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return nil, nil
	case len(text) > longestKeys:
		return nil, wrongKeys("keys-long")
	case strings.HasPrefix(text, "-----BEGIN"):
		return readPEM(text)
	}
	return readJWKS(text)
}

func readJWKS(text string) (json.RawMessage, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal([]byte(text), &set) != nil {
		return nil, wrongKeys("keys-form")
	}
	if set.Keys == nil {
		set.Keys = []json.RawMessage{json.RawMessage(text)}
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var members map[string]json.RawMessage
		var k jose.JSONWebKey
		if json.Unmarshal(raw, &members) != nil {
			return nil, wrongKeys("keys-form")
		}
		for _, private := range []string{"d", "p", "k"} { // RFC 7518, 6.2.2, 6.3.2, 6.4.1
			if _, ok := members[private]; ok {
				return nil, wrongKeys("keys-private")
			}
		}
		if k.UnmarshalJSON(raw) != nil {
			return nil, wrongKeys("keys-form")
		}
		keys = append(keys, k)
	}
	return keySetOf(keys)
}

func readPEM(text string) (json.RawMessage, error) {
	var keys []jose.JSONWebKey
	rest := []byte(text)
	for len(keys) <= mostKeys {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if strings.Contains(block.Type, "PRIVATE") {
			return nil, wrongKeys("keys-private")
		}
		key, err := publicKey(block)
		if err != nil {
			return nil, wrongKeys("keys-form")
		}
		keys = append(keys, jose.JSONWebKey{Key: key, Use: "sig"})
	}
	if strings.TrimSpace(string(rest)) != "" && len(keys) <= mostKeys {
		return nil, wrongKeys("keys-form")
	}
	return keySetOf(keys)
}

func publicKey(block *pem.Block) (any, error) {
	if block.Type == "CERTIFICATE" {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		return c.PublicKey, nil
	}
	return x509.ParsePKIXPublicKey(block.Bytes)
}

// keySetOf writes the set in one form; a key without a name is named by its thumbprint (RFC 7638).
func keySetOf(keys []jose.JSONWebKey) (json.RawMessage, error) {
	if len(keys) == 0 {
		return nil, wrongKeys("keys-form")
	}
	if len(keys) > mostKeys {
		return nil, wrongKeys("keys-many")
	}
	for i := range keys {
		if !keys[i].IsPublic() {
			return nil, wrongKeys("keys-form")
		}
		sum, err := keys[i].Thumbprint(crypto.SHA256)
		if err != nil {
			return nil, wrongKeys("keys-form")
		}
		if keys[i].KeyID == "" {
			keys[i].KeyID = base64.RawURLEncoding.EncodeToString(sum)
		}
	}
	return json.Marshal(jose.JSONWebKeySet{Keys: keys})
}
