package ledger

import (
	"net/http"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"praya/kernel/fault"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/web"
)

// logBase is where the log stands, as C2SP tlog-tiles lays it out.
const logBase = "/api/ledger/log"

func (s *Service) mountLog(site *web.Site, r rates) {
	open := []web.Option{web.InSandbox(), web.OpenData(), r.tiles}
	site.API("GET "+logBase+"/checkpoint", s.apiCheckpoint, open...)
	site.API("GET "+logBase+"/key", s.apiKey, open...)
	site.API("GET "+logBase+"/tile/{path...}", s.apiTile, append(open, web.Uncompressed())...)
}

func (s *Service) mayRead(v *web.Visit) error {
	return v.Allow("ledger.read", access.Resource{Type: "Log", ID: "log"})
}

func (s *Service) apiCheckpoint(v *web.Visit) error {
	if err := s.mayRead(v); err != nil {
		return err
	}
	p, err := s.Checkpoint(v.Context())
	if err != nil {
		return err
	}
	v.W.Header().Set("Cache-Control", "no-cache")
	return sendRaw(v, "text/plain; charset=utf-8", p.Note)
}

// apiKey gives the verifier key. Who trusts the log takes it from elsewhere as well.
func (s *Service) apiKey(v *web.Visit) error {
	if err := s.mayRead(v); err != nil {
		return err
	}
	l, err := s.log(v.Context())
	if err != nil {
		return err
	}
	return sendRaw(v, "text/plain; charset=utf-8", []byte(l.VKey+"\n"))
}

// apiTile serves tile/<level>/<number>[.p/<width>] and tile/entries/<number>[.p/<width>]. A
// partial tile is the beginning of what stands there now, so that old addresses stay good.
func (s *Service) apiTile(v *web.Visit) error {
	if err := s.mayRead(v); err != nil {
		return err
	}
	t, err := parseTilePath(v.PathValue("path"))
	if err != nil {
		return err
	}
	var body []byte
	err = s.DB.Read(v.Context(), func(tx *db.Tx) error {
		body, err = readTile(tx, t)
		return err
	})
	if err != nil {
		return err
	}
	v.W.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return sendRaw(v, "application/octet-stream", body)
}

// parseTilePath reads the path behind tile/. Numbers are written in groups of three digits with
// x before all but the last, as Go's checksum database writes them, whose parser this uses.
func parseTilePath(p string) (tlog.Tile, error) {
	if rest, ok := strings.CutPrefix(p, "entries/"); ok {
		p = "data/" + rest
	} else if strings.HasPrefix(p, "data/") {
		return tlog.Tile{}, fault.New(fault.NotFound, "ledger.fault.no-tile")
	}
	t, err := tlog.ParseTilePath("tile/8/" + p)
	if err != nil {
		return t, fault.New(fault.NotFound, "ledger.fault.no-tile").Because(err)
	}
	return t, nil
}

func readTile(tx *db.Tx, t tlog.Tile) (body []byte, err error) {
	missing := fault.New(fault.NotFound, "ledger.fault.no-tile")
	if t.L >= 0 {
		body, err = findTile(tx, tileAt{int64(t.L), t.N})
		if err == nil && len(body) < t.W*tlog.HashSize {
			err = missing
		}
		if err != nil {
			return nil, err
		}
		return body[:t.W*tlog.HashSize], nil
	}
	from := t.N << tileHeight
	leaves, err := entriesBetween(tx, from, from+int64(t.W))
	if err == nil && len(leaves) != t.W {
		err = missing
	}
	for _, leaf := range leaves {
		body = appendEntry(body, leaf)
	}
	return body, err
}

func sendRaw(v *web.Visit, contentType string, body []byte) error {
	v.W.Header().Set("Content-Type", contentType)
	v.W.WriteHeader(http.StatusOK)
	_, err := v.W.Write(body)
	return err
}
