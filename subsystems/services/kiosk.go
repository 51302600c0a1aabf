package services

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
)

// home is the region in which every service that has a kiosk may be offered.
const home = "hk"

// Regions are where kiosks may stand.
func Regions() []string { return []string{home, "gba", "macao"} }

// Kiosk is a self-service station (自助服務站).
type Kiosk struct {
	ID      string
	Name    lang.Text
	Region  string
	Stopped bool
	Health  Health
	Seen    when.Instant
	Version int64
}

// Health is what a kiosk reports of itself.
type Health struct {
	Paper   string `json:"paper,omitempty"`   // ok, low, out
	Scanner string `json:"scanner,omitempty"` // ok, failed
	Note    string `json:"note,omitempty"`
}

// silent is after what time a kiosk that does not report is taken for broken.
const silent = 15 * time.Minute

// Silent reports whether a kiosk has not been heard of for too long.
func (k Kiosk) Silent(now when.Instant) bool { return k.Seen.IsZero() || now.Sub(k.Seen) > silent }

func scanKiosk(s db.Scanner) (k Kiosk, err error) {
	var name, state, health string
	if err := s.Scan(&k.ID, &name, &k.Region, &state, &health, &k.Seen, &k.Version); err != nil {
		return k, err
	}
	k.Stopped = state == "stopped"
	if err := json.Unmarshal([]byte(name), &k.Name); err != nil {
		return k, err
	}
	return k, json.Unmarshal([]byte(health), &k.Health)
}

func (s *Service) mayKiosk(ctx context.Context) error {
	return s.Policy.Allow(ctx, "services.kiosk", access.Resource{Type: "Kiosks", ID: "all"})
}

// AddKiosk registers a kiosk, and gives the token that is put into it once.
func (s *Service) AddKiosk(ctx context.Context, name lang.Text, region string) (kiosk, token string, err error) {
	if err := s.mayKiosk(ctx); err != nil {
		return "", "", err
	}
	if !name.Complete() {
		return "", "", fault.New(fault.Invalid, "services.fault.name").At("nametc", "services.fault.name")
	}
	if !slices.Contains(Regions(), region) {
		return "", "", fault.New(fault.Invalid, "services.fault.region").At("region", "services.fault.region")
	}
	token = rand.Text()
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		kiosk = id.New[string](tx.Now())
		if err := tx.Do(sqlAddKiosk, tx.Realm(), kiosk, hashed(token), jsonText(name), region); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "services.kiosk.add", On: kiosk, Outcome: audit.Done})
	})
	return kiosk, token, err
}

// Kiosks lists all kiosks.
func (s *Service) Kiosks(ctx context.Context) (all []Kiosk, err error) {
	if err := s.mayKiosk(ctx); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = db.List(tx, scanKiosk, sqlKiosks, tx.Realm())
		return err
	})
	return all, err
}

// StopKiosk takes a kiosk out of service, or brings it back.
func (s *Service) StopKiosk(ctx context.Context, kiosk string, version int64, stop bool) error {
	if err := s.mayKiosk(ctx); err != nil {
		return err
	}
	state := ""
	if stop {
		state = "stopped"
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Change(sqlStopKiosk, tx.Realm(), kiosk, version, state); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "services.kiosk.stop", On: kiosk, Outcome: audit.Done})
	})
}

// KioskOf recognises a kiosk by its token; one that was stopped is none.
func (s *Service) KioskOf(ctx context.Context, token string) (k Kiosk, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := db.List(tx, scanKiosk, sqlKioskOf, tx.Realm(), hashed(token))
		if err == nil && (len(all) != 1 || all[0].Stopped) {
			return fault.New(fault.Unauthenticated, "services.fault.no-kiosk")
		}
		if err == nil {
			k = all[0]
		}
		return err
	})
	return k, err
}

// Report keeps what a kiosk says of its health.
func (s *Service) Report(ctx context.Context, k Kiosk, h Health) error {
	if !slices.Contains([]string{"", "ok", "low", "out"}, h.Paper) || !slices.Contains([]string{"", "ok", "failed"}, h.Scanner) || len(h.Note) > 500 {
		return fault.New(fault.Invalid, "services.fault.health")
	}
	h.Note = strings.ToValidUTF8(h.Note, "")
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		return tx.Do(sqlKioskHealth, tx.Realm(), k.ID, jsonText(h), tx.Now())
	})
}

// atKiosk reports whether a kiosk may offer a service where it stands.
func (s *Service) atKiosk(o Offer, k Kiosk) bool {
	return slices.Contains(o.Channels, AtKiosk) && (k.Region == home || slices.Contains(o.Regions, k.Region))
}

func readHealth(raw []byte) (h Health, err error) {
	if err := json.Unmarshal(raw, &h); err != nil {
		return h, fault.New(fault.Invalid, "services.fault.health").Because(err)
	}
	return h, nil
}

func readVersion(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.New(fault.Invalid, "services.fault.form").Because(err)
	}
	return n, nil
}
