package performance

import (
	"embed"

	"praya/platform/access"
	"praya/platform/db"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

//go:embed policy.cedar
var policyText string

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "performance", Files: schemaFiles} }

// Policy is who may do what.
func Policy() access.Source { return access.Source{Name: "performance", Policy: policyText} }
