package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
	"praya/subsystems/identity/internal/oidc"
)

// NotifyScope is what a service's token must have to tell people something.
const NotifyScope = "notify"

const (
	noticesPath = "/api/identity/v1/notices"
	maxNotice   = 32 << 10
)

func (s *Service) mountNoticeAPI(site *web.Site) {
	api := func(pattern string, h web.Handler, opts ...web.Option) {
		site.API(pattern, h, append(opts, web.InSandbox(), web.Secret())...)
	}
	site.API("GET "+openAPIPath, s.apiDocument, web.InSandbox(), web.OpenData(), web.Cache(time.Hour))
	api("POST "+noticesPath, s.apiNotify, web.Body(maxNotice))
	api("GET "+noticesPath+"/{id}", s.apiNotice)
	api("DELETE "+noticesPath+"/{id}", s.apiWithdraw)
}

// noticeBody is a notice as a service writes it.
type noticeBody struct {
	Subject   string    `json:"sub" maxLength:"255" doc:"The person's name at the service"`
	Category  Category  `json:"category" enum:"appointment,bill,licence,application,safety,other"`
	Title     lang.Text `json:"title" doc:"In all three languages, at most 100 characters each"`
	Text      lang.Text `json:"text" doc:"In all three languages, at most 2000 characters each"`
	Link      string    `json:"link" required:"false" maxLength:"1000"`
	Due       string    `json:"due" required:"false" doc:"A day, 2026-12-05"`
	SendAt    string    `json:"send_at" required:"false" format:"date-time" doc:"At once when left out"`
	RepeatKey string    `json:"idempotency_key" required:"false" maxLength:"128" doc:"The same key again is the same notice; or in the header Idempotency-Key"`
}

// noticeState is what a service is told of its notice.
type noticeState struct {
	ID     NoticeID `json:"id"`
	State  string   `json:"state" enum:"scheduled,sent,read,withdrawn"`
	SendAt string   `json:"send_at,omitempty" format:"date-time"`
	SentAt string   `json:"sent_at,omitempty" format:"date-time"`
}

func stateOf(n Notice) noticeState {
	at := func(i when.Instant) string {
		if i.IsZero() {
			return ""
		}
		return i.Time().Format(time.RFC3339)
	}
	return noticeState{ID: n.ID, State: n.State, SendAt: at(n.SendAt), SentAt: at(n.Sent)}
}

func (s *Service) apiNotify(v *web.Visit) error {
	client, err := s.protocol.Bearer(v, NotifyScope)
	if err != nil {
		return refusedToken(v, err)
	}
	order, err := readNotice(v)
	if err != nil {
		return err
	}
	order.Client = client
	n, repeated, err := s.Notify(v.Context(), order)
	if err != nil {
		return err
	}
	v.W.Header().Set("Location", v.Plain(noticesPath+"/"+string(n.ID)))
	if repeated {
		return v.JSON(http.StatusOK, stateOf(n))
	}
	return v.JSON(http.StatusCreated, stateOf(n))
}

// readNotice reads the body strictly: a field that we do not know is a slip of the writer's.
func readNotice(v *web.Visit) (o NoticeOrder, err error) {
	raw, err := io.ReadAll(v.R.Body)
	if err != nil {
		return o, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var b noticeBody
	if err = d.Decode(&b); err == nil && d.More() {
		err = errors.New("identity: more than one JSON value")
	}
	if err != nil || !utf8.Valid(raw) {
		return o, fault.New(fault.Invalid, "identity.notice.fault.json").Because(err)
	}
	o = NoticeOrder{Subject: b.Subject, RepeatKey: b.RepeatKey, Category: b.Category, Content: NoticeContent{Title: b.Title, Text: b.Text, Link: b.Link}}
	if header := v.R.Header.Get("Idempotency-Key"); header != "" {
		if b.RepeatKey != "" && b.RepeatKey != header {
			return o, fault.New(fault.Invalid, "identity.notice.fault.repeat-key").At("idempotency_key", "identity.notice.fault.repeat-key")
		}
		o.RepeatKey = header
	}
	if b.Due != "" {
		if o.Content.Due, err = when.ParseDay(b.Due); err != nil {
			return o, fault.New(fault.Invalid, "identity.notice.fault.invalid").At("due", "identity.notice.fault.due").Because(err)
		}
	}
	if b.SendAt != "" {
		t, err := time.Parse(time.RFC3339, b.SendAt)
		if err != nil {
			return o, fault.New(fault.Invalid, "identity.notice.fault.invalid").At("send_at", "identity.notice.fault.send-at").Because(err)
		}
		o.SendAt = when.At(t)
	}
	return o, nil
}

func (s *Service) apiNotice(v *web.Visit) error {
	client, err := s.protocol.Bearer(v, NotifyScope)
	if err != nil {
		return refusedToken(v, err)
	}
	n, err := s.NoticeOf(v.Context(), client, NoticeID(v.PathValue("id")))
	if err != nil {
		return noNotice(err)
	}
	return v.JSON(http.StatusOK, stateOf(n))
}

func (s *Service) apiWithdraw(v *web.Visit) error {
	client, err := s.protocol.Bearer(v, NotifyScope)
	if err != nil {
		return refusedToken(v, err)
	}
	if err := s.WithdrawNotice(v.Context(), client, NoticeID(v.PathValue("id"))); err != nil {
		return noNotice(err)
	}
	v.W.WriteHeader(http.StatusNoContent)
	return nil
}

// noNotice makes an unknown notice and another service's read the same.
func noNotice(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "identity.notice.fault.no-notice")
	}
	return err
}

// refusedToken is a token's refusal as a problem (RFC 9457); its headers are set.
func refusedToken(v *web.Visit, err error) error {
	var no *oidc.Refusal
	if !errors.As(err, &no) {
		return err
	}
	body, err := json.Marshal(map[string]any{
		"type": "urn:praya:problem:token", "title": http.StatusText(no.Status), "status": no.Status,
		"detail": no.Description, "error": no.Code, "instance": "urn:praya:request:" + v.ID, "reference": v.ID,
	})
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", "application/problem+json")
	v.W.WriteHeader(no.Status)
	_, _ = v.W.Write(body) // nobody is left to be told
	return nil
}
