package cases

import (
	"strings"
	"testing"

	"praya/platform/db"
)

func (w *world) near(n New) (out []Nearby) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		out, err = w.Near(tx, n.Kind, n.Service, n.Title+" "+n.Text, n.Where)
		return err
	})
	return out
}

// TestNear: at the door, 150 m away over the edge of a cell, and 400 m away.
func TestNear(t *testing.T) {
	each(t, func(w *world) {
		c, _ := w.open(lamp())
		private := lamp()
		private.Service = "noise"
		w.open(private)
		for _, at := range []struct {
			lat, lon float64
			want     int
		}{{22.2810, 114.1580, 1}, {22.2822, 114.1588, 1}, {22.2798, 114.1572, 1}, {22.2846, 114.1580, 0}, {22.2810, 114.1620, 0}} {
			n := lamp()
			n.Title, n.Text = "", "x"
			n.Where = &Where{Lat: at.lat, Lon: at.lon}
			got := w.near(n)
			if len(got) != at.want || at.want == 1 && (got[0].Case != c.ID || got[0].Title != "Street light") {
				w.Errorf("%v: %+v", at, got)
			}
		}
		other := lamp()
		other.Kind, other.Text = Complaint, "x"
		if got := w.near(other); len(got) != 0 {
			w.Errorf("another kind: %+v", got)
		}
		like := lamp()
		like.Where = &Where{District: "CW"}
		like.Title, like.Text = "", "There is a dark lamp in my street"
		if got := w.near(like); len(got) != 1 || got[0].Metres != 0 {
			w.Errorf("like words: %+v", got)
		}
		like.Where = &Where{District: "YL"}
		if got := w.near(like); len(got) != 0 {
			w.Errorf("another district: %+v", got)
		}
		w.write(func(tx *db.Tx) error { return w.Close(tx, c.ID, Dropped, "agent") })
		if got := w.near(lamp()); len(got) != 0 {
			w.Errorf("closed: %+v", got)
		}
	})
}

// TestFollowTheSame: who says that theirs is the same gets the other's answer, and reads none of its
// person's words.
func TestFollowTheSame(t *testing.T) {
	f := newFront(t)
	c, _ := f.open(lamp())
	b := f.browser("")
	b.post(303, "/en/contact/write/new/kind", "kind", "request")
	base := strings.TrimSuffix(b.to, "/what")
	b.post(303, base+"/what", "service", "street-light", "text", "The lamp is dark.")
	b.post(303, base+"/where", "point", "22.2811, 114.1581")
	b.get(200, base+"/near")
	b.has("Street light", "About 20 m", "Request", "Received")
	b.hasNot("CHAN", "Invented Road", "Broken lamp", c.Reference)
	form := b.hidden()
	form.Set("case", string(c.ID))
	b.send("POST", base+"/near", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	b.want(303, "near")
	b.post(303, base+"/answer", "mail", "second@example.com")
	b.post(303, base+"/check")
	f.read(func(tx *db.Tx) error {
		all, err := f.Followers(tx, c.ID)
		if len(all) != 1 || all[0].State != Merged {
			t.Errorf("%+v", all)
		}
		return err
	})
}

func TestDistricts(t *testing.T) {
	for place, want := range map[[2]float64]string{
		{22.2819, 114.1582}: "CW", {22.2770, 114.1750}: "WC", {22.2840, 114.2240}: "EN", {22.2470, 114.1580}: "SN", {22.2980, 114.1722}: "YTM",
		{22.3300, 114.1620}: "SSP", {22.3280, 114.1910}: "KC", {22.3420, 114.1950}: "WTS", {22.3120, 114.2250}: "KT", {22.3570, 114.1280}: "KTS",
		{22.3710, 114.1140}: "TW", {22.3910, 113.9770}: "TM", {22.4450, 114.0220}: "YL", {22.5010, 114.1280}: "NT", {22.4500, 114.1680}: "TP",
		{22.3830, 114.1880}: "ST", {22.3810, 114.2730}: "SK", {22.2580, 113.9460}: "ID", {22.2080, 114.0290}: "ID", {22.1900, 114.4400}: "",
	} {
		if got := DistrictAt(place[0], place[1]); got != want {
			t.Errorf("%v is in %q, want %q", place, got, want)
		}
	}
	if len(outlines()) != 18 {
		t.Error("not 18 districts")
	}
}
