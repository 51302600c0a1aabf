package estimates

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"

	"praya/subsystems/estimates/internal/paper"
)

// packer holds the encoder and decoder that all packing shares: both may be used at once.
type packer struct {
	encode *zstd.Encoder
	decode *zstd.Decoder
}

var shared = sync.OnceValue(func() packer {
	encode, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic("estimates: " + err.Error()) // constant options
	}
	decode, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		panic("estimates: " + err.Error())
	}
	return packer{encode, decode}
})

// packFacts writes facts as compressed JSON lines: the same lines as the download's.
func packFacts(facts []paper.Fact) ([]byte, error) {
	var b bytes.Buffer
	if err := writeJSON(&b, facts); err != nil {
		return nil, err
	}
	return shared().encode.EncodeAll(b.Bytes(), nil), nil
}

func unpackFacts(body []byte) ([]paper.Fact, error) {
	text, err := shared().decode.DecodeAll(body, nil)
	if err != nil {
		return nil, err
	}
	facts := make([]paper.Fact, 0, bytes.Count(text, []byte{'\n'}))
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		var f paper.Fact
		switch err := d.Decode(&f); {
		case errors.Is(err, io.EOF):
			return facts, nil
		case err != nil:
			return nil, err
		}
		facts = append(facts, f)
	}
}
