package ledger

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

// TestLeafIsPlainJSON holds the encoder to encoding/json, and the short way to a digest to the
// long one.
func TestLeafIsPlainJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "plain-1", `<a href="x">&`, "工務示範署", "\u2028\x7f\xff", `,"digest":"`, `,"by":"`}))
		texts := rapid.SliceOfN(text, 0, 3)
		l := Leaf{
			V: rapid.IntRange(0, 9).Draw(t, "v"), Type: Type(text.Draw(t, "type")), Time: text.Draw(t, "time"), Issuer: text.Draw(t, "issuer"),
			Commitments: texts.Draw(t, "commitments"), Keys: texts.Draw(t, "keys"), Previous: EntryID(text.Draw(t, "previous")),
		}
		if rapid.Bool().Draw(t, "document") {
			l.Name = &lang.Text{TC: text.Draw(t, "tc"), EN: text.Draw(t, "en"), SC: text.Draw(t, "sc")}
			l.Digest = rapid.OneOf(text, rapid.StringMatching("[0-9a-f]{64}")).Draw(t, "digest")
			l.By = rapid.OneOf(text, rapid.StringMatching("[0-9a-f]{64}")).Draw(t, "by")
		}
		want, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		if len(want) > maxLeaf {
			t.Skip("too long")
		}
		got, err := l.encode()
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%v\n%s\n%s", err, got, want)
		}
		again, err := parseLeaf(got)
		if err != nil || documentOf(got) != again.Digest {
			t.Fatalf("%v %q in %s", err, documentOf(got), got)
		}
	})
}

// TestCommitMany: a group keeps its order, each leaf is the bytes that were known before, and a
// group that is longer than a row stands in several.
func TestCommitMany(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		at := when.System().Add(-1e9 * 3600)
		var all []Commitment
		for n := range 600 {
			all = append(all, Commitment{Type: Exchange, Of: [][32]byte{Blind([32]byte{byte(n)}, []byte{byte(n >> 8)})}, Keys: []string{"gateway:1"}, At: at})
		}
		var ids []EntryID
		if err := d.Write(o.ctx, func(tx *db.Tx) (err error) {
			ids, err = CommitMany(tx, all)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		o.settle(t)
		for n, id := range ids {
			b, err := o.EntryBundle(o.ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			want, err := all[n].Leaf(when.System())
			if err != nil || b.Entries[0].Leaf != string(want) || b.Entries[0].Index != int64(n) {
				t.Fatalf("%d: %v %+v, not %s", n, err, b.Entries, want)
			}
		}
		if err := o.fsck(t); err != nil {
			t.Error(err)
		}
		if err := d.Write(o.ctx, func(tx *db.Tx) error { _, err := CommitMany(tx, nil); return err }); err == nil {
			t.Error("a group of none passes")
		}
	})
}

func BenchmarkLeaf(b *testing.B) {
	c := Commitment{Type: Exchange, Of: make([][32]byte, 3), Keys: []string{"works:2026", "bank:7"}}
	at := when.System()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Leaf(at); err != nil {
			b.Fatal(err)
		}
	}
}
