package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

//go:embed assets
var assetFiles embed.FS

// styles are joined in this order into one style sheet: one request.
func styles() []string {
	return []string{"tokens.css", "base.css", "shell.css", "parts.css", "table.css", "form.css", "chart.css", "print.css"}
}

// assets are the site's files, held compressed under names that carry their hash.
type assets struct {
	byName map[string]string // "site.css" → "/assets/site.0123456789ab.css"
	byPath map[string]asset
}

type asset struct {
	contentType string
	plain       []byte
	packed      func() (packed, error)
}

type packed struct{ gzip, zstd []byte }

// large is from where on a file is compressed only when somebody asks for it: starting should
// not wait for what few pages need.
const large = 64 << 10

func newAssets() (*assets, error) {
	// One encoder for all: each has tables of 34 MB, and a window as wide as it may be.
	enc, err := newEncoder()
	if err != nil {
		return nil, err
	}
	defer enc.Close() //nolint:errcheck // it writes to nothing
	a := &assets{byName: map[string]string{}, byPath: map[string]asset{}}
	var css bytes.Buffer
	for _, name := range styles() {
		b, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			return nil, err
		}
		css.Write(b)
	}
	if err := a.add(enc, "site.css", css.Bytes()); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(assetFiles, "assets")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if slices.Contains(styles(), e.Name()) {
			continue
		}
		b, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			return nil, err
		}
		if err := a.add(enc, e.Name(), b); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *assets) add(enc *zstd.Encoder, name string, content []byte) error {
	ext := path.Ext(name)
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	if types[ext] == "" {
		return fmt.Errorf("web: no content type for asset %s", name)
	}
	sum := sha256.Sum256(content)
	hashed := "/assets/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	f := asset{contentType: types[ext], plain: content, packed: sync.OnceValues(func() (packed, error) { return packLarge(content) })}
	if len(content) < large {
		p, err := pack(enc, content)
		if err != nil {
			return err
		}
		f.packed = func() (packed, error) { return p, nil }
	}
	a.byName[name], a.byPath[hashed] = hashed, f
	return nil
}

func newEncoder() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(128<<10))
}

func pack(enc *zstd.Encoder, content []byte) (p packed, err error) {
	p.gzip, err = gzipped(content)
	p.zstd = enc.EncodeAll(content, nil)
	return p, err
}

func packLarge(content []byte) (packed, error) {
	enc, err := newEncoder()
	if err != nil {
		return packed{}, err
	}
	defer enc.Close() //nolint:errcheck // it writes to nothing
	return pack(enc, content)
}

func gzipped(content []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// Asset is the address of one of the shell's files. An unknown name is a defect.
func (v *View) Asset(name string) string {
	p, ok := v.site.assets.byName[name]
	if !ok {
		panic("web: no asset " + name)
	}
	return p
}

// serve sends a file for ever: another content has another name.
func (a *assets) serve(v *Visit) error {
	f, ok := a.byPath[v.R.URL.Path]
	if !ok {
		return errNoAsset()
	}
	p, err := f.packed()
	if err != nil {
		return err
	}
	h := v.W.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Content-Type", f.contentType)
	body := f.plain
	accept := v.R.Header.Get("Accept-Encoding")
	switch {
	case accepts(accept, "zstd"):
		h.Set("Content-Encoding", "zstd")
		body = p.zstd
	case accepts(accept, "gzip"):
		h.Set("Content-Encoding", "gzip")
		body = p.gzip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	v.W.WriteHeader(http.StatusOK)
	_, err = v.W.Write(body)
	return gone(err)
}

func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(name, coding) && strings.ReplaceAll(params, " ", "") != "q=0" {
			return true
		}
	}
	return false
}
