package triage

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
)

// A model as bytes: gzip over a version, and for each question its name, answers, temperature, bias,
// places, their weights of documents, and the weights as 16-bit numbers with one scale.
const (
	encoding     = 1
	maxQuestions = 16
	maxName      = 200
	maxEncoded   = 64 << 20
	maxTemper    = 100
)

// errBroken says that bytes are no model.
//
//nolint:gochecknoglobals // an error
var errBroken = errors.New("triage: these bytes are no model")

// steps are how many there are on either side of zero.
const steps = math.MaxInt16

// quantise brings the weights to what is stored, so that a model answers the same before and after.
func (a *answerer) quantise() {
	scale := a.scale()
	for i, w := range a.weights {
		a.weights[i] = float32(math.Round(float64(w)/scale)) * float32(scale)
	}
}

func (a *answerer) scale() float64 {
	top := 0.0
	for _, w := range a.weights {
		top = max(top, math.Abs(float64(w)))
	}
	if top == 0 {
		return 1
	}
	return float64(float32(top / steps))
}

// Encode writes a model.
func (m *Model) Encode() ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	var b []byte
	b = binary.BigEndian.AppendUint16(b, encoding)
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.answerers))) //nolint:gosec // few
	for _, q := range m.Questions() {
		b = m.answerers[q].append(appendName(b, q))
	}
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func appendName(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...) //nolint:gosec // maxName
}

func (a *answerer) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(a.answers))) //nolint:gosec // maxAnswers
	for i, x := range a.answers {
		b = appendFloat(appendName(b, x), a.bias[i])
	}
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(a.temperature))
	b = binary.BigEndian.AppendUint32(b, uint32(len(a.places))) //nolint:gosec // maxRows
	for i, at := range a.places {
		b = appendFloat(binary.BigEndian.AppendUint32(b, at), a.idf[i])
	}
	scale := a.scale()
	b = appendFloat(b, float32(scale))
	for _, w := range a.weights {
		b = binary.BigEndian.AppendUint16(b, uint16(int16(math.Round(float64(w)/scale)))) //nolint:gosec // within steps
	}
	return b
}

func appendFloat(b []byte, f float32) []byte {
	return binary.BigEndian.AppendUint32(b, math.Float32bits(f))
}

// reader takes bytes apart; after the first that is missing it gives zeros.
type reader struct {
	b      []byte
	broken bool
}

func (r *reader) take(n int) []byte {
	if r.broken || n < 0 || n > len(r.b) {
		r.broken = true
		return make([]byte, min(max(n, 0), 8))
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) number16(most int) int {
	n := int(binary.BigEndian.Uint16(r.take(2)))
	r.broken = r.broken || n > most
	return n
}

func (r *reader) number32() uint32 { return binary.BigEndian.Uint32(r.take(4)) }

func (r *reader) float() float32 {
	f := math.Float32frombits(r.number32())
	r.broken = r.broken || math.IsNaN(float64(f)) || math.IsInf(float64(f), 0)
	return f
}

func (r *reader) name() string {
	n := r.number16(maxName)
	if r.broken {
		return ""
	}
	return string(r.take(n))
}

// Decode reads what Encode wrote.
func Decode(data []byte) (*Model, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, errBroken
	}
	plain, err := io.ReadAll(io.LimitReader(z, maxEncoded+1))
	if err != nil || len(plain) > maxEncoded {
		return nil, errBroken
	}
	r := &reader{b: plain}
	version, n := r.number16(encoding), r.number16(maxQuestions)
	m := &Model{answerers: map[string]*answerer{}}
	for i := 0; i < n && !r.broken; i++ {
		name := r.name()
		m.answerers[name] = r.answerer()
	}
	if r.broken || version != encoding || len(r.b) > 0 || len(m.answerers) != n {
		return nil, errBroken
	}
	return m, nil
}

func (r *reader) answerer() *answerer {
	a := &answerer{}
	n := r.number16(maxAnswers)
	for i := 0; i < n && !r.broken; i++ {
		a.answers = append(a.answers, r.name())
		a.bias = append(a.bias, r.float())
	}
	a.temperature = math.Float64frombits(binary.BigEndian.Uint64(r.take(8)))
	rows := int(r.number32())
	r.broken = r.broken || n == 0 || rows > maxRows || !(a.temperature > 0 && a.temperature < maxTemper)
	for i := 0; i < rows && !r.broken; i++ {
		a.places = append(a.places, r.number32())
		a.idf = append(a.idf, r.float())
	}
	r.broken = r.broken || !slices.IsSorted(a.places)
	scale := r.float()
	weights := r.take(rows * n * 2)
	if r.broken {
		return a
	}
	a.weights = make([]float32, rows*n)
	for i := range a.weights {
		a.weights[i] = float32(int16(binary.BigEndian.Uint16(weights[2*i:]))) * scale //nolint:gosec // as it was written
	}
	a.number()
	return a
}
