package identity

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/platform/web"
)

// mountNotices registers the inbox, its settings, and what mails lead to.
func (s *Service) mountNotices(page func(string, web.Handler, ...web.Option)) {
	page("GET /me/inbox", s.showInbox)
	page("GET /me/inbox/{id}", s.showNotice)
	page("GET /me/inbox/settings", s.showNoticeSettings)
	page("POST /me/inbox/settings", s.doNoticeSettings)
	page("POST /me/inbox/push", s.doSubscribe, web.Body(8<<10))
	page("POST /me/inbox/push/remove", s.doUnsubscribe)
	page("GET /me/inbox/confirm", s.showConfirmMail)
	page("POST /me/inbox/confirm", s.doConfirmMail)
	page("POST /me/inbox/confirm/send", s.doSendCode)
	page("GET /recover/stop/{token}", s.showStop)
	page("POST /recover/stop/{token}", s.doStop, s.slowly("stop"))
}

const inboxPageSize = 20

func (s *Service) showInbox(v *web.Visit) error {
	p := v.PageOf(inboxPageSize, 0)
	list, total, err := s.Inbox(v.Context(), inboxPageSize, p.Offset())
	if err != nil {
		return err
	}
	unread, err := s.Unread(v.Context())
	if err != nil {
		return err
	}
	t := web.Table{
		Caption: v.T("identity.notice.inbox.caption"), Empty: web.Empty{Why: v.T("identity.notice.inbox.empty")},
		Columns: []web.Column{
			{Head: v.T("identity.notice.inbox.about")},
			{Head: v.T("identity.notice.from")},
			{Head: v.T("identity.notice.received")},
			{Head: v.T("identity.notice.due")},
			{Head: v.T("identity.notice.inbox.state")},
		},
	}
	for _, n := range list {
		t.Rows = append(t.Rows, s.inboxRow(v, n))
	}
	return v.Render(web.Page{Title: v.T("identity.notice.inbox.title"), Lead: v.T("identity.notice.inbox.lead"), Crumbs: crumbs(v.View), Secret: true},
		inboxPage(v.View, t, v.PageOf(inboxPageSize, total), unread))
}

func (s *Service) inboxRow(v *web.Visit, n Notice) web.Row {
	title, _ := n.said(v.Texts, s.serviceName(v, n.Service))
	due, state := web.Cell{Text: v.T("identity.notice.no-due")}, web.Cell{Text: v.T("identity.notice.inbox.read")}
	if !n.Due.IsZero() {
		due = web.Cell{Text: v.Date(n.Due)}
	}
	if n.State == NoticeSent {
		state = web.Cell{Body: unreadTag(v.View)}
	}
	return web.Row{Cells: []web.Cell{
		{Text: title, Path: "/me/inbox/" + string(n.ID)}, {Text: s.senderOf(v, n)}, {Text: v.Instant(n.Sent)}, due, state,
	}}
}

// senderOf is who tells it: a service by its name, or ourselves.
func (s *Service) senderOf(v *web.Visit, n Notice) string {
	if n.ours() {
		return v.T("identity.notice.us")
	}
	return s.serviceName(v, n.Sender)
}

// noticeLink is where a notice leads to; a foreign address says which site it is.
type noticeLink struct{ Address, Text string }

func linkOf(v *web.Visit, n Notice) noticeLink {
	if n.Link == "" {
		return noticeLink{}
	}
	if strings.HasPrefix(n.Link, "/") {
		return noticeLink{v.Link(n.Link), v.T("identity.notice.go")}
	}
	u, err := url.Parse(n.Link)
	if err != nil {
		return noticeLink{}
	}
	return noticeLink{n.Link, v.T("identity.notice.go-to", "site", u.Host)}
}

func (s *Service) showNotice(v *web.Visit) error {
	n, err := s.OpenNotice(v.Context(), NoticeID(v.PathValue("id")))
	if err != nil {
		return err
	}
	title, text := n.said(v.Texts, s.serviceName(v, n.Service))
	rows := []web.Entry{
		{Label: v.T("identity.notice.from"), Value: s.senderOf(v, n)},
		{Label: v.T("identity.notice.received"), Value: v.Instant(n.Sent)},
		{Label: v.T("identity.notice.category"), Value: v.T("identity.notice.about-" + string(n.Category))},
	}
	if !n.Due.IsZero() {
		rows = append(rows, web.Entry{Label: v.T("identity.notice.due"), Value: v.Day(n.Due)})
	}
	var paragraphs []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) != "" {
			paragraphs = append(paragraphs, line)
		}
	}
	trail := append(crumbs(v.View), web.Crumb{Text: v.T("identity.notice.inbox.title"), Path: "/me/inbox"})
	return v.Render(web.Page{Title: title, Crumbs: trail, Secret: true}, noticePage(v.View, rows, paragraphs, linkOf(v, n)))
}

// noticeSettings is what the settings' page shows.
type noticeSettings struct {
	MailText, MailPath, MailLink string
	Mail, Push, From, To         []web.Choice
	Browsers                     []storedBrowser
	PushKey                      string
}

func (s *Service) showNoticeSettings(v *web.Visit) error {
	w, err := s.Wishes(v.Context())
	if err != nil {
		return err
	}
	x := noticeSettings{
		Mail: categoryChoices(v, w, ByMail), Push: categoryChoices(v, w, ByPush),
		From: hourChoices(w.QuietFrom), To: hourChoices(w.QuietTo),
	}
	m, err := s.MailState(v.Context())
	if err != nil {
		return err
	}
	x.describeMail(v, m)
	if x.Browsers, err = s.Browsers(v.Context()); err != nil {
		return err
	}
	if x.PushKey, err = s.PushKey(v.Context()); err != nil {
		return err
	}
	trail := append(crumbs(v.View), web.Crumb{Text: v.T("identity.notice.inbox.title"), Path: "/me/inbox"})
	return v.Render(web.Page{Title: v.T("identity.notice.settings.title"), Lead: v.T("identity.notice.settings.lead"), Crumbs: trail, Secret: true},
		noticeSettingsPage(v.View, x))
}

func (x *noticeSettings) describeMail(v *web.Visit, m MailState) {
	switch {
	case !m.Possible:
		x.MailText = v.T("identity.notice.settings.mail-off")
	case m.Address == "":
		x.MailText = v.T("identity.notice.settings.mail-none")
		x.MailPath, x.MailLink = "/me/profile/"+string(Email), v.T("identity.notice.settings.mail-add")
	case m.Confirmed:
		x.MailText = v.T("identity.notice.settings.mail-on", "address", m.Address)
		x.MailPath, x.MailLink = "/me/profile/"+string(Email), v.T("identity.notice.settings.mail-change")
	default:
		x.MailText = v.T("identity.notice.settings.mail-unconfirmed", "address", m.Address)
		x.MailPath, x.MailLink = "/me/inbox/confirm", v.T("identity.notice.confirm.title")
	}
}

func categoryChoices(v *web.Visit, w NoticeWishes, c Channel) []web.Choice {
	var out []web.Choice
	for _, about := range Categories() {
		out = append(out, web.Choice{Value: string(about), Label: v.T("identity.notice.about-" + string(about)), Chosen: !w.Mutes(c, about)})
	}
	return out
}

func hourChoices(chosen int) []web.Choice {
	var out []web.Choice
	for h := range 24 {
		hour := strconv.Itoa(h)
		out = append(out, web.Choice{Value: hour, Label: strings.Repeat("0", 2-len(hour)) + hour + ":00", Chosen: h == chosen})
	}
	return out
}

func (s *Service) doNoticeSettings(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	var w NoticeWishes
	for _, c := range channels() {
		for _, about := range Categories() {
			if !slices.Contains(form[string(c)], string(about)) {
				w.Muted = append(w.Muted, string(c)+"."+string(about))
			}
		}
	}
	var errs [2]error
	w.QuietFrom, errs[0] = strconv.Atoi(form.Get("from"))
	w.QuietTo, errs[1] = strconv.Atoi(form.Get("to"))
	if errs[0] != nil || errs[1] != nil {
		return fault.New(fault.Invalid, "web.fault.invalid.text")
	}
	if err := s.Wish(v.Context(), w); err != nil {
		return err
	}
	return v.RedirectWith("/me/inbox/settings", web.Notice{Text: v.T("identity.notice.settings.saved")})
}

func (s *Service) doSubscribe(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	x := Subscription{Endpoint: form.Get("endpoint")}
	var errs [2]error
	x.Public, errs[0] = base64.RawURLEncoding.DecodeString(form.Get("p256dh"))
	x.Auth, errs[1] = base64.RawURLEncoding.DecodeString(form.Get("auth"))
	if errs[0] != nil || errs[1] != nil {
		return fault.New(fault.Invalid, "web.fault.invalid.text")
	}
	if err := s.Subscribe(v.Context(), x, device(v)); err != nil {
		return err
	}
	return v.RedirectWith("/me/inbox/settings", web.Notice{Text: v.T("identity.notice.settings.subscribed")})
}

func (s *Service) doUnsubscribe(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	if err := s.Unsubscribe(v.Context(), form.Get("browser")); err != nil {
		return err
	}
	return v.RedirectWith("/me/inbox/settings", web.Notice{Text: v.T("identity.notice.settings.removed")})
}

func (s *Service) showConfirmMail(v *web.Visit) error {
	return s.confirmMailPage(v, http.StatusOK, nil)
}

func (s *Service) confirmMailPage(v *web.Visit, status int, failed error) error {
	m, err := s.MailState(v.Context())
	if err != nil {
		return err
	}
	if !m.Possible || m.Address == "" || m.Confirmed {
		return v.Redirect("/me/inbox/settings")
	}
	return v.RenderStatus(status, web.Page{
		Title: v.T("identity.notice.confirm.title"), Lead: v.T("identity.notice.confirm.lead", "address", m.Address),
		Back: "/me/inbox/settings", Secret: true, Failed: failed != nil,
	}, confirmMailPage(v.View, m, said(v, failed)))
}

func (s *Service) doConfirmMail(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	err = s.ConfirmMail(v.Context(), form.Get("code"), device(v))
	if fault.Is(err, fault.Invalid) {
		return s.confirmMailPage(v, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return v.RedirectWith("/me/inbox/settings", web.Notice{Text: v.T("identity.notice.confirm.done")})
}

func (s *Service) doSendCode(v *web.Visit) error {
	if err := s.SendCode(v.Context()); err != nil {
		return err
	}
	return v.RedirectWith("/me/inbox/confirm", web.Notice{Text: v.T("identity.notice.confirm.sent")})
}

// showStop asks before it stops: programs that look at mail open every link in it.
func (s *Service) showStop(v *web.Visit) error {
	if err := s.MayStop(v.Context(), v.PathValue("token")); err != nil {
		return stopOver(v, err)
	}
	f := web.Form{Action: "/recover/stop/" + v.PathValue("token"), Submit: v.T("identity.notice.stop.submit"), Danger: true}
	return v.Render(web.Page{Title: v.T("identity.notice.stop.title"), Secret: true},
		confirmBody(v.View, f, []string{v.T("identity.notice.stop.what"), v.T("identity.notice.stop.only")}, nil))
}

func (s *Service) doStop(v *web.Visit) error {
	if err := s.StopByMail(v.Context(), v.PathValue("token"), device(v)); err != nil {
		return stopOver(v, err)
	}
	return v.Render(web.Page{Title: v.T("identity.notice.stop.done"), Lead: v.T("identity.notice.stop.done-text"), Secret: true}, none())
}

func stopOver(v *web.Visit, err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return v.RenderStatus(http.StatusNotFound, web.Page{Title: v.T("identity.notice.stop.over"), Lead: v.T("identity.notice.stop.over-text"), Secret: true}, none())
}
