package ledger

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
)

// face is what the public page shows of the log.
type face struct {
	*web.View
	Asked     string // a digest that the address of the page names
	Log       logRow
	Published published
	Tree      tlog.Tree
	Witnesses []Witness
	Quorum    int
	Stamps    []stampRow // the newest, of each authority that is configured
	Former    []formerLog
}

func (s *Service) showLedger(v *web.Visit) error {
	if err := s.mayRead(v); err != nil {
		return err
	}
	f := face{View: v.View, Witnesses: s.Witnesses, Quorum: s.Quorum}
	if d := strings.ToLower(v.R.URL.Query().Get("digest")); isDigest(d) {
		f.Asked = d
	}
	v.AllowCamera()
	err := s.DB.Read(v.Context(), func(tx *db.Tx) (err error) {
		if f.Log, err = findLog(tx); err != nil {
			return err
		}
		if f.Former, err = formerLogs(tx); err != nil {
			return err
		}
		if f.Stamps, err = s.lastStamps(tx, f.Log.Origin); err != nil {
			return err
		}
		f.Published, err = findCheckpoint(tx)
		if fault.Is(err, fault.NotFound) {
			return nil // in its first second
		}
		if err == nil {
			f.Tree, err = readCheckpoint(f.Log.Origin, string(f.Published.Note))
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("ledger.page.title"), Lead: v.T("ledger.page.lead"), Description: v.T("ledger.page.lead")}, ledgerPage(f))
}

func (f face) facts() []web.Entry {
	if len(f.Published.Note) == 0 {
		return []web.Entry{{Label: f.T("ledger.page.size"), Value: f.T("ledger.page.soon")}}
	}
	witnesses := f.T("ledger.page.no-witness")
	if len(f.Witnesses) > 0 {
		witnesses = f.T("ledger.page.quorum", "all", f.Number(int64(len(f.Witnesses))), "quorum", f.Number(int64(f.Quorum)))
	}
	out := []web.Entry{
		{Label: f.T("ledger.page.size"), Value: f.Number(f.Tree.N)},
		{Label: f.T("ledger.page.root"), Body: code(f.Tree.Hash.String())},
		{Label: f.T("ledger.page.signed"), Value: f.Instant(f.Published.At)},
		{Label: f.T("ledger.page.key"), Body: code(f.Log.VKey)},
		{Label: f.T("ledger.page.witnesses"), Value: witnesses},
	}
	for _, r := range f.Stamps {
		value := f.T("ledger.page.no-stamp")
		if r.size > 0 {
			value = f.T("ledger.page.stamp", "authority", r.authority, "size", f.Number(r.size), "time", f.Instant(r.at))
		}
		out = append(out, web.Entry{Label: f.T("ledger.page.stamped"), Value: value})
	}
	for _, was := range f.Former {
		out = append(out, web.Entry{Label: f.T("ledger.page.former"), Body: former(f, was)})
	}
	return out
}

// lastStamps finds what each authority said last; nothing of one that has not spoken.
func (s *Service) lastStamps(tx *db.Tx, origin string) (out []stampRow, err error) {
	if tx.Realm() != who.Production {
		return nil, nil
	}
	for _, a := range s.Authorities {
		r, err := lastStamp(tx, origin, a.Name)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// addressOf is where a document is checked: what its QR code says.
func (f face) addressOf(digest string) string {
	return f.Origin() + f.Plain("/ledger") + "?digest=" + digest
}

// groups cuts a text of ASCII into pieces of sixteen.
func groups(text string) (out []string) {
	for piece := range slices.Chunk([]byte(text), 16) {
		out = append(out, string(piece))
	}
	return out
}

// sentences are what the script says, by its own keys. What it fills in stands in braces.
func (f face) sentences() (string, error) {
	out := map[string]string{}
	for _, key := range []string{
		"signature.bad", "signature.unchecked", "inclusion.good", "inclusion.bad", "inclusion.unchecked", "witness.bad", "witness.unchecked",
		"growth.good", "growth.bad", "growth.unchecked", "failed", "nothing", "unknown", "unreachable", "unreadable", "other-document",
		"address", "other-address",
	} {
		out[key] = f.T("ledger.check." + key)
	}
	for _, key := range []string{"none", "unable", "denied"} {
		out["scan."+key] = f.T("ledger.scan." + key)
	}
	out["named"] = f.T("ledger.check.named", "digest", "{digest}")
	out["signature.good"] = f.T("ledger.check.signature.good", "origin", "{origin}", "size", "{size}")
	out["witness.good"] = f.T("ledger.check.witness.good", "count", "{count}")
	out["digest"] = f.T("ledger.check.digest", "digest", "{digest}")
	out["issued"] = f.T("ledger.check.issued", "issuer", "{issuer}", "since", "{since}")
	out["replaced"] = f.T("ledger.check.replaced", "issuer", "{issuer}", "since", "{since}", "time", "{time}", "by", "{by}")
	out["revoked"] = f.T("ledger.check.revoked", "issuer", "{issuer}", "since", "{since}", "time", "{time}")
	raw, err := json.Marshal(out)
	return string(raw), err
}

func (f face) witnessKeys() (string, error) {
	keys := []string{}
	for _, w := range f.Witnesses {
		keys = append(keys, w.Key)
	}
	raw, err := json.Marshal(keys)
	return string(raw), err
}

// consistency is the proof that a tree begins with a smaller one.
type consistency struct {
	Proof []tlog.Hash `json:"proof"`
}

// apiConsistency proves growth between two sizes of the log.
func (s *Service) apiConsistency(v *web.Visit) error {
	if err := s.mayRead(v); err != nil {
		return err
	}
	from, err := sizeOf(v.PathValue("from"))
	to, wrong := sizeOf(v.PathValue("to"))
	if err = errors.Join(err, wrong); err != nil {
		return err
	}
	out := consistency{Proof: []tlog.Hash{}}
	err = s.DB.Read(v.Context(), func(tx *db.Tx) error {
		l, err := findLog(tx)
		if err != nil {
			return err
		}
		if from > to || to > l.Size {
			return fault.New(fault.NotFound, "ledger.fault.no-tile")
		}
		path, err := tlog.ProveTree(to, from, hashesOf(tx, tlog.Tree{N: l.Size, Hash: l.Root}))
		out.Proof = append(out.Proof, path...)
		return err
	})
	if err != nil {
		return err
	}
	return v.JSON(200, out)
}
