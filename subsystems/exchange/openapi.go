package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"praya/kernel/fault"
)

// The bounds of a description: it comes from outside, and is read again by everybody.
const (
	maxOpenAPI      = 512 << 10
	deepestOpenAPI  = 60
	longestComplain = 300
)

// checkOpenAPI holds a service's description against OpenAPI 3.1, and against what the service
// says of itself: the answers in JSON must name every field that people are asked for.
func checkOpenAPI(ctx context.Context, d DataService) error {
	if len(d.OpenAPI) > maxOpenAPI {
		return wrong("openapi", "exchange.fault.openapi-long")
	}
	if why := unbounded(d.OpenAPI); why != "" {
		return badOpenAPI(why)
	}
	doc, err := readOpenAPI(ctx, d.OpenAPI)
	if err != nil {
		return badOpenAPI(err.Error())
	}
	if doc.Paths.Len() == 0 {
		return badOpenAPI("paths: none")
	}
	if d.Content != JSONFields {
		return nil
	}
	named := map[string]bool{}
	for _, path := range doc.Paths.Map() {
		for method, operation := range path.Operations() {
			if slices.Contains(d.Methods, method) {
				namesIn(operation.Responses, named)
			}
		}
	}
	for _, f := range d.Fields {
		if !named[f.Name] {
			return fault.New(fault.Invalid, "exchange.fault.openapi-field", "field", f.Name).At("openapi", "exchange.fault.openapi-field")
		}
	}
	return nil
}

func badOpenAPI(why string) error {
	why, _, _ = strings.Cut(why, "\n")
	if runes := []rune(why); len(runes) > longestComplain {
		why = string(runes[:longestComplain]) + "…"
	}
	return fault.New(fault.Invalid, "exchange.fault.openapi", "why", why).At("openapi", "exchange.fault.openapi")
}

// readOpenAPI loads a description. What it refers to must stand in it: nothing is fetched.
// Examples and defaults are not held against their schemas: that may take time without bound.
func readOpenAPI(ctx context.Context, raw []byte) (doc *openapi3.T, err error) {
	defer func() {
		if p := recover(); p != nil { // another's parser, and a stranger's document
			doc, err = nil, fmt.Errorf("it cannot be read: %v", p)
		}
	}()
	loader := openapi3.NewLoader()
	loader.Context, loader.IsExternalRefsAllowed = ctx, false
	if doc, err = loader.LoadFromData(raw); err != nil {
		return nil, err
	}
	if doc.OpenAPIMajorMinor() != "3.1" {
		return nil, fmt.Errorf("openapi: %q is not 3.1", doc.OpenAPI)
	}
	if doc.Paths == nil {
		doc.Paths = openapi3.NewPaths()
	}
	return doc, doc.Validate(ctx, openapi3.IsOpenAPI31OrLater(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation())
}

// unbounded says what is too deep, refers to somewhere else, or is no JSON.
func unbounded(raw []byte) string {
	dec := json.NewDecoder(bytes.NewReader(raw))
	depth := 0
	var last any
	for dec.More() || depth > 0 {
		token, err := dec.Token()
		if err != nil {
			return err.Error()
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
			if depth > deepestOpenAPI {
				return fmt.Sprintf("deeper than %d levels", deepestOpenAPI)
			}
		case string:
			if (last == "$ref" || last == "$dynamicRef" || last == "operationRef" || last == "externalValue") && !strings.HasPrefix(t, "#") {
				return fmt.Sprintf("%s: %.100q leads out of the document", last, t)
			}
		}
		last = token
	}
	if dec.InputOffset() == 0 {
		return "empty"
	}
	return ""
}

// namesIn notes the properties of successful answers in JSON, as the gateway looks at them: of an
// object, or of a list's objects.
func namesIn(responses *openapi3.Responses, named map[string]bool) {
	for status, r := range responses.Map() {
		if r.Value == nil || !strings.HasPrefix(status, "2") && status != "default" {
			continue
		}
		for kind, media := range r.Value.Content {
			if strings.HasPrefix(kind, "application/json") || strings.HasSuffix(kind, "+json") {
				properties(media.Schema, named, map[*openapi3.Schema]bool{})
			}
		}
	}
}

func properties(ref *openapi3.SchemaRef, named map[string]bool, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	s := ref.Value
	seen[s] = true
	for name := range s.Properties {
		named[name] = true
	}
	for _, part := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
		properties(part, named, seen)
	}
	properties(s.Items, named, seen)
}
