package booking

import (
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/web"
	"praya/platform/web/browsertest"
	"praya/platform/words"
)

// staff signs in by account: NAME-DEPARTMENT-ROLES are officers, every other name is a person.
type staff struct{}

func (staff) SignIn() string { return "/sign-in" }

func (staff) Duty(_ context.Context, account string) (who.Duty, error) {
	parts := strings.SplitN(account, "-", 3)
	if len(parts) < 3 {
		return who.Duty{}, fault.New(fault.NotFound, "booking.fault.no-booking")
	}
	return who.Duty{Officer: parts[0], Department: parts[1], Roles: parts[2]}, nil
}

func (staff) Label(*web.Visit) (string, string, error) { return "somebody", "/me", nil }

const (
	anna  = "an-FEHD-" + OfficerRole
	other = "xi-LCSD-" + OfficerRole
)

type front struct {
	*world
	handler http.Handler
}

func newFront(t *testing.T) *front {
	t.Helper()
	w := newWorld(t, dbtest.SQLite(t))
	policy, err := access.New(Policy())
	w.ok(err)
	book, err := words.New(web.Words(), Words())
	w.ok(err)
	site, err := web.New(web.Config{Operator: "off", Owner: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"}},
		web.Parts{Words: book, Policy: policy, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Clock: w.clock.now, DB: w.DB, People: staff{}})
	w.ok(err)
	w.Mount(site)
	site.Page("GET /enter/{account}", func(v *web.Visit) error {
		a := who.Actor{Kind: who.Person, ID: v.PathValue("account"), Level: "plus"}
		if strings.Count(a.ID, "-") > 1 {
			a.Kind = who.Officer
		}
		if err := v.SignIn(a, "hwk"); err != nil {
			return err
		}
		return v.Redirect(rootPath)
	})
	return &front{w, site.Handler()}
}

// browser is a visitor with cookies.
type browser struct {
	*front
	cookies map[string]*http.Cookie
	page    string
	status  int
	to      string
	header  http.Header
	checked string // the page that shows a schedule before it is kept
}

// keeps presses the button of that page.
func (b *browser) keeps(status int, pairs ...string) *browser {
	b.Helper()
	m := regexp.MustCompile(`action="([^"]*/check\?[^"]*)"`).FindStringSubmatch(b.page)
	if m == nil {
		b.Fatalf("nothing to keep: %.3000s", mainOf(b.page))
	}
	return b.press(status, m[1], pairs...)
}

func (f *front) browser(account string) *browser {
	f.Helper()
	b := &browser{front: f, cookies: map[string]*http.Cookie{}}
	if account != "" {
		b.get(303, "/en/enter/"+url.PathEscape(account))
	}
	return b
}

func (b *browser) send(method, path string, body io.Reader) {
	b.Helper()
	q := httptest.NewRequest(method, "http://praya.example"+path, body)
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range b.cookies {
		q.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, q)
	response := w.Result()
	for _, c := range response.Cookies() {
		b.cookies[c.Name] = c
	}
	b.page, b.status, b.to, b.header = w.Body.String(), w.Code, response.Header.Get("Location"), response.Header
}

func (b *browser) get(status int, path string) *browser {
	b.Helper()
	b.send("GET", path, nil)
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.1500s", path, b.status, status, mainOf(b.page))
	}
	return b
}

// press sends the form of the page whose action ends so, with these answers beside what it has.
func (b *browser) press(status int, action string, pairs ...string) *browser {
	b.Helper()
	at := regexp.MustCompile(`(?s)<form[^>]* action="([^"]*` + regexp.QuoteMeta(action) + `)".*?</form>`).FindStringSubmatch(b.page)
	if at == nil {
		b.Fatalf("the page has no form for %s: %.3000s", action, mainOf(b.page))
	}
	answers := url.Values{}
	for _, m := range regexp.MustCompile(`<input[^>]* name="([^"]+)"[^>]*>`).FindAllStringSubmatch(at[0], -1) {
		value := regexp.MustCompile(` value="([^"]*)"`).FindStringSubmatch(m[0])
		if tick := strings.Contains(m[0], `type="radio"`) || strings.Contains(m[0], `type="checkbox"`); value != nil && (!tick || strings.Contains(m[0], " checked")) {
			answers.Add(m[1], html.UnescapeString(value[1]))
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		answers[pairs[i]] = strings.Split(pairs[i+1], " & ")
	}
	b.send("POST", html.UnescapeString(at[1]), strings.NewReader(answers.Encode()))
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.3000s", action, b.status, status, mainOf(b.page))
	}
	if status == http.StatusSeeOther {
		to := b.to
		if strings.Contains(to, "/check?") {
			b.checked = to
		}
		b.get(200, to)
		b.to = to
	}
	return b
}

func (b *browser) sees(texts ...string) *browser {
	b.Helper()
	for _, text := range texts {
		if !strings.Contains(b.page, text) {
			b.Errorf("the page has no %q: %.3000s", text, mainOf(b.page))
		}
	}
	return b
}

func (b *browser) misses(texts ...string) *browser {
	b.Helper()
	for _, text := range texts {
		if strings.Contains(b.page, text) {
			b.Errorf("the page has %q", text)
		}
	}
	return b
}

func mainOf(page string) string {
	if _, main, ok := strings.Cut(page, "<main"); ok {
		return main
	}
	return page
}

func TestBookingPages(t *testing.T) {
	f := newFront(t)
	b := f.browser("")
	b.get(200, "/en/booking").sees("Site visit", "Mong Kok Office", "no fee")
	b.get(303, "/en/booking/site-visit")
	b.get(200, b.to).sees("Monday 2 March 2026", "left: 8").misses("Saturday")
	b.get(200, "/en/booking/site-visit/mong-kok?from=2026-04-01").sees("Wednesday 1 April 2026", "Earlier days").misses("Friday 3 April")
	b.get(404, "/en/booking/else/mong-kok")
	b.get(404, "/en/booking/site-visit/sha-tin")
	day := "/en/booking/site-visit/mong-kok/2026-03-03"
	b.get(303, day) // sign in first
	b = f.browser("chan")
	b.get(404, "/en/booking/site-visit/mong-kok/today")
	b.get(200, day).sees("9:00 am to 9:30 am", "left: 2")
	b.press(422, "/2026-03-03").sees("Choose a time")
	b.press(303, "/2026-03-03", "start", at("2026-03-03 09:00").String(), "note", "wheelchair").sees("Booked. Your reference is", "wheelchair", "Move the booking")
	own := b.to
	// Others take it meanwhile: what was typed comes back.
	b.get(200, day)
	f.book(wish("lee", "", "2026-03-03 09:00"))
	b.press(422, "/2026-03-03", "start", at("2026-03-03 09:00").String(), "note", "by the door").sees("was taken a moment ago", "by the door").misses("9:00 am to 9:30 am")
	b.get(200, day).press(422, "/2026-03-03", "start", at("2026-03-03 09:10").String())
	b.get(200, "/en/me/bookings").sees("To come: 1", "Site visit")

	b.get(200, own+"/calendar")
	if !strings.HasPrefix(b.page, "BEGIN:VCALENDAR\r\n") || !strings.Contains(b.page, "DTSTART:20260303T010000Z") || !strings.Contains(b.header.Get("Content-Type"), "text/calendar") {
		t.Error(b.page)
	}
	b.get(200, own+"/move").sees("Your booking is now")
	b.get(200, own+"/move/2026-03-04")
	b.press(303, "/move/2026-03-04", "start", at("2026-03-04 10:00").String()).sees("The booking was moved", "10:00 am to 10:30 am")
	if f.left("2026-03-03 09:00") != 1 || f.left("2026-03-04 10:00") != 1 {
		t.Error("the old one was not given back")
	}
	lee := f.browser("lee")
	for _, path := range []string{own, own + "/calendar", own + "/move", own + "/move/2026-03-05", own + "/cancel"} {
		lee.get(404, path).misses("wheelchair")
	}
	b.get(200, own+"/cancel").press(303, "/cancel").sees("The booking was cancelled", "Cancelled")
	b.get(409, own+"/cancel")
	b.get(200, "/en/me/bookings").sees("Earlier, within 90 days: 1")
	// When the time has come it is too late.
	late := f.book(wish("chan", "", "2026-03-02 09:00"))
	f.clock.by(70 * time.Minute)
	b = f.browser("chan") // the session has ended
	b.get(200, "/en/me/bookings/"+string(late.ID)+"/cancel").press(409, "/cancel").sees("The time has come")
	f.browser(anna).get(403, "/en/me/bookings")
}

func TestFeed(t *testing.T) {
	f := newFront(t)
	f.book(wish("chan", "", "2026-03-03 09:00"))
	gone := f.book(wish("chan", "", "2026-03-04 09:00"))
	f.book(wish("lee", "", "2026-03-05 09:00"))
	f.write(func(tx *db.Tx) error {
		_, err := f.Cancel(tx, gone.ID, "chan", 0)
		return err
	})
	b := f.browser("chan")
	address := regexp.MustCompile(`https://praya\.example(/api/booking/feed/[A-Za-z0-9_-]{43}/en\.ics)`)
	make := func() string {
		b.get(200, "/en/me/bookings/feed").press(200, "/me/bookings/feed")
		m := address.FindStringSubmatch(b.page)
		if m == nil {
			t.Fatal(mainOf(b.page))
		}
		return m[1]
	}
	first := make()
	stranger := f.browser("")
	stranger.get(200, first).sees("DTSTART:20260303T010000Z", "STATUS:CONFIRMED", "STATUS:CANCELLED", "SEQUENCE:1").misses("20260305T010000Z")
	stranger.get(200, strings.Replace(first, "en.ics", "tc.ics", 1)).sees("SUMMARY:實地視察")
	b.get(200, "/en/me/bookings/feed").sees("You have had an address since").misses(first)
	second := make()
	stranger.get(404, first)
	stranger.get(200, second)
	stranger.get(404, strings.Replace(second, "en.ics", "xx.ics", 1))
	stranger.get(404, "/api/booking/feed/"+strings.Repeat("a", 43)+"/en.ics")
	b.get(200, "/en/me/bookings/feed")
	forms := strings.SplitN(b.page, `name="end"`, 2)
	once := regexp.MustCompile(`name="_once" value="([^"]+)"`).FindAllStringSubmatch(forms[0], -1)
	b.send("POST", "/en/me/bookings/feed", strings.NewReader(url.Values{"_once": {once[len(once)-1][1]}, "end": {"yes"}}.Encode()))
	if b.status != 303 {
		t.Error(b.status)
	}
	stranger.get(404, second)
}

func TestDeskPages(t *testing.T) {
	f := newFront(t)
	bk := f.book(Booking{Service: "site-visit", Place: "mong-kok", Account: "chan", Start: at("2026-03-02 09:00"), Note: "wheelchair"})
	b := f.browser(anna)
	b.get(200, "/en/booking/desk").sees("Mong Kok Office").misses("Sha Tin")
	b.get(200, "/en/booking/desk/mong-kok").sees(bk.Reference, "wheelchair", "Nobody is waiting").misses("chan")
	b.press(409, "/call", "counter", "1").sees("Nobody is waiting")
	b.get(200, "/en/booking/desk/mong-kok").press(303, "/ticket", "service", "site-visit").sees("Ticket 1.", "without a booking", "Waiting: 1")
	here := "/en/booking/desk/mong-kok/bookings/" + string(bk.ID)
	b.get(200, here).sees("Has arrived", "Cancel for the department", "Booked for")
	b.press(303, "/arrive").sees("Ticket 2.", "Arrived", "booked for 9:00 am")
	f.clock.by(61 * time.Minute)
	b = f.browser(anna) // the session has ended
	b.get(200, "/en/booking/desk/mong-kok").press(303, "/call", "counter", "3").sees("Number 2, to counter 3.", "Called to counter 3", `value="3"`)
	f.browser("").get(200, "/en/booking/places/mong-kok/board").sees(">2<", "counter 3", "Waiting: 1").misses(bk.Reference)
	if s := f.browser("").get(200, "/en/booking/places/mong-kok/board?screen=1"); s.header.Get("Refresh") != "15" {
		t.Error(s.header)
	}
	f.browser("").get(404, "/en/booking/places/nowhere/board")
	b.press(303, "/tickets/2/served").sees("Number 2 has ended", "Served")
	b.get(200, here).misses("Has arrived")
	b.get(404, here+"x")
	// Cancelled by the department: the person is told.
	late := f.book(wish("lee", "", "2026-03-02 10:30"))
	b.get(200, "/en/booking/desk/mong-kok/bookings/"+string(late.ID)).press(303, "/cancel").sees("Recorded.")
	f.browser("lee").get(200, "/en/me/bookings").sees("Cancelled")
}

func TestSchedulePages(t *testing.T) {
	f := newFront(t)
	b := f.browser(anna)
	b.get(200, "/en/booking/desk/mong-kok/schedules").sees("Site visit", "Monday, Tuesday", "09:00 to 11:00")
	b.get(200, "/en/booking/desk/mong-kok/schedules/new")
	b.press(422, "/schedules/new", "service", "desk", "minutes", "x").sees("Use small letters", "Give 5 minutes")
	b.press(303, "/schedules/new", "service", "hall", "title-tc", "禮堂", "title-en", "Hall", "title-sc", "礼堂", "weekdays", "0 & 6", "minutes", "60", "cents", "120.50", "closed", "2026-03-08\n2026-03-14", "holidays", "yes").
		sees("Nothing is kept yet", "Hall, Mong Kok Office", "HK$120.5", "Open on general holidays", "礼堂", "8 times of 60 minutes", "Closed day", "No times on this day of the week")
	b.get(200, "/en/booking/desk/mong-kok/schedules").misses("Hall") // nothing is kept yet
	b.get(200, b.checked).keeps(303).
		sees("Hall", "Saturday", "HK$120.5")
	f.read(func(tx *db.Tx) error {
		all, err := f.Schedules(tx, "hall", "")
		if len(all) != 1 || all[0].Cents != 12050 || len(all[0].Closed) != 2 || !all[0].Holidays || len(all[0].Weekdays) != 2 {
			t.Errorf("%+v", all)
		}
		return err
	})
	b.get(200, "/en/booking/desk/mong-kok/schedules/"+string(f.halls.ID)).press(303, "/schedules/"+string(f.halls.ID), "quota", "7").keeps(303).sees("The schedule is kept")
	if n := f.left("2026-03-03 09:00"); n != 7 {
		t.Error(n)
	}
	b.get(200, "/en/booking/hall/mong-kok").sees("HK$120.5", "Saturday 7 March 2026").misses("Sunday 8 March")
}

// TestPlacePages: an officer makes a place with its counters and changes it; calls go to its
// counters only.
func TestPlacePages(t *testing.T) {
	f := newFront(t)
	b := f.browser(anna)
	b.get(200, "/en/booking/desk").sees("Add a place")
	b.get(200, "/en/booking/desk/new")
	names := []string{"name-tc", "大埔辦事處", "name-en", "Tai Po Office", "name-sc", "大埔办事处", "address-tc", "大埔一號", "address-en", "1 Tai Po", "address-sc", "大埔一号"}
	b.press(422, "/desk/new", append(names, "code", "mong-kok", "counters", "1\n後門")...).sees("There is a place with this code already", "Write one counter a line")
	b.press(422, "/desk/new", append(names, "code", "new", "name-sc", "")...).sees("Use small letters", "Give the name in three languages")
	b.press(303, "/desk/new", append(names, "code", "tai-po", "counters", "1\nA2\n1")...).sees("The place is kept", "Tai Po Office")
	f.read(func(tx *db.Tx) error {
		p, err := f.PlaceOf(tx, "tai-po")
		if p.Department != "FEHD" || strings.Join(p.Counters, " ") != "1 A2" {
			t.Errorf("%+v", p)
		}
		return err
	})
	b.sees(`<option value="A2"`)
	b.press(422, "/call", "counter", "9").sees("Give the counter")
	b.get(200, "/en/booking/desk/tai-po").press(409, "/call", "counter", "A2").sees("Nobody is waiting")
	b.get(200, "/en/booking/desk/tai-po/place").misses("Code of the place")
	late := f.browser(anna).get(200, "/en/booking/desk/tai-po/place")
	b.press(303, "/tai-po/place", "name-en", "Tai Po Centre", "counters", "").sees("Tai Po Centre").misses("<option")
	late.press(409, "/tai-po/place", "name-en", "Overtaken")
	f.browser("").get(303, "/en/booking/desk/new")
	f.browser("chan").get(403, "/en/booking/desk/new")
	f.browser(other).get(404, "/en/booking/desk/tai-po/place")
}

// TestAScheduleStrandsNobody: a change that would leave people with a time that is no more shows
// whose, and is refused, unless they are cancelled and told with it.
func TestAScheduleStrandsNobody(t *testing.T) {
	f := newFront(t)
	early, late := f.book(wish("chan", "", "2026-03-03 09:00")), f.book(wish("lee", "", "2026-03-03 10:30"))
	second := f.book(wish("ho", "", "2026-03-04 10:30"))
	third := f.book(wish("yip", "", "2026-03-04 10:30"))
	b := f.browser(anna)
	form := "/en/booking/desk/mong-kok/schedules/" + string(f.halls.ID)
	b.get(200, form).press(303, form, "quota", "1").sees("Bookings that would no longer fit: 1", third.Reference).misses(second.Reference, early.Reference)
	b.get(200, form).press(303, form, "from", "10:00", "quota", "1").sees("Bookings that would no longer fit: 2", early.Reference, third.Reference).misses(late.Reference)
	b.keeps(422).sees("Tick this to cancel the bookings")
	if n := f.left("2026-03-03 09:00"); n != 1 {
		t.Errorf("refused, and yet %d are left", n)
	}
	b.get(200, strings.Replace(b.checked, "/check?", "?", 1)).sees(`value="10:00"`) // back, with what was typed
	b.get(200, b.checked).keeps(303, "cancel", "yes").sees("Bookings cancelled, and people told: 2")
	f.read(func(tx *db.Tx) error {
		for _, x := range []struct {
			b    Booking
			want State
		}{{early, Cancelled}, {third, Cancelled}, {late, Booked}, {second, Booked}} {
			if got, err := f.ByID(tx, x.b.ID); err != nil || got.State != x.want {
				t.Errorf("%s is %s, %v", x.b.Account, got.State, err)
			}
		}
		return nil
	})
	if n := f.left("2026-03-03 10:00"); n != 1 {
		t.Errorf("%d are left", n)
	}
	f.browser("chan").get(200, "/en/me/bookings").sees("Cancelled")
	b.get(404, form+"/check?from=nonsense")
}

// TestReplaceCountsWhatItStrands, on both engines: by time, length and number of places, and never
// what lies behind.
func TestReplaceCountsWhatItStrands(t *testing.T) {
	each(t, func(w *world) {
		for i, start := range []string{"2026-03-02 09:00", "2026-03-03 09:00", "2026-03-03 09:00", "2026-03-05 10:00", "2026-03-06 10:00"} {
			w.book(wish("p"+string(rune('a'+i)), "", start))
		}
		w.clock.by(2 * time.Hour)
		for _, c := range []struct {
			name   string
			change func(*Schedule)
			want   int
		}{
			{"nothing", func(*Schedule) {}, 0},
			{"later", func(s *Schedule) { s.From = "10:00" }, 2},
			{"one place", func(s *Schedule) { s.Quota = 1 }, 1},
			{"a closed day", func(s *Schedule) { s.Closed = append(s.Closed, day("2026-03-05")) }, 1},
			{"a day of the week less", func(s *Schedule) { s.Weekdays = []int{1, 2, 3, 4} }, 1},
			{"shorter", func(s *Schedule) { s.Minutes = 15 }, 4},
			{"longer", func(s *Schedule) { s.Minutes = 60 }, 0},
			{"over soon", func(s *Schedule) { s.Until = day("2026-03-04") }, 2},
			{"booked from fewer days before", func(s *Schedule) { s.Ahead = 1 }, 0},
		} {
			next := w.halls
			c.change(&next)
			w.read(func(tx *db.Tx) error {
				all, err := w.Stranded(tx, next)
				if len(all) != c.want {
					t.Errorf("%s strands %d, want %d", c.name, len(all), c.want)
				}
				return err
			})
		}
		next := w.halls
		next.From = "10:00"
		w.refuse("stranded", func(tx *db.Tx) error {
			_, _, err := w.Replace(tx, next, false, "anna")
			return err
		})
		w.write(func(tx *db.Tx) error {
			_, n, err := w.Replace(tx, next, true, "anna")
			if n != 2 {
				t.Errorf("%d were cancelled", n)
			}
			return err
		})
	})
}

// TestOfficersOfOthersSeeNothing: per role and department.
func TestOfficersOfOthersSeeNothing(t *testing.T) {
	f := newFront(t)
	bk := f.book(Booking{Service: "site-visit", Place: "mong-kok", Account: "chan", Start: at("2026-03-02 09:00"), Note: "wheelchair"})
	here := "/en/booking/desk/mong-kok"
	for account, want := range map[string]int{other: 404, "nobody-FEHD-licence-officer": 404, "chan": 404, anna: 200} {
		b := f.browser(account)
		for _, path := range []string{here, here + "/bookings/" + string(bk.ID), here + "/schedules", here + "/schedules/new", here + "/schedules/" + string(f.halls.ID)} {
			b.get(want, path)
			if want != 200 {
				b.misses("wheelchair", bk.Reference)
			}
		}
	}
	f.browser("").get(303, here)
	x := f.browser(other)
	x.get(200, "/en/booking/desk").misses("Mong Kok").sees("Sha Tin Hall")
	x.get(404, "/en/booking/desk/sha-tin/bookings/"+string(bk.ID))
	x.get(404, "/en/booking/desk/sha-tin/schedules/"+string(f.halls.ID))
	x.get(200, "/en/booking/desk/sha-tin") // with a form of its own, sent to another's place
	once := regexp.MustCompile(`name="_once" value="([^"]+)"`).FindStringSubmatch(x.page)[1]
	for _, path := range []string{"/call", "/ticket", "/tickets/1/served", "/bookings/" + string(bk.ID) + "/cancel"} {
		x.send("POST", here+path, strings.NewReader(url.Values{"_once": {once}, "counter": {"1"}, "service": {"site-visit"}}.Encode()))
		if x.status != 404 {
			t.Errorf("%s answers %d", path, x.status)
		}
	}
	f.browser("chan").get(403, "/en/booking/desk")
}

// TestInTheBrowser opens every page in a real Chromium: axe-core on a phone, the public pages in
// three languages, and none wider than its screen.
func TestInTheBrowser(t *testing.T) {
	f := newFront(t)
	bk := f.book(Booking{Service: "site-visit", Place: "mong-kok", Account: "chan", Start: at("2026-03-02 09:00"), Note: "輪椅"})
	f.book(wish("chan", "", "2026-03-03 09:00"))
	f.write(func(tx *db.Tx) error {
		for range 3 {
			if _, err := f.WalkIn(tx, "mong-kok", "site-visit"); err != nil {
				return err
			}
		}
		_, err := f.CallNext(tx, "mong-kok", "2")
		return err
	})
	server := httptest.NewServer(f.handler)
	t.Cleanup(server.Close)
	tab := chrome.Tab(t)
	look := func(l, path string) {
		t.Helper()
		tab.Look(browsertest.Look{Width: 360})
		tab.Open(server.URL + "/" + l + path)
		tab.Accessible()
		tab.FitsAcross()
		tab.Screenshot("booking" + strings.ReplaceAll(strings.SplitN(path, "?", 2)[0], "/", "-") + "-" + l)
	}
	for _, path := range []string{"/booking", "/booking/site-visit/mong-kok", "/booking/places/mong-kok/board"} {
		for _, l := range []string{"tc", "en", "sc"} {
			look(l, path)
		}
	}
	tab.Open(server.URL + "/en/enter/chan")
	own := "/me/bookings/" + string(bk.ID)
	for i, path := range []string{"/booking/site-visit/mong-kok/2026-03-03", "/booking/site-visit/mong-kok/2026-03-07", "/me/bookings", own, own + "/move", own + "/move/2026-03-03", own + "/cancel", "/me/bookings/feed"} {
		look([]string{"tc", "en", "sc"}[i%3], path)
	}
	tab.Open(server.URL + "/en/enter/" + anna)
	narrow := f.halls
	narrow.From = "10:00" // strands somebody
	for i, path := range []string{
		"", "/mong-kok", "/mong-kok/bookings/" + string(bk.ID), "/mong-kok/schedules", "/mong-kok/schedules/new", "/mong-kok/schedules/" + string(f.halls.ID),
		"/new", "/mong-kok/place", "/mong-kok/schedules/" + string(f.halls.ID) + "/check?" + face{Service: f.Service}.scheduleGiven(narrow).Encode(),
	} {
		look([]string{"tc", "en", "sc"}[i%3], deskPath+path)
	}
}
