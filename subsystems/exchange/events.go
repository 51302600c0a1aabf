package exchange

import "encoding/json"

// What the gateway publishes: ids and outcomes only.
//
//	exchange.right.granted, exchange.right.refused   rightEvent
//	exchange.consent.given, .changed, .withdrawn     consentEvent
//	exchange.deletion.received                       consentEvent

type rightEvent struct {
	Right    RightID `json:"right"`
	Service  string  `json:"service"`
	Consumer string  `json:"consumer"`
}

type consentEvent struct {
	Consent  ConsentID `json:"consent"`
	Service  string    `json:"service"`
	Consumer string    `json:"consumer"`
}

func fact(v any) json.RawMessage { return json.RawMessage(jsonText(v)) }
