package estimates

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"

	"praya/kernel/lang"
)

// headNames are the names of heads in years of which only figures are public: a register of
// our own, from the general knowledge of who was who in that year, not from the source.
//
//go:embed names/heads.csv
var headNames string

// registered gives a head's name in a year, if the register knows it.
//
//nolint:gochecknoglobals // read once, never changed
var registered = sync.OnceValue(func() map[string]lang.Text {
	out := map[string]lang.Text{}
	records, err := csv.NewReader(strings.NewReader(headNames)).ReadAll()
	if err != nil {
		panic("estimates: names/heads.csv: " + err.Error()) // embedded, and read by a test
	}
	for _, r := range records[1:] {
		out[r[0]+" "+r[1]] = lang.Text{TC: r[2], EN: r[3], SC: r[4]}
	}
	return out
})
