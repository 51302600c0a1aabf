package search

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is what this package keeps in the store.
func Schema() db.Schema { return db.Schema{Owner: "search", Files: files} }

// Facet is a name and a value to filter by.
type Facet struct {
	Name  string `json:"n"`
	Value string `json:"v"`
}

// Doc is a document to be found. Its realm is the transaction's.
type Doc struct {
	Scope  string
	ID     string
	Title  string
	Body   string
	Facets []Facet
	Weight int    // 0 to 1023
	Card   string // what a page shows of a hit, in a form of the caller's own
}

// Query asks. Filters of one name are alternatives; those of several names must all hold.
type Query struct {
	Text    string
	Scopes  []string
	Filters []Facet
	Limit   int // default 20, at most 100
	Offset  int
}

// Hit is a document that was found.
type Hit struct{ Scope, ID, Title, Body, Card string }

// Hits is a page of them, and how many there are in all.
type Hits struct {
	Total int
	Page  []Hit
}

// Index is the index of some scopes.
type Index struct{ codes map[string]string }

// New makes an index for these scopes.
func New(scopes ...string) (*Index, error) {
	x := &Index{codes: map[string]string{}}
	taken := map[string]string{}
	for _, s := range scopes {
		sum := sha256.Sum256([]byte(s))
		code := strings.ToLower(base32.HexEncoding.EncodeToString(sum[:5])[:3])
		if other, ok := taken[code]; ok && other != s {
			return nil, fmt.Errorf("search: the scopes %s and %s have the same code: rename one", other, s)
		}
		taken[code], x.codes[s] = s, code
	}
	return x, nil
}

// code begins every token: a letter for the realm, three for the scope.
func (x *Index) code(realm who.Realm, scope string) (string, error) {
	code, ok := x.codes[scope]
	if !ok {
		return "", fmt.Errorf("search: %q is no scope of this index", scope)
	}
	switch realm {
	case who.Production:
		return "p" + code, nil
	case who.Sandbox:
		return "s" + code, nil
	}
	return "", fmt.Errorf("search: %q is no realm", realm)
}

// Put adds a document, or replaces the one with its id.
func (x *Index) Put(tx *db.Tx, d Doc) error {
	if err := x.Delete(tx, d.Scope, d.ID); err != nil {
		return err
	}
	_, err := x.Add(tx, slices.Values([]Doc{d}))
	return err
}

// Delete takes a document out; it may not be there.
func (x *Index) Delete(tx *db.Tx, scope, id string) error {
	var no, pieces int64
	err := tx.Row(sqlDoc, tx.Realm(), scope, id).Scan(&no, &pieces)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(textDelete().For(tx.Engine()), no<<8, no<<8+pieces-1); err != nil {
		return err
	}
	_, err = tx.Exec(sqlDocDelete, tx.Realm(), scope, id)
	return err
}

// Clear takes a whole scope out.
func (x *Index) Clear(tx *db.Tx, scope string) error {
	type place struct{ no, pieces int64 }
	all, err := db.List(tx, func(s db.Scanner) (p place, err error) { return p, s.Scan(&p.no, &p.pieces) }, sqlDocsRange, tx.Realm(), scope)
	if err != nil {
		return err
	}
	for _, p := range all {
		if _, err := tx.Exec(textDelete().For(tx.Engine()), p.no<<8, p.no<<8+p.pieces-1); err != nil {
			return err
		}
	}
	_, err = tx.Exec(sqlDocsClear, tx.Realm(), scope)
	return err
}

// Add adds documents that are not there yet.
func (x *Index) Add(tx *db.Tx, docs iter.Seq[Doc]) (int, error) {
	p, err := x.Prepare(tx.Realm(), docs)
	if err != nil {
		return 0, err
	}
	for i := range p.drafts {
		if err := p.drafts[i].avoid(tx); err != nil {
			return 0, err
		}
	}
	return len(p.drafts), x.AddPrepared(tx, p)
}

// Prepared are documents whose words are cut: what takes time is done, and it needed no
// transaction.
type Prepared struct{ drafts []draft }

type draft struct {
	no     int64
	row    []any // of search_docs
	pieces []piece
}

// Prepare makes documents of a realm ready to be added.
func (x *Index) Prepare(realm who.Realm, docs iter.Seq[Doc]) (Prepared, error) {
	var all Prepared
	for d := range docs {
		one, err := x.draft(realm, d)
		if err != nil {
			return Prepared{}, err
		}
		all.drafts = append(all.drafts, one)
	}
	return all, nil
}

func (x *Index) draft(realm who.Realm, d Doc) (draft, error) {
	code, err := x.code(realm, d.Scope)
	if err != nil {
		return draft{}, err
	}
	if d.Weight < 0 || d.Weight > 1023 {
		return draft{}, fmt.Errorf("search: weight %d of %s is not within 0 to 1023", d.Weight, d.ID)
	}
	ps, err := pieces(code, d)
	if err != nil {
		return draft{}, err
	}
	facets, err := json.Marshal(d.Facets)
	if err != nil {
		return draft{}, err
	}
	no := number(realm, d)
	return draft{no, []any{
		realm, d.Scope, d.ID, no, int64(len(ps)), int64(d.Weight),
		clean(d.Title), clean(d.Body), string(facets), clean(d.Card),
	}, ps}, nil
}

// AddPrepared is the fast way for many documents that are not there yet: one statement after
// the other, nothing is looked up. Where two numbers meet, which is once in thousands of
// large imports, it gives Conflict: prepare them again with other ids.
func (x *Index) AddPrepared(tx *db.Tx, all ...Prepared) error {
	var drafts []draft
	for _, p := range all {
		drafts = append(drafts, p.drafts...)
	}
	if len(drafts) == 0 {
		return nil
	}
	// FTS5 writes out what it has gathered whenever a rowid is not larger than the one before:
	// in order, thousands of documents become one part of the index instead of a part each.
	slices.SortFunc(drafts, func(a, b draft) int { return cmp.Compare(a.no, b.no) })
	_, err := tx.InsertMany("search_docs", []string{"realm", "scope", "id", "no", "pieces", "weight", "title", "body", "facets", "card"},
		func(yield func([]any) bool) {
			for _, d := range drafts {
				if !yield(d.row) {
					return
				}
			}
		})
	if err != nil {
		return err
	}
	return insertTexts(tx, func(yield func([]any) bool) {
		for _, d := range drafts {
			for i, p := range d.pieces {
				if !yield(p.row(tx.Engine(), d.no<<8+int64(i))) {
					return
				}
			}
		}
	})
}

// clean takes out what PostgreSQL's text cannot hold.
func clean(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "") }

// number gives a document its place among equals: ten bits of weight, heaviest first,
// then 46 bits of a hash, so that no counter makes writers wait for each other.
func number(realm who.Realm, d Doc) int64 {
	sum := sha256.Sum256([]byte(string(realm) + "\x00" + d.Scope + "\x00" + d.ID))
	return int64(uint64(1023-d.Weight)<<46|binary.BigEndian.Uint64(sum[:])>>18) - 1<<55
}

// avoid takes the next number that is free, where another document has this one's.
func (d *draft) avoid(tx *db.Tx) error {
	for {
		var n int
		if err := tx.Row(sqlDocTaken, d.no).Scan(&n); err != nil || n == 0 {
			d.row[3] = d.no
			return err
		}
		d.no++
	}
}

// insertTexts gives FTS5 a row a statement: a statement of many rows is a savepoint of its own,
// at which FTS5 writes out what it has gathered (a third of an import's time, a profile showed).
func insertTexts(tx *db.Tx, rows iter.Seq[[]any]) error {
	if tx.Engine() == db.PostgreSQL {
		_, err := tx.InsertMany("search_text", []string{"no", "vector"}, rows)
		return err
	}
	for row := range rows {
		if _, err := tx.Exec(sqlTextInsertSQLite, row...); err != nil {
			return err
		}
	}
	return nil
}

func facetHash(f Facet) string {
	sum := sha256.Sum256([]byte(f.Name + "\x00" + f.Value))
	return hex.EncodeToString(sum[:6])
}

func wholeTitle(tokens []string) string {
	sum := sha256.Sum256([]byte(strings.Join(tokens, " ")))
	return hex.EncodeToString(sum[:6])
}

// Find gives the best hits first, and the number of all.
func (x *Index) Find(tx *db.Tx, q Query) (Hits, error) {
	if q.Limit <= 0 {
		q.Limit = 20
	}
	q.Limit = min(q.Limit, mostHits)
	if q.Offset < 0 || q.Offset+q.Limit > deepest {
		return Hits{}, fault.New(fault.Invalid, "search.too-deep")
	}
	ws, err := words(q.Text)
	if err != nil {
		return Hits{}, err
	}
	if len(ws) == 0 && strings.TrimSpace(q.Text) != "" {
		return Hits{}, nil // nothing but signs
	}
	p, err := x.plan(tx, q, ws)
	if err != nil || p.all == "" {
		return Hits{}, err
	}
	var hits Hits
	if err := tx.Row(countHits(p.long).For(tx.Engine()), p.all).Scan(&hits.Total); err != nil {
		return Hits{}, err
	}
	if hits.Total <= q.Offset {
		return hits, nil
	}
	numbers, err := p.best(tx, q.Offset+q.Limit)
	if err != nil {
		return Hits{}, err
	}
	for _, no := range numbers[min(q.Offset, len(numbers)):] {
		var h Hit
		if err := tx.Row(sqlDocShow, no, tx.Realm()).Scan(&h.ID, &h.Title, &h.Body, &h.Card, &h.Scope); err != nil {
			return Hits{}, err
		}
		hits.Page = append(hits.Page, h)
	}
	return hits, nil
}

// plan is a query in the engine's words: what matches, and the classes of hits in
// their order.
type plan struct {
	all     string
	classes []string
	long    bool
}

func (x *Index) plan(tx *db.Tx, q Query, ws []word) (plan, error) {
	var d dialect = fts5{}
	if tx.Engine() == db.PostgreSQL {
		d = tsquery{}
	}
	var all, title, exact []string
	p := plan{}
	for _, scope := range q.Scopes {
		code, err := x.code(tx.Realm(), scope)
		if err != nil {
			return plan{}, err
		}
		a, t, e := ask(d, code, ws, alternatives(q.Filters))
		all, title, exact = append(all, a), append(title, t), append(exact, e)
		var most int
		if err := tx.Row(sqlDocLong, tx.Realm(), scope).Scan(&most); err != nil {
			return plan{}, err
		}
		p.long = p.long || most > 1
	}
	if len(all) == 0 {
		return plan{}, nil
	}
	p.all = d.or(all)
	p.classes = []string{p.all}
	if len(ws) > 0 {
		t, e := d.or(title), d.or(exact)
		p.classes = []string{e, d.except(t, e), d.except(d.except(p.all, t), e)}
	}
	return p, nil
}

// alternatives groups filters by name.
func alternatives(filters []Facet) [][]string {
	var names []string
	by := map[string][]string{}
	for _, f := range filters {
		if by[f.Name] == nil {
			names = append(names, f.Name)
		}
		by[f.Name] = append(by[f.Name], facetHash(f))
	}
	var all [][]string
	for _, n := range names {
		all = append(all, by[n])
	}
	return all
}

// best gives the numbers of the first hits, class by class.
func (p plan) best(tx *db.Tx, want int) ([]int64, error) {
	var all []int64
	seen := map[int64]bool{} // a long document's pieces may stand in several classes
	for _, class := range p.classes {
		if len(all) >= want {
			break
		}
		some, err := db.List(tx, db.Value[int64], pageOfHits(p.long).For(tx.Engine()), class, want-len(all)+len(seen)*bit(p.long))
		if err != nil {
			return nil, err
		}
		for _, no := range some {
			if !seen[no] && len(all) < want {
				seen[no] = true
				all = append(all, no)
			}
		}
	}
	return all, nil
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Rebuild makes the index again from what the documents' table holds.
func (x *Index) Rebuild(ctx context.Context, d *db.DB) error {
	if err := d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(textEmpty().For(tx.Engine()))
		return err
	}); err != nil {
		return err
	}
	for after := int64(-1 << 63); ; {
		var next int64
		more := false
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			next, more, err = x.rebuildSome(tx, after)
			return err
		})
		if err != nil || !more {
			return err
		}
		after = next
	}
}

func (x *Index) rebuildSome(tx *db.Tx, after int64) (next int64, more bool, err error) {
	type kept struct {
		realm      who.Realm
		no, pieces int64
		doc        Doc
	}
	docs, err := db.List(tx, func(s db.Scanner) (k kept, err error) {
		var facets string
		if err := s.Scan(&k.realm, &k.doc.Scope, &k.doc.ID, &k.no, &k.pieces, &k.doc.Weight, &k.doc.Title, &k.doc.Body, &facets, &k.doc.Card); err != nil {
			return k, err
		}
		return k, json.Unmarshal([]byte(facets), &k.doc.Facets)
	}, sqlDocsAfter, after)
	if err != nil {
		return 0, false, err
	}
	var rows [][]any
	for _, k := range docs {
		code, err := x.code(k.realm, k.doc.Scope)
		if err != nil {
			return 0, false, err
		}
		ps, err := pieces(code, k.doc)
		if err != nil {
			return 0, false, err
		}
		if int64(len(ps)) != k.pieces {
			return 0, false, fmt.Errorf("search: %s/%s has %d pieces now, and had %d: put it again", k.doc.Scope, k.doc.ID, len(ps), k.pieces)
		}
		for i, p := range ps {
			rows = append(rows, p.row(tx.Engine(), k.no<<8+int64(i)))
		}
		next = k.no
	}
	return next, len(docs) > 0, insertTexts(tx, slices.Values(rows))
}
