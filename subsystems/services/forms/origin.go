package forms

import (
	"praya/kernel/lang"
	"praya/kernel/when"
)

// Origins say where fetched values come from, by JSON pointer.
type Origins map[string]Origin

// Origin is where a value was fetched from.
type Origin struct {
	Source string    `json:"source"`          // "exchange.immd.address#address"
	Name   lang.Text `json:"name"`            // of the department
	Day    when.Day  `json:"day"`             // on which it was fetched
	Proof  string    `json:"proof,omitempty"` // id of the access
	Hash   string    `json:"hash,omitempty"`  // of the value, as it was fetched
}

// holds reports whether a field's value was fetched and must stay so.
func (o Origins) holds(q asked) bool {
	_, fetched := o[q.at]
	return fetched && q.Lock
}
