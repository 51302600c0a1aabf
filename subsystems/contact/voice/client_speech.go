package voice

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// HTTPSpeech asks an engine that a site brings, such as the servers that come
// with whisper.cpp or sherpa-onnx behind a small gateway. Speech is posted in
// WAV pieces of five seconds to Hear?language=…, which answers
// {"text": "…"}; a text is posted to Say?language=…, which answers a WAV of
// 8,000 samples a second, one channel of 16 bits. The engine stands beside the
// centre: what people say leaves for nowhere else.
type HTTPSpeech struct {
	Client    *http.Client // with a timeout
	Hear, Say string
	Token     string // sent as a bearer's, if there is one
}

const (
	pieceFrames  = 250 // five seconds
	longestReply = 8 << 20
)

var errEngine = errors.New("voice: the speech engine answered what we don't understand")

// Transcribe posts piece after piece; each answer is final.
func (e HTTPSpeech) Transcribe(ctx context.Context, language string, frames <-chan []byte) (<-chan Transcript, error) {
	if _, err := url.Parse(e.Hear); err != nil || e.Hear == "" {
		return nil, errEngine
	}
	out := make(chan Transcript)
	go func() {
		defer close(out)
		for more := true; more && ctx.Err() == nil; {
			var piece []byte
			if piece, more = e.gather(ctx, frames); len(piece) == 0 {
				continue
			}
			text, err := e.hear(ctx, language, piece)
			if err != nil || text == "" { // an engine that fails costs the text, not the call
				continue
			}
			select {
			case out <- Transcript{Text: text, Final: true}:
			case <-ctx.Done():
			}
		}
	}()
	return out, nil
}

func (e HTTPSpeech) gather(ctx context.Context, frames <-chan []byte) (piece []byte, more bool) {
	for range pieceFrames {
		select {
		case f, ok := <-frames:
			if !ok {
				return piece, false
			}
			piece = append(piece, f...)
		case <-ctx.Done():
			return nil, false
		}
	}
	return piece, true
}

func (e HTTPSpeech) hear(ctx context.Context, language string, sound []byte) (string, error) {
	body, err := e.post(ctx, e.Hear, language, "audio/wav", monoWAV(sound))
	if err != nil {
		return "", err
	}
	var reply struct {
		Text string `json:"text"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return "", errors.Join(errEngine, err)
	}
	return reply.Text, nil
}

// Speak posts a text and reads the sound.
func (e HTTPSpeech) Speak(ctx context.Context, language, text string) (Sound, error) {
	body, err := e.post(ctx, e.Say, language, "text/plain; charset=utf-8", []byte(text))
	if err != nil {
		return nil, err
	}
	return readMonoWAV(body)
}

func (e HTTPSpeech) post(ctx context.Context, to, language, kind string, body []byte) ([]byte, error) {
	at, err := url.Parse(to)
	if err != nil {
		return nil, err
	}
	q := at.Query()
	q.Set("language", language)
	at.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", kind)
	if e.Token != "" {
		req.Header.Set("Authorization", "Bearer "+e.Token)
	}
	client := e.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %s", errEngine, res.Status)
	}
	return io.ReadAll(io.LimitReader(res.Body, longestReply))
}

// monoWAV writes µ-law as a file of 16 bits, one channel.
func monoWAV(sound []byte) []byte {
	head := wavHead(0)
	size := uint32(2 * len(sound))
	binary.LittleEndian.PutUint32(head[4:], 36+size)
	binary.LittleEndian.PutUint16(head[22:], 1)
	binary.LittleEndian.PutUint32(head[28:], rate*2)
	binary.LittleEndian.PutUint16(head[32:], 2)
	binary.LittleEndian.PutUint32(head[40:], size)
	t := tables()
	for _, b := range sound {
		head = binary.LittleEndian.AppendUint16(head, uint16(t.muToLinear[b]))
	}
	return head
}

// readMonoWAV reads a file of 8,000 samples a second, one channel of 16 bits.
func readMonoWAV(file []byte) (Sound, error) {
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		return nil, errEngine
	}
	good := false
	for rest := file[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		body = body[:min(max(size, 0), len(body))]
		switch {
		case name == "fmt " && len(body) >= 16:
			good = binary.LittleEndian.Uint16(body) == 1 && binary.LittleEndian.Uint16(body[2:]) == 1 &&
				binary.LittleEndian.Uint32(body[4:]) == rate && binary.LittleEndian.Uint16(body[14:]) == 16
		case name == "data" && good:
			return muOf(body), nil
		}
		rest = rest[8+len(body):]
		if size%2 == 1 && len(rest) > 0 {
			rest = rest[1:]
		}
	}
	return nil, errEngine
}

func muOf(linear []byte) Sound {
	t := tables()
	out := make(Sound, len(linear)/2)
	for i := range out {
		out[i] = t.mu(int(int16(binary.LittleEndian.Uint16(linear[2*i:]))))
	}
	return out
}
