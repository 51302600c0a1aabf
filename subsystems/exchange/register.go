package exchange

import (
	"context"
	"crypto"
	"net/url"
	"sync"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

// register is every party, key, service and right of a realm as of one number: what a call
// needs of them without asking the store.
type register struct {
	number   int64
	parties  map[string]Party
	keys     map[string]heldKey
	services map[string]*openService
	rights   map[RightID]Right
}

// heldKey is a party's key, ready to verify with.
type heldKey struct {
	PartyKey
	public crypto.PublicKey
}

// openService is a service with what is worked out once.
type openService struct {
	DataService
	base *url.URL
}

// registers are the realms' registers as this process last read them.
type registers struct {
	mu  sync.RWMutex
	all map[who.Realm]*register
}

// current is the register with at least this number; it is read again when another process, or
// this one, has changed it.
func (s *Service) current(ctx context.Context, number int64) (*register, error) {
	realm := who.From(ctx).Realm
	s.registers.mu.RLock()
	r := s.registers.all[realm]
	s.registers.mu.RUnlock()
	if r != nil && r.number >= number {
		return r, nil
	}
	fresh, err := s.readRegister(ctx)
	if err != nil {
		return nil, err
	}
	s.registers.mu.Lock()
	defer s.registers.mu.Unlock()
	if known := s.registers.all[realm]; known != nil && known.number >= fresh.number {
		return known, nil
	}
	if s.registers.all == nil {
		s.registers.all = map[who.Realm]*register{}
	}
	s.registers.all[realm] = fresh
	return fresh, nil
}

func (s *Service) readRegister(ctx context.Context) (r *register, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err = registerOf(tx)
		return err
	})
	return r, err
}

func registerOf(tx *db.Tx) (*register, error) {
	numbers, err := findNumbers(tx)
	if err != nil {
		return nil, err
	}
	r := &register{
		number: numbers.register, parties: map[string]Party{}, keys: map[string]heldKey{}, services: map[string]*openService{}, rights: map[RightID]Right{},
	}
	parties, err := allParties(tx)
	if err != nil {
		return nil, err
	}
	for _, p := range parties {
		r.parties[p.Code] = p
	}
	keys, err := allKeys(tx)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		public, err := k.key()
		if err != nil {
			return nil, err
		}
		r.keys[k.ID] = heldKey{k, public}
	}
	services, err := allServices(tx)
	if err != nil {
		return nil, err
	}
	for _, d := range services {
		base, err := url.Parse(d.Base)
		if err != nil {
			return nil, err
		}
		r.services[d.Code] = &openService{d, base}
	}
	rights, err := allRights(tx)
	for _, x := range rights {
		r.rights[x.ID] = x
	}
	return r, err
}

// right is a consumer's right by which a service may be called for fields.
func (r *register) right(id RightID, consumer, service string, fields []string, on when.Day) (Right, Refusal) {
	x, ok := r.rights[id]
	switch {
	case !ok || x.Consumer != consumer || x.Service != service || !x.holds(on):
		return x, NoRight
	case !within(fields, x.Fields):
		return x, BeyondRight
	}
	return x, ""
}

func within(some, all []string) bool {
	for _, f := range some {
		found := false
		for _, g := range all {
			if f == g {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// name is a party's name, or its code.
func (r *register) name(code string) lang.Text {
	if p, ok := r.parties[code]; ok {
		return p.Name
	}
	return lang.Text{TC: code, EN: code, SC: code}
}
