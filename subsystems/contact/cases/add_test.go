package cases

import (
	"bytes"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"praya/platform/db"
	"praya/platform/db/dbtest"
)

// sends posts a form with files: name and content in turn.
func (b *browser) sends(status int, path string, form map[string][]string, files ...string) {
	b.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, v := range values {
			b.ok(w.WriteField(name, v))
		}
	}
	for i := 0; i+1 < len(files); i += 2 {
		p, err := w.CreateFormFile("file", files[i])
		b.ok(err)
		_, err = p.Write([]byte(files[i+1]))
		b.ok(err)
	}
	b.ok(w.Close())
	b.send("POST", path, w.FormDataContentType(), &body)
	b.want(status, path)
}

func (w *world) messages(of CaseID) (out []Message) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		out, err = w.Messages(tx, of)
		return err
	})
	return out
}

// TestAddedLater: photos, files and a text come to an open case; what is refused is said, and the rest
// kept; who looks after it and the department that leads are told.
func TestAddedLater(t *testing.T) {
	f := newFront(t)
	c, code := f.open(lamp())
	f.write(func(tx *db.Tx) error { return f.Assign(tx, c.ID, agent, "agent") })
	f.refer(c.ID, "HYD")
	f.notices()
	f.office.told = nil
	b := f.browser("")
	b.post(303, "/en/contact/follow", "reference", c.Reference, "code", code)
	here := b.to
	b.get(200, here)
	add := b.hidden()
	add.Set("text", "Two more <photos>.")
	picture, paper := string(photo(300, 200)), "%PDF-1.4\n1 0 obj\n%%EOF"
	b.sends(422, here+"/add", add, "lamp.jpg", picture, "evil.exe", "MZ")
	b.has("Error:", "Only photos", "lamp.jpg", "Two more <photos>.")
	if all := f.messages(c.ID); len(all) != 0 {
		t.Fatalf("kept although refused: %+v", all)
	}
	add = b.hidden()
	if len(add["kept"]) != 1 {
		t.Fatalf("what was received is not kept: %v", add)
	}
	add.Set("text", "Two more <photos>.")
	b.sends(303, here+"/add", add, "bill CHAN.pdf", paper)
	b.sends(409, here+"/add", add, "again.pdf", paper) // the same form twice
	all := f.messages(c.ID)
	if len(all) != 1 || len(all[0].Files) != 2 || all[0].From != ByPerson {
		t.Fatalf("%+v", all)
	}
	b.get(200, here)
	b.has("Two more <photos>.", "lamp.jpg, bill CHAN.pdf", "The person sent files: 2")
	f.notices()
	for _, want := range []string{agent + " /contact/desk/cases/", "HYD/" + OfficerRole + " /contact/referrals/"} {
		if !strings.Contains(strings.Join(f.office.told, "\n"), want) {
			t.Errorf("nobody told %s: %q", want, f.office.told)
		}
	}
	a := f.browser(agent)
	a.get(200, "/en/contact/desk/cases/"+string(c.ID))
	a.has("The person sent files: 2", "bill CHAN.pdf", "Two more <photos>.")
	a.upload(303, "/en/contact/desk/cases/"+string(c.ID)+"/files", "inside.jpg", photo(90, 60))
	inside := ""
	f.read(func(tx *db.Tx) error {
		all, err := f.FilesOf(tx, c.ID)
		for _, x := range all {
			if x.Name == "inside.jpg" {
				inside = x.ID
			}
		}
		return err
	})
	b.get(200, here+"/files/"+all[0].Files[0].ID)
	b.get(404, here+"/files/"+inside) // the centre's own
	b.get(200, here)
	b.hasNot(inside, "inside.jpg")
	for range 6 {
		add.Add("kept", "x")
	}
	b.sends(303, here+"/add", add)
	b.get(200, here)
	b.has("At most 6 files.")
	if all := f.messages(c.ID); len(all) != 2 {
		t.Errorf("%+v", all)
	}
}

// TestAddedToAClosedCase: it says how it is opened again, and until when.
func TestAddedToAClosedCase(t *testing.T) {
	f := newFront(t)
	c, code := f.open(lamp())
	f.write(func(tx *db.Tx) error { return f.Close(tx, c.ID, Dropped, "agent") })
	b := f.browser("")
	follow := func() string {
		b.post(303, "/en/contact/follow", "reference", c.Reference, "code", code)
		own := b.to
		b.get(200, own)
		return own
	}
	here := follow()
	b.has("opens it again")
	b.sends(422, here+"/add", b.hidden())
	b.has("Write something")
	b.sends(303, here+"/add", b.hidden(), "lamp.jpg", string(photo(30, 20)))
	if got := f.get(c.ID); got.State != Fresh {
		t.Errorf("%v", got.State)
	}
	b.get(200, here)
	b.has("Opened again", "The person sent files: 1")
	f.write(func(tx *db.Tx) error { return f.Close(tx, c.ID, Dropped, "agent") })
	f.clock.move.Add(int64(31 * 24 * time.Hour))
	here = follow()
	b.has("can no longer be opened again", c.Reference, "/en/contact/write")
	b.hasNot("type=\"file\"")
	form := b.hidden()
	form.Set("text", "Still dark.")
	form.Set("_once", strings.Repeat("x", 43))
	b.sends(303, here+"/add", form)
	if got := f.get(c.ID); got.State != Closed {
		t.Errorf("%v", got.State)
	}
}

// TestFilesOfACaseAreBounded: however often somebody adds.
func TestFilesOfACaseAreBounded(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	c, _ := w.open(lamp())
	send := func(n int) error {
		var refs []FileRef
		for range n {
			ref, err := w.Receive(w.system, "a.pdf", []byte("%PDF-1.4\n1 0 obj\n%%EOF"))
			w.ok(err)
			refs = append(refs, ref)
		}
		return w.DB.Write(w.system, func(tx *db.Tx) error {
			return w.Add(tx, c.ID, Message{From: ByPerson, Channel: "web", Files: refs, By: Person})
		})
	}
	for range mostFiles / maxFiles {
		w.ok(send(maxFiles))
	}
	if send(1) == nil {
		t.Error("one more was taken")
	}
}
