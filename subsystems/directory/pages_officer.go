package directory

import (
	"errors"
	"net/http"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/web"
)

// person opens the officer that a form is about.
func (s *Service) person(v *web.Visit) (OfficerView, error) {
	return s.Officer(v.Context(), OfficerID(v.PathValue("id")))
}

func (s *Service) editOfficer(v *web.Visit) error {
	o, err := s.person(v)
	if err != nil {
		return err
	}
	email := ask(v, web.AsText, "email", false)
	email.Kind, email.Autocomplete = "email", "off"
	chinese := askIn(v, "name_zh", lang.TC, true)
	chinese.Hint = "" // it is about new officers
	return v.Ask(web.Questions{
		Title: v.T("directory.officer.edit"), Submit: v.T("directory.form.save"), Back: officerPath(o.ID),
		Asked: []web.Question{chinese, askIn(v, "name_en", lang.EN, true), email},
		Given: web.Given("name_zh", o.Name.Chinese, "name_en", o.Name.English, "email", o.Email),
		Act: func(a *web.Answers) (string, string, error) {
			after := o.Officer
			after.Name, after.Email = PersonName{Chinese: a.Words("name_zh"), English: a.Words("name_en")}, foldEmail(a.Text("email"))
			return officerPath(o.ID), v.T("directory.form.saved"), s.PutOfficer(v.Context(), after)
		},
	})
}

// grantRole gives a role in a department in which the officer serves.
func (s *Service) grantRole(v *web.Visit) error {
	o, err := s.person(v)
	if err != nil {
		return err
	}
	role, department := ask(v, web.AsSelect, "role", false), ask(v, web.AsSelect, "department", false)
	for _, r := range s.AllRoles() {
		label, l := r.Label.With(v.Lang())
		role.Choices = append(role.Choices, web.Choice{Value: r.Name, Label: label, Lang: l})
	}
	var codes []string
	for _, a := range o.Appointments {
		if !a.Ended(v.Now().Day()) && !slices.Contains(codes, a.Department) && s.mayStaff(v.Context(), a.Department) == nil {
			codes = append(codes, a.Department)
			department.Choices = append(department.Choices, web.Choice{Value: a.Department, Label: a.Department, Lang: lang.EN})
		}
	}
	given := web.Given()
	web.GiveDay(given, "from", v.Now().Day())
	return v.Ask(web.Questions{
		Title: v.T("directory.grant.title"), Lead: v.T("directory.grant.lead"), Submit: v.T("directory.grant.go"),
		Back: officerPath(o.ID), Asked: append([]web.Question{role, department}, askPeriod(v, false)...), Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			g := Grant{Officer: o.ID, Role: a.Text("role"), Department: a.Text("department"), Period: periodOf(a)}
			if a.Bad() {
				return "", "", nil
			}
			_, err := s.Grant(v.Context(), g)
			if fault.Is(err, fault.Forbidden) {
				err = wrong("role", "restricted")
			}
			return officerPath(o.ID), v.T("directory.grant.done"), err
		},
	})
}

// endAppointment asks for the last day of an appointment.
func (s *Service) endAppointment(v *web.Visit) error {
	h, err := s.Holding(v.Context(), AppointmentID(v.PathValue("id")))
	if err != nil {
		return err
	}
	given := web.Given()
	web.GiveDay(given, "to", v.Now().Day())
	return v.Ask(web.Questions{
		Title: v.T("directory.end.appointment", "post", h.In.Title.In(v.Lang())), Lead: v.T("directory.end.lead"),
		Submit: v.T("directory.end.go"), Back: officerPath(h.Officer), Asked: []web.Question{ask(v, web.AsDay, "to", false)}, Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			last := dayOf(a, "to")
			if a.Bad() {
				return "", "", nil
			}
			return officerPath(h.Officer), v.T("directory.end.done"), s.EndAppointment(v.Context(), h.Appointment.ID, last)
		},
	})
}

func (s *Service) endGrant(v *web.Visit) error {
	g, o, err := s.Granted(v.Context(), GrantID(v.PathValue("id")))
	if err != nil {
		return err
	}
	given := web.Given()
	web.GiveDay(given, "to", v.Now().Day())
	return v.Ask(web.Questions{
		Title: v.T("directory.end.grant", "role", s.roleNames(v.Lang())(g.Role)), Lead: v.T("directory.end.lead"),
		Submit: v.T("directory.end.go"), Back: officerPath(o.ID), Asked: []web.Question{ask(v, web.AsDay, "to", false)}, Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			last := dayOf(a, "to")
			if a.Bad() {
				return "", "", nil
			}
			err := s.EndGrant(v.Context(), g.ID, last)
			if fault.Is(err, fault.Forbidden) {
				err = wrong("to", "restricted")
			}
			return officerPath(o.ID), v.T("directory.end.done"), err
		},
	})
}

func (s *Service) leaveService(v *web.Visit) error {
	o, err := s.person(v)
	if err != nil {
		return err
	}
	given := web.Given()
	web.GiveDay(given, "left", v.Now().Day())
	return v.Ask(web.Questions{
		Title: v.T("directory.leave.title"), Submit: v.T("directory.leave.go"), Back: officerPath(o.ID), Danger: true,
		Warnings: []string{v.T("directory.leave.appointments"), v.T("directory.leave.roles"), v.T("directory.leave.account")},
		Asked:    []web.Question{ask(v, web.AsDay, "left", false)}, Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			last := dayOf(a, "left")
			if a.Bad() {
				return "", "", nil
			}
			return officerPath(o.ID), v.T("directory.leave.done"), s.Leave(v.Context(), o.ID, last)
		},
	})
}

func (s *Service) unlinkAccount(v *web.Visit) error {
	o, err := s.person(v)
	if err != nil {
		return err
	}
	return v.Ask(web.Questions{
		Title: v.T("directory.unlink.title"), Submit: v.T("directory.unlink.go"), Back: officerPath(o.ID), Danger: true,
		Warnings: []string{v.T("directory.unlink.sessions"), v.T("directory.unlink.again")},
		Act: func(*web.Answers) (string, string, error) {
			return officerPath(o.ID), v.T("directory.unlink.done"), s.Unlink(v.Context(), o.ID)
		},
	})
}

// invite makes the link by which an officer makes an account, and shows it once.
func (s *Service) invite(v *web.Visit) error {
	o, err := s.person(v)
	if err != nil {
		return err
	}
	if s.Accounts == nil {
		return fault.New(fault.Unavailable, "directory.fault.no-accounts")
	}
	if v.R.Method != http.MethodPost {
		return v.Ask(web.Questions{
			Title: v.T("directory.invite.title"), Lead: v.T("directory.invite.lead"), Submit: v.T("directory.invite.go"), Back: officerPath(o.ID),
		})
	}
	given, err := v.Form()
	if err != nil {
		return err
	}
	var link string
	err = v.SubmitOnce(given, func() (err error) {
		link, err = s.Invite(v.Context(), o.ID, v.Lang())
		return err
	})
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("directory.invite.made"), Lead: v.T("directory.invite.once"), Back: officerPath(o.ID), Secret: true},
		invitedPage(v.View, link))
}

func askedDepartment(a *web.Answers, d Department) Department {
	d.Kind, d.Name, d.Short, d.Parent = Kind(a.Text("kind")), a.Three(""), a.Three("short_"), a.Text("parent")
	d.Period, d.Telephone, d.Website = periodOf(a), a.Text("telephone"), a.Text("website")
	return d
}

// editDepartment adds a department, or changes one.
func (s *Service) editDepartment(v *web.Visit) error {
	if err := s.mayKeep(v.Context()); err != nil {
		return err
	}
	code := v.PathValue("code")
	var d Department
	if code != "" {
		var err error
		if d, err = s.Department(v.Context(), code); err != nil {
			return err
		}
	}
	kind := ask(v, web.AsSelect, "kind", false)
	for _, k := range Kinds() {
		kind.Choices = append(kind.Choices, web.Choice{Value: string(k), Label: v.T("directory.kind." + string(k))})
	}
	parent, err := s.askDepartment(v, "parent", true)
	if err != nil {
		return err
	}
	questions := slices.Concat([]web.Question{kind}, askThree(v, "", false), askThree(v, "short_", true), []web.Question{parent},
		askPeriod(v, true), []web.Question{ask(v, web.AsText, "telephone", true), ask(v, web.AsText, "website", true)})
	title := v.T("directory.department.edit", "code", code)
	if code == "" {
		questions = append([]web.Question{ask(v, web.AsText, "code", false)}, questions...)
		title = v.T("directory.department.new")
	}
	given := web.Given("kind", string(d.Kind), "parent", d.Parent, "telephone", d.Telephone, "website", d.Website)
	web.GiveThree(given, "", d.Name)
	web.GiveThree(given, "short_", d.Short)
	web.GiveDay(given, "from", d.From)
	web.GiveDay(given, "to", d.To)
	return v.Ask(web.Questions{
		Title: title, Submit: v.T("directory.form.save"), Back: back(v), Asked: questions, Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			after := askedDepartment(a, d)
			if code == "" {
				after.Code = a.Text("code")
			}
			if a.Bad() {
				return "", "", nil
			}
			return staffPath + "?department=" + after.Code, v.T("directory.form.saved"), s.PutDepartment(v.Context(), after)
		},
	})
}

// asFault finds a fault that a person can mend.
func asFault(err error) (*fault.Fault, bool) {
	var f *fault.Fault
	return f, errors.As(err, &f) && f.Kind == fault.Invalid
}
