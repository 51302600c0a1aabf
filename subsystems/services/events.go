package services

import "encoding/json"

// The facts that this part publishes, beside those of its packages: ids and outcomes only.
type (
	published struct {
		Service string `json:"service"`
		Number  int64  `json:"number"`
	}
	applicationEvent struct {
		Application ApplicationID `json:"application"`
		Service     string        `json:"service"`
		Outcome     string        `json:"outcome,omitempty"`
	}
)

func fact(v any) json.RawMessage { return json.RawMessage(jsonText(v)) }
