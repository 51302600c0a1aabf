package knowledge

import (
	"embed"

	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/words"
)

//go:embed words/*.json
var wordFiles embed.FS

//go:embed schema/*.sql
var schemaFiles embed.FS

//go:embed policy.cedar
var policyText string

// Words is what this folder says.
func Words() words.Source { return words.Source{Prefix: "knowledge", Files: wordFiles} }

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "contact_knowledge", Files: schemaFiles} }

// Policy is who may do what.
func Policy() access.Source { return access.Source{Name: "knowledge", Policy: policyText} }
