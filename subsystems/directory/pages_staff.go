package directory

import (
	"net/url"
	"strings"

	"praya/kernel/lang"
	"praya/platform/web"
)

const staffPath = "/directory/staff"

const pageSize = 50

// deskView is the desk of a department's staff manager.
type deskView struct {
	Department
	Posts    []PostView
	Officers []OfficerView
	Pages    web.Pages
	Past     bool
	Keeper   bool
	Tab      string
	today    func(Period) bool
}

func (d deskView) path(rest string, query ...string) string {
	q := url.Values{"department": {d.Code}}
	for i := 0; i+1 < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	return staffPath + rest + "?" + q.Encode()
}

// of finds which department a desk is about: the one asked for, else the officer's own. An
// empty code is somebody who has none and must choose.
func of(v *web.Visit) string {
	if code := strings.ToUpper(v.Query.Get("department")); code != "" {
		return code
	}
	return v.Actor().Duty.Department
}

// desk opens a department's desk for those who administer its staff.
func (s *Service) desk(v *web.Visit, tab string) (deskView, error) {
	d := deskView{Tab: tab, Past: v.Query.Get("past") == "1", Keeper: s.mayKeep(v.Context()) == nil}
	today := v.Now().Day()
	d.today = func(p Period) bool { return p.On(today) }
	if err := s.mayStaff(v.Context(), of(v)); err != nil {
		return d, err
	}
	var err error
	d.Department, err = s.Department(v.Context(), of(v))
	return d, err
}

func (s *Service) deskPage(v *web.Visit, d deskView) web.Page {
	return web.Page{Title: v.T("directory.staff.title", "department", d.Name.In(v.Lang())), Lead: v.T("directory.staff.lead"), Wide: true, Secret: true}
}

// choose lets somebody without a department of their own say which one.
func (s *Service) choose(v *web.Visit) error {
	if err := s.mayKeep(v.Context()); err != nil {
		return err
	}
	q, err := s.askDepartment(v, "department", false)
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("directory.choose.title"), Lead: v.T("directory.choose.lead"), Secret: true},
		choosePage(v.View, q))
}

func (s *Service) showPosts(v *web.Visit) error {
	if of(v) == "" {
		return s.choose(v)
	}
	d, err := s.desk(v, "posts")
	if err != nil {
		return err
	}
	_, total, err := s.Posts(v.Context(), d.Code, d.Past, 1, 0)
	if err != nil {
		return err
	}
	d.Pages = v.PageOf(pageSize, total)
	if d.Posts, _, err = s.Posts(v.Context(), d.Code, d.Past, pageSize, d.Pages.Offset()); err != nil {
		return err
	}
	return v.Render(s.deskPage(v, d), postsPageView(v.View, d))
}

func (s *Service) showOfficers(v *web.Visit) error {
	if of(v) == "" {
		return s.choose(v)
	}
	d, err := s.desk(v, "officers")
	if err != nil {
		return err
	}
	_, total, err := s.Officers(v.Context(), d.Code, d.Past, 1, 0)
	if err != nil {
		return err
	}
	d.Pages = v.PageOf(pageSize, total)
	if d.Officers, _, err = s.Officers(v.Context(), d.Code, d.Past, pageSize, d.Pages.Offset()); err != nil {
		return err
	}
	return v.Render(s.deskPage(v, d), officersPageView(v.View, d, s.roleNames(v.Lang())))
}

// roleNames labels roles; one that no part names any more keeps its name.
func (s *Service) roleNames(l lang.Lang) func(string) string {
	return func(name string) string {
		if r, ok := s.role(name); ok {
			return r.Label.In(l)
		}
		return name
	}
}

// findOfficer looks an officer up by work e-mail. The answer travels in the body, since an
// address of the site stands in histories and logs.
func (s *Service) findOfficer(v *web.Visit) error {
	q := ask(v, web.AsText, "email", false)
	q.Kind, q.Autocomplete = "email", "off"
	return v.Ask(web.Questions{
		Title: v.T("directory.find.title"), Submit: v.T("directory.find.go"), Back: back(v), Asked: []web.Question{q},
		Act: func(a *web.Answers) (string, string, error) {
			o, err := s.FindOfficer(v.Context(), a.Text("email"))
			return officerPath(o.ID), v.T("directory.find.found"), err
		},
	})
}

// back is the desk that a form was opened from.
func back(v *web.Visit) string {
	if code := v.Query.Get("department"); ValidCode(code) {
		return staffPath + "?department=" + code
	}
	return staffPath
}

func officerPath(id OfficerID) string { return staffPath + "/officers/" + string(id) }

func postPath(p Post) string { return staffPath + "/posts/" + string(p.ID) }

func askPost(v *web.Visit) []web.Question {
	rank := ask(v, web.AsText, "rank", true)
	rank.MaxLength = longestLine
	return append(append(askThree(v, "", false), rank, askYes(v, "listed")), askPeriod(v, false)...)
}

func askedOfPost(a *web.Answers, p Post) Post {
	p.Title, p.Rank, p.Listed, p.Period = a.Three(""), a.Words("rank"), a.Values.Get("listed") == "yes", periodOf(a)
	return p
}

func (s *Service) newPost(v *web.Visit) error {
	d, err := s.desk(v, "posts")
	if err != nil {
		return err
	}
	return v.Ask(web.Questions{
		Title: v.T("directory.post.new"), Submit: v.T("directory.post.add"), Back: d.path(""), Asked: askPost(v),
		Given: web.Given("listed", "yes"),
		Act: func(a *web.Answers) (string, string, error) {
			p := askedOfPost(a, Post{Department: d.Code})
			if a.Bad() {
				return "", "", nil
			}
			_, err := s.PutPost(v.Context(), p)
			return d.path(""), v.T("directory.post.added"), err
		},
	})
}

func (s *Service) editPost(v *web.Visit) error {
	p, err := s.Post(v.Context(), PostID(v.PathValue("id")))
	if err != nil {
		return err
	}
	given := web.Given("rank", p.Rank, "listed", yesNo(p.Listed))
	web.GiveThree(given, "", p.Title)
	web.GiveDay(given, "from", p.From)
	web.GiveDay(given, "to", p.To)
	to := staffPath + "?department=" + p.Department
	return v.Ask(web.Questions{
		Title: v.T("directory.post.edit"), Submit: v.T("directory.form.save"), Back: to, Asked: askPost(v), Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			p := askedOfPost(a, p)
			if a.Bad() {
				return "", "", nil
			}
			_, err := s.PutPost(v.Context(), p)
			return to, v.T("directory.form.saved"), err
		},
	})
}

// appoint fills a post: with an officer who is known by e-mail, or with a new one.
func (s *Service) appoint(v *web.Visit) error {
	p, err := s.Post(v.Context(), PostID(v.PathValue("id")))
	if err != nil {
		return err
	}
	email := ask(v, web.AsText, "email", false)
	email.Kind, email.Autocomplete = "email", "off"
	questions := append([]web.Question{
		email, askIn(v, "name_zh", lang.TC, true), askIn(v, "name_en", lang.EN, true), askYes(v, "acting"),
	}, askPeriod(v, false)...)
	given := web.Given()
	web.GiveDay(given, "from", v.Now().Day())
	return v.Ask(web.Questions{
		Title: v.T("directory.appoint.title", "post", p.Title.In(v.Lang())), Lead: v.T("directory.appoint.lead"),
		Submit: v.T("directory.appoint.go"), Back: staffPath + "?department=" + p.Department, Asked: questions, Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			n := Newcomer{Email: a.Text("email"), Name: PersonName{Chinese: a.Words("name_zh"), English: a.Words("name_en")}}
			to := Appointment{Post: p.ID, Acting: a.Values.Get("acting") == "yes", Period: periodOf(a)}
			if a.Bad() {
				return "", "", nil
			}
			done, err := s.Appoint(v.Context(), n, to)
			return officerPath(done.Officer), v.T("directory.appoint.done"), err
		},
	})
}

// personView is one officer, for whoever administers them.
type personView struct {
	OfficerView
	CanInvite bool
	Gone      bool
	open      func(Period) bool // not over yet
}

func (s *Service) showOfficer(v *web.Visit) error {
	o, err := s.Officer(v.Context(), OfficerID(v.PathValue("id")))
	if err != nil {
		return err
	}
	today := v.Now().Day()
	name, l := o.Name.With(v.Lang())
	code := ""
	if n := len(o.Appointments); n > 0 {
		code = "?department=" + o.Appointments[n-1].Department
	}
	return v.Render(web.Page{Title: name, Lang: l, Back: staffPath + "/officers" + code, Secret: true}, officerPage(v.View, personView{
		o, s.Accounts != nil, o.Gone(today), func(p Period) bool { return !p.Ended(today) },
	}, s.roleNames(v.Lang())))
}
