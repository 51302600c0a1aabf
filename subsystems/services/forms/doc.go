// Package forms asks people for what an application needs (電子表格).
package forms

import _ "github.com/santhosh-tekuri/jsonschema/v6" // the validator of record
