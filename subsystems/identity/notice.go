package identity

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

// NoticeID names a notice.
type NoticeID string

// Category is what a notice is about, by which a person chooses channels.
type Category string

// The categories.
const (
	Appointment Category = "appointment"
	Bill        Category = "bill"
	Licence     Category = "licence"
	Application Category = "application"
	Safety      Category = "safety"
	OnAccount   Category = "account"
	Other       Category = "other"
)

// Categories lists them in the order in which people are asked about them.
func Categories() []Category {
	return []Category{Safety, OnAccount, Appointment, Bill, Licence, Application, Other}
}

// The states of a notice.
const (
	NoticeScheduled = "scheduled"
	NoticeSent      = "sent"
	NoticeRead      = "read"
	NoticeWithdrawn = "withdrawn"
)

// How long notices are kept; see the package's rules.
const (
	keepNotice    = 400 * 24 * time.Hour
	keepWithdrawn = 30 * 24 * time.Hour
	scheduleAhead = 400 * 24 * time.Hour
)

// What a service may say, in characters.
const (
	maxNoticeTitle = 100
	maxNoticeText  = 2000
	maxNoticeLink  = 1000
	maxRepeatKey   = 128
	maxSubject     = 255
)

// Notice is something that a person is told.
type Notice struct {
	ID       NoticeID     `json:"id"`
	Account  AccountID    `json:"-"`
	Sender   string       `json:"sender,omitempty"` // client id; empty for ourselves
	Category Category     `json:"category"`
	State    string       `json:"state"`
	Made     when.Instant `json:"made"`
	SendAt   when.Instant `json:"-"` // zero: at once
	Sent     when.Instant `json:"sent"`
	Opened   when.Instant `json:"opened"`
	Version  int64        `json:"-"`

	NoticeContent
}

// NoticeContent is what is sealed: a service's own words, or the key of ours.
type NoticeContent struct {
	Title lang.Text `json:"title"`
	Text  lang.Text `json:"text"`
	Link  string    `json:"link,omitempty"` // https, or a path of ours
	Due   when.Day  `json:"due"`

	Key     string       `json:"key,omitempty"` // identity.notice.own.<key>.title and .text
	Service string       `json:"service,omitempty"`
	Day     when.Instant `json:"day"`
	Device  string       `json:"device,omitempty"`
	Stop    string       `json:"stop,omitempty"` // token of the link that stops a recovery: in mail only
}

// ours reports whether we ourselves say it.
func (n Notice) ours() bool { return n.Sender == "" }

// vital is what concerns the account itself: nobody can turn it off.
func (n Notice) vital() bool { return n.ours() && n.Category == OnAccount }

// urgent is what quiet hours don't hold back.
func (n Notice) urgent() bool { return n.vital() || n.Category == Safety }

// check holds a service's notice against what one may be. Texts are plain: no control
// characters, so that a title cannot become a header of a mail.
func (c NoticeContent) check(category Category, now, sendAt when.Instant) error {
	bad := fault.New(fault.Invalid, "identity.notice.fault.invalid")
	wrong := func(name, key string) { bad = bad.At(name, "identity.notice.fault."+key) }
	if !slices.Contains(Categories(), category) || category == OnAccount { // what concerns the account, only we say
		wrong("category", "category")
	}
	for _, l := range lang.All() {
		if !plainText(textOf(c.Title, l), maxNoticeTitle, false) {
			wrong("title."+string(l), "title")
		}
		if !plainText(textOf(c.Text, l), maxNoticeText, true) {
			wrong("text."+string(l), "text")
		}
	}
	if c.Link != "" && !goodLink(c.Link) {
		wrong("link", "link")
	}
	if !sendAt.IsZero() && now.Add(scheduleAhead).Before(sendAt) {
		wrong("send_at", "send-at")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// textOf is a text in exactly this language, without falling back.
func textOf(t lang.Text, l lang.Lang) string {
	return map[lang.Lang]string{lang.TC: t.TC, lang.EN: t.EN, lang.SC: t.SC}[l]
}

func plainText(s string, longest int, lines bool) bool {
	if strings.TrimSpace(s) == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > longest {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && unicode.IsControl(r) || r == '\n' && !lines || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
	})
}

// goodLink: an https address without a user's name in it, or a path of this site.
func goodLink(s string) bool {
	if len(s) > maxNoticeLink || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return false
	}
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	if strings.HasPrefix(s, "/") {
		return u.Host == "" && !strings.HasPrefix(s, "//")
	}
	return u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.Opaque == ""
}

// canonical is what two calls have in common that say the same.
func (n Notice) canonical() (string, error) {
	b, err := json.Marshal([]any{n.Account, n.Category, n.SendAt, n.NoticeContent})
	return string(b), err
}

// keepNew seals a notice and keeps it; what is due now goes out with this transaction.
func (s *Service) keepNew(tx *db.Tx, n Notice, repeatKey string) (Notice, error) {
	if n.ID == "" {
		n.ID = id.New[NoticeID](tx.Now())
	}
	if repeatKey == "" {
		repeatKey = string(n.ID)
	}
	n.Made, n.Version, n.State = tx.Now(), 1, NoticeScheduled
	plain, err := json.Marshal(n.NoticeContent)
	if err != nil {
		return n, err
	}
	sealed, err := s.Keys.Encrypt(place(tx, "identity_notices", "sealed", string(n.ID)), plain)
	if err != nil {
		return n, err
	}
	index, err := s.contentIndex(tx, n)
	if err != nil {
		return n, err
	}
	first := tx.Now()
	if first.Before(n.SendAt) {
		first = n.SendAt
	}
	if err := addNotice(tx, n, repeatKey, index, sealed, first.Add(keepNotice)); err != nil {
		return n, err
	}
	if tx.Now().Before(n.SendAt) {
		return n, enqueueNotice(tx, jobSendNotice, string(n.ID), n.SendAt, noticeArgs{Notice: n.ID})
	}
	return s.publish(tx, n)
}

func (s *Service) contentIndex(tx *db.Tx, n Notice) ([]byte, error) {
	text, err := n.canonical()
	if err != nil {
		return nil, err
	}
	return s.Keys.BlindIndex(tx.Realm(), "identity_notices", "content", text)
}

// publish puts a notice into the inbox, and onto every channel that the person left on.
func (s *Service) publish(tx *db.Tx, n Notice) (Notice, error) {
	n.State, n.Sent = NoticeSent, tx.Now()
	if err := changeNotice(tx, n); err != nil {
		return n, err
	}
	n.Version++
	if err := addHistory(tx, n.Account, HistoryEntry{What: Notified, Client: n.Sender, Detail: firstOf(n.Key, string(n.Category))}); err != nil {
		return n, err
	}
	wishes, err := wishesOf(tx, n.Account)
	if err != nil {
		return n, err
	}
	at := wishes.after(n, tx.Now())
	for _, c := range channels() {
		if !s.carries(tx, c) || wishes.mutes(c, n) {
			continue
		}
		if err := enqueueNotice(tx, jobDeliver+string(c), string(n.ID), at, noticeArgs{Notice: n.ID}); err != nil {
			return n, err
		}
	}
	return n, nil
}

// open reads what a notice says. A withdrawn one says nothing any more.
func (s *Service) openNotice(tx *db.Tx, n storedNotice) (Notice, error) {
	if len(n.sealed) == 0 {
		return n.Notice, nil
	}
	plain, err := s.Keys.Decrypt(place(tx, "identity_notices", "sealed", string(n.ID)), n.sealed)
	if err == nil {
		err = json.Unmarshal(plain, &n.NoticeContent)
	}
	return n.Notice, err
}
