package process

import (
	"embed"

	"praya/platform/db"
	"praya/platform/words"
)

//go:embed words/*.json
var wordFiles embed.FS

//go:embed schema/*.sql
var schemaFiles embed.FS

// Words is what this folder says: the problems of a definition, kinds and states. It has no
// pages of its own.
func Words() words.Source { return words.Source{Prefix: "process", Files: wordFiles} }

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "services_process", Files: schemaFiles} }
