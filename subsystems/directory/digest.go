package directory

import (
	"crypto/sha256"
	"encoding/hex"
)

// digest is a short name of a text.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:12])
}
