package cases

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image/jpeg"
	"io"
	"math"
	"testing"
	"time"

	"github.com/rwcarlsen/goexif/exif"

	"praya/platform/db"
	"praya/platform/jobs"
)

// gps is a photo that says where it was taken and how it is turned: an Exif segment (Exif 2.3) behind
// the start of image, big endian, with latitude and longitude in degrees, minutes and seconds.
func gps(plain []byte, lat, lon [3]uint32, orientation uint16) []byte {
	var t bytes.Buffer
	put := func(v any) { _ = binary.Write(&t, binary.BigEndian, v) }
	entry := func(tag, kind uint16, count, value uint32) { put(tag); put(kind); put(count); put(value) }
	t.WriteString("MM\x00\x2a")
	put(uint32(8))
	put(uint16(2)) // IFD0 at 8: orientation, GPS pointer
	entry(0x0112, 3, 1, uint32(orientation)<<16)
	entry(0x8825, 4, 1, 38)
	put(uint32(0))
	put(uint16(4)) // GPS IFD at 38
	entry(1, 2, 2, uint32('N')<<24)
	entry(2, 5, 3, 92)
	entry(3, 2, 2, uint32('E')<<24)
	entry(4, 5, 3, 116)
	put(uint32(0))
	for _, p := range [][3]uint32{lat, lon} {
		for _, x := range p {
			put(x)
			put(uint32(1))
		}
	}
	body := append([]byte("Exif\x00\x00"), t.Bytes()...)
	out := append([]byte{}, plain[:2]...)
	out = append(out, 0xff, 0xe1, byte((len(body)+2)>>8), byte(len(body)+2))
	out = append(out, body...)
	return append(out, plain[2:]...)
}

// TestPhotosPosition: it is proposed, and what others see says nothing of it.
func TestPhotosPosition(t *testing.T) {
	f := newFront(t)
	plain := gps(photo(400, 200), [3]uint32{22, 16, 48}, [3]uint32{114, 9, 36}, 6)
	ref, err := f.Receive(f.system, "a.jpg", plain)
	f.ok(err)
	if ref.Lat != 22.28 || ref.Lon != 114.16 {
		t.Errorf("%v %v", ref.Lat, ref.Lon)
	}
	n := lamp()
	n.Files = []FileRef{ref}
	c, _ := f.open(n)
	for _, as := range []Form{AsView, AsSmall} {
		_, view, err := f.File(f.system, c.ID, ref.ID, as)
		f.ok(err)
		if bytes.Contains(view, []byte("Exif")) {
			t.Error("its description is left")
		}
		m, err := jpeg.Decode(bytes.NewReader(view))
		f.ok(err)
		if m.Bounds().Dx() >= m.Bounds().Dy() || m.Bounds().Dy() > viewSide {
			t.Errorf("%s: not turned: %v", as, m.Bounds())
		}
	}
	_, sent, err := f.File(f.system, c.ID, ref.ID, AsSent)
	f.ok(err)
	if !bytes.Equal(sent, plain) {
		t.Error("what was sent is not kept")
	}
	if _, _, err := f.File(f.system, "another-case", ref.ID, AsSent); err == nil {
		t.Error("read by another case")
	}
	far := gps(photo(40, 20), [3]uint32{51, 30, 0}, [3]uint32{0, 7, 0}, 1)
	if lat, _ := takenAt(far); lat != 0 {
		t.Error("a place that is not in Hong Kong was proposed")
	}
	b := f.browser("")
	b.post(303, "/en/contact/write/new/kind", "kind", "request")
	base := b.to[:len(b.to)-len("/what")]
	b.upload(303, base+"/photos", "a.jpg", plain)
	b.get(200, base+"/where")
	b.has("22.280000, 114.160000", "Your photo says where it was taken")
}

// TestPositionAsOthersReadIt: a reader that we did not write finds the same.
func TestPositionAsOthersReadIt(t *testing.T) {
	for _, at := range [][2][3]uint32{{{22, 16, 48}, {114, 9, 36}}, {{22, 30, 1}, {113, 59, 59}}} {
		plain := gps(photo(40, 20), at[0], at[1], 6)
		theirs, err := exif.Decode(bytes.NewReader(plain))
		if err != nil {
			t.Fatal(err)
		}
		lat, lon, err := theirs.LatLong()
		if err != nil {
			t.Fatal(err)
		}
		ourLat, ourLon := takenAt(plain)
		if math.Abs(lat-ourLat) > 1e-6 || math.Abs(lon-ourLon) > 1e-6 {
			t.Errorf("%v %v, they read %v %v", ourLat, ourLon, lat, lon)
		}
		tag, err := theirs.Get(exif.Orientation)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := tag.Int(0); err != nil || n != orientation(plain) {
			t.Errorf("%d, they read %d", orientation(plain), n)
		}
	}
}

// bomb is a PNG of a few bytes that says it has very many pixels.
func bomb(w, h uint32) []byte {
	var out bytes.Buffer
	out.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(name string, data []byte) {
		_ = binary.Write(&out, binary.BigEndian, uint32(len(data)))
		body := append([]byte(name), data...)
		out.Write(body)
		_ = binary.Write(&out, binary.BigEndian, crc32.ChecksumIEEE(body))
	}
	head := make([]byte, 13)
	binary.BigEndian.PutUint32(head, w)
	binary.BigEndian.PutUint32(head[4:], h)
	head[8], head[9] = 8, 6
	chunk("IHDR", head)
	chunk("IDAT", []byte{0x78, 0x9c, 3, 0, 0, 0, 0, 1})
	chunk("IEND", nil)
	return out.Bytes()
}

type hostile struct{ err error }

func (h hostile) Scan(_ context.Context, r io.Reader) error {
	_, _ = io.Copy(io.Discard, r)
	return h.err
}

func TestHostileFiles(t *testing.T) {
	each(t, func(w *world) {
		good := photo(30, 30)
		for name, plain := range map[string][]byte{
			"empty": nil, "program": []byte("MZ\x90\x00"), "script": []byte("<script>alert(1)</script>"), "svg": []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"),
			"zip behind a photo": append(append([]byte{}, good...), []byte("PK\x05\x06aaaaaaaaaaaaaaaaaa")...), "text behind a photo": append(append([]byte{}, good...), []byte("<?php system(1)")...),
			"a cut photo": good[:len(good)/2], "a pixel bomb": bomb(60000, 60000), "a broken png": bomb(10, 10), "a pdf that runs": []byte("%PDF-1.7 /OpenAction << /JS (app.alert(1)) >> %%EOF"),
			"a pdf that carries": []byte("%PDF-1.7 /EmbeddedFile %%EOF"), "a pdf without end": []byte("%PDF-1.7 "), "large": append(bytes.Repeat([]byte{0}, MaxFile), good...),
			"a photo's head alone": []byte("\xff\xd8\xff\xd9"),
		} {
			if _, err := w.Receive(w.system, name+".jpg", plain); err == nil {
				w.Errorf("%s was taken", name)
			}
		}
		w.Scanner = hostile{ErrUnsafe}
		if _, err := w.Receive(w.system, "a.jpg", good); err == nil {
			w.Error("what the scanner refuses was taken")
		}
		w.Scanner = hostile{io.ErrUnexpectedEOF}
		if _, err := w.Receive(w.system, "a.jpg", good); err == nil {
			w.Error("what nobody looked at was taken")
		}
		w.Scanner = nil
		ref, err := w.Receive(w.system, "../../etc/\u202egpj.exe", good)
		w.ok(err)
		if ref.Name != "gpj.exe" || ref.Type != "image/jpeg" {
			w.Errorf("%+v", ref)
		}
		n := lamp()
		n.Files = []FileRef{ref}
		w.open(n)
		w.refuse("file-gone", func(tx *db.Tx) error { _, _, err := w.Open(tx, n); return err }) // it is the other's
	})
}

// TestLooseFilesGo: what no case took is gone after a day.
func TestLooseFilesGo(t *testing.T) {
	each(t, func(w *world) {
		ref, err := w.Receive(w.system, "a.jpg", photo(20, 20))
		w.ok(err)
		kept, err := w.Receive(w.system, "b.jpg", photo(21, 20))
		w.ok(err)
		n := lamp()
		n.Files = []FileRef{kept}
		c, _ := w.open(n)
		w.clock.move.Add(int64(25 * time.Hour))
		w.ok(w.Chase(w.system, jobs.Job{}, nil))
		n.Files = []FileRef{ref}
		w.refuse("file-gone", func(tx *db.Tx) error { _, _, err := w.Open(tx, n); return err })
		_, _, err = w.File(w.system, c.ID, kept.ID, AsSmall)
		w.ok(err)
		blobs := 0
		for range w.Files.List(w.system) {
			blobs++
		}
		if blobs != 3 {
			w.Errorf("%d blobs are left", blobs)
		}
	})
}

// FuzzPicture: whatever comes, it is a picture drawn anew or an error.
func FuzzPicture(f *testing.F) {
	f.Add(photo(20, 10))
	f.Add(gps(photo(20, 10), [3]uint32{22, 16, 48}, [3]uint32{114, 9, 36}, 8))
	f.Add(bomb(100, 100))
	s := &Service{}
	f.Fuzz(func(t *testing.T, plain []byte) {
		if fileType(plain) == "" {
			return
		}
		if view, small, err := s.redraw(plain); err == nil && (fileType(view) != "image/jpeg" || fileType(small) != "image/jpeg") {
			t.Error("what was drawn is no picture")
		}
	})
}

// FuzzPosition: whatever a photo says of itself, we read a place in Hong Kong or nothing.
func FuzzPosition(f *testing.F) {
	f.Add(gps(photo(20, 10), [3]uint32{22, 16, 48}, [3]uint32{114, 9, 36}, 8))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\x08\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, plain []byte) {
		if lat, lon := takenAt(plain); (lat != 0 || lon != 0) && !inHongKong(lat, lon) {
			t.Error("a place elsewhere")
		}
		if n := orientation(plain); n < 0 {
			t.Error("turned by less than nothing")
		}
	})
}
