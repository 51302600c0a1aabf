// Package examples holds small programs that use Praya from outside, as an integrator would.
// They know nothing of Praya. The developers' page shows these very files, and the tests
// under conformance run them.
package examples

import "embed"

// Files are the programs to copy and run.
//
//go:embed fapi-go/main.go fapi-js/index.mjs plain/curl.sh
var Files embed.FS
