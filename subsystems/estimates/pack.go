package estimates

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
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

// pack writes facts or checks as compressed JSON lines: the same lines as the downloads.
func pack[T any](list []T) ([]byte, error) {
	var b bytes.Buffer
	if err := writeJSON(&b, list); err != nil {
		return nil, err
	}
	return shared().encode.EncodeAll(b.Bytes(), nil), nil
}

func unpack[T any](body []byte) ([]T, error) {
	text, err := shared().decode.DecodeAll(body, nil)
	if err != nil {
		return nil, err
	}
	list := make([]T, 0, bytes.Count(text, []byte{'\n'}))
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		var one T
		switch err := d.Decode(&one); {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, err
		}
		list = append(list, one)
	}
}
