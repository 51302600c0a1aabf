package exchange

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"praya/kernel/fault"
)

func described(schema string) string {
	return `{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{"/":{"get":{"responses":{"200":{"description":"x","content":{"application/json":{"schema":` +
		schema + `}}}}}}},"components":{"schemas":{"Person":{"type":"object","properties":{"name":{"type":["string","null"]},"address":{"const":"x"}}}}}}`
}

// TestDescriptions: what passes is OpenAPI 3.1 indeed, with what 3.0 does not know, and names
// every field.
func TestDescriptions(t *testing.T) {
	d := addressService("http://localhost")
	d.Fields = d.Fields[:2]
	const both = `{"type":"object","properties":{"name":{"type":"string"},"address":{"type":"string"}}}`
	for _, c := range []struct{ name, text, wrong string }{
		{"inline", described(both), ""},
		{"by reference", described(`{"$ref":"#/components/schemas/Person"}`), ""},
		{"a list", described(`{"type":"array","items":{"$ref":"#/components/schemas/Person"}}`), ""},
		{"in parts", described(`{"allOf":[{"properties":{"name":true}},{"properties":{"address":{"type":["string","null"],"examples":["x"]}}}]}`), ""},
		{"webhooks, which 3.0 lacks", strings.Replace(described(both), `"paths"`, `"webhooks":{"later":{"post":{"responses":{"200":{"description":"x"}}}}},"paths"`, 1), ""},
		{"a tree that refers to itself", described(`{"type":"object","properties":{"name":{},"address":{"$ref":"#/paths/~1/get/responses/200/content/application~1json/schema"}}}`), ""},

		{"3.0", strings.Replace(described(both), "3.1.0", "3.0.3", 1), "3.1"},
		{"no version", strings.Replace(described(both), `"openapi":"3.1.0",`, "", 1), "openapi"},
		{"a field is missing", described(`{"type":"object","properties":{"name":{}}}`), "address"},
		{"the other method's answer", strings.Replace(described(both), `"get"`, `"put"`, 1), "name"},
		{"an error's answer", strings.Replace(described(both), `"200"`, `"404"`, 1), "name"},
		{"a type that there is not", described(`{"type":"person"}`), "person"},
		{"a reference to nowhere", described(`{"$ref":"#/components/schemas/Nobody"}`), "Nobody"},
		{"a reference that leads out", described(`{"$ref":"https://evil.example/schema.json"}`), "leads out"},
		{"a file", described(`{"$ref":"/etc/passwd"}`), "leads out"},
		{"no paths", `{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{}}`, "paths"},
		{"no title", strings.Replace(described(both), `"title":"x",`, "", 1), "title"},
		{"too deep", described(strings.Repeat(`{"items":`, 100) + "{}" + strings.Repeat("}", 100)), "deeper"},
		{"too long", described(`{"description":"` + strings.Repeat("x", maxOpenAPI) + `"}`), "openapi-long"},
		{"YAML", "openapi: 3.1.0", "invalid character"},
		{"empty", "", "empty"},
		{"cut off", described(both)[:100], "EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.OpenAPI = []byte(c.text)
			err := checkOpenAPI(t.Context(), d)
			if c.wrong == "" {
				if err != nil {
					t.Errorf("%v", complaint(err))
				}
				return
			}
			if err == nil || !fault.Is(err, fault.Invalid) || !strings.Contains(complaint(err), c.wrong) {
				t.Errorf("%v", complaint(err))
			}
		})
	}
	d.Content = Opaque
	d.OpenAPI = []byte(described(`{"type":"string"}`))
	if err := checkOpenAPI(t.Context(), d); err != nil {
		t.Errorf("a file has no properties: %v", complaint(err))
	}
}

func complaint(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) {
		return fmt.Sprint(f.Key, f.Args)
	}
	return fmt.Sprint(err)
}

// TestDescriptionsCostLittle: references that double at each step, and many of them.
func TestDescriptionsCostLittle(t *testing.T) {
	var chain, cycle strings.Builder
	for i := range 200 {
		fmt.Fprintf(&chain, `"s%d":{"allOf":[{"$ref":"#/components/schemas/s%d"},{"$ref":"#/components/schemas/s%d"}]},`, i, i+1, i+1)
	}
	for i := range 40 {
		fmt.Fprintf(&cycle, `"s%d":{"anyOf":[`, i)
		for j := range 40 {
			if j > 0 {
				cycle.WriteByte(',')
			}
			fmt.Fprintf(&cycle, `{"$ref":"#/components/schemas/s%d"}`, j)
		}
		cycle.WriteString("]},")
	}
	d := addressService("http://localhost")
	for name, schemas := range map[string]string{"chain": chain.String() + `"s200":{"properties":{"name":{}}},`, "cycle": cycle.String()} {
		d.OpenAPI = []byte(strings.Replace(described(`{"$ref":"#/components/schemas/s0"}`), `"schemas":{`, `"schemas":{`+schemas, 1))
		began := time.Now()
		err := checkOpenAPI(t.Context(), d)
		if took := time.Since(began); took > 5*time.Second || err == nil {
			t.Errorf("%s took %s: %v", name, took, err)
		}
	}
}

func FuzzDescriptions(f *testing.F) {
	f.Add([]byte(described(`{"$ref":"#/components/schemas/Person"}`)))
	f.Add([]byte(openAPI))
	d := addressService("http://localhost")
	f.Fuzz(func(t *testing.T, raw []byte) {
		d.OpenAPI = raw
		began := time.Now()
		if err := checkOpenAPI(t.Context(), d); err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		if time.Since(began) > 10*time.Second {
			t.Error("it takes too long")
		}
	})
}
