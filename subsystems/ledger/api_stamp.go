package ledger

import (
	"fmt"
	"net/http"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/web"
)

// newestStampsShown is how many stamps the list gives.
const newestStampsShown = 100

func (s *Service) mountStamps(site *web.Site, r rates) {
	open := []web.Option{web.InSandbox(), web.OpenData(), r.proofs}
	site.API("GET "+apiBase+"/stamps", s.apiStamps, open...)
	site.API("GET "+apiBase+"/stamps/{size}/{authority}/checkpoint", s.apiStampedCheckpoint, open...)
	site.API("GET "+apiBase+"/stamps/{size}/{authority}/reply", s.apiStampReply, append(open, web.Uncompressed())...)
}

// stampFace is a time stamp in the list: what openssl ts -verify wants stands at its addresses.
type stampFace struct {
	Authority  string       `json:"authority"`
	Size       int64        `json:"size"`
	Time       when.Instant `json:"time"`
	Checkpoint string       `json:"checkpoint"`
	Reply      string       `json:"reply"`
}

func (s *Service) apiStamps(v *web.Visit) error {
	if err := s.mayRead(v); err != nil {
		return err
	}
	var all []stampRow
	err := s.DB.Read(v.Context(), func(tx *db.Tx) error {
		l, err := findLog(tx)
		if err != nil {
			return err
		}
		all, err = newestStamps(tx, l.Origin, newestStampsShown)
		return err
	})
	if err != nil {
		return err
	}
	out := []stampFace{}
	for _, r := range all {
		at := v.Plain(fmt.Sprintf("%s/stamps/%d/%s", apiBase, r.size, r.authority))
		out = append(out, stampFace{r.authority, r.size, r.at, at + "/checkpoint", at + "/reply"})
	}
	v.W.Header().Set("Cache-Control", "no-cache")
	return v.JSON(http.StatusOK, out)
}

func (s *Service) apiStampedCheckpoint(v *web.Visit) error {
	r, err := s.stampOf(v)
	if err != nil {
		return err
	}
	return sendRaw(v, "text/plain; charset=utf-8", r.note)
}

func (s *Service) apiStampReply(v *web.Visit) error {
	r, err := s.stampOf(v)
	if err != nil {
		return err
	}
	return sendRaw(v, "application/timestamp-reply", r.reply)
}

func (s *Service) stampOf(v *web.Visit) (r stampRow, err error) {
	if err := s.mayRead(v); err != nil {
		return r, err
	}
	size, err := sizeOf(v.PathValue("size"))
	if err != nil {
		return r, err
	}
	err = s.DB.Read(v.Context(), func(tx *db.Tx) error {
		l, err := findLog(tx)
		if err != nil {
			return err
		}
		r, err = findStamp(tx, l.Origin, size, v.PathValue("authority"))
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.NotFound, "ledger.fault.no-stamp")
		}
		return err
	})
	return r, err
}
