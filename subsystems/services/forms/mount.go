package forms

import (
	"embed"

	"praya/platform/words"
)

//go:embed words/*.json
var wordFiles embed.FS

// Words is what this folder says.
func Words() words.Source { return words.Source{Prefix: "forms", Files: wordFiles} }
