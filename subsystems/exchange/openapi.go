package exchange

import (
	"context"
	"encoding/json"
	"strings"

	"praya/kernel/fault"
)

const maxOpenAPI = 512 << 10

// checkOpenAPI holds a service's description against OpenAPI 3.1.
func checkOpenAPI(_ context.Context, d DataService) error {
	var head struct {
		OpenAPI string                     `json:"openapi"`
		Paths   map[string]json.RawMessage `json:"paths"`
	}
	if len(d.OpenAPI) > maxOpenAPI {
		return wrong("openapi", "exchange.fault.openapi")
	}
	if err := json.Unmarshal(d.OpenAPI, &head); err != nil || !strings.HasPrefix(head.OpenAPI, "3.1.") || len(head.Paths) == 0 {
		return fault.New(fault.Invalid, "exchange.fault.openapi").Because(err)
	}
	return nil
}
