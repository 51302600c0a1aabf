package identity

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/post"
)

// The kinds of job. Their arguments are ids only.
const (
	jobSendNotice = "identity.notice.send"     // a reminder's time has come
	jobDeliver    = "identity.notice.deliver." // and the channel
	jobMailCode   = "identity.notice.code"
)

// noticeJobs says who does them. A mail server or a push service may be away for hours.
func (s *Service) noticeJobs(q *jobs.Queue) {
	outside := jobs.Options{Workers: 2, Attempts: 10, Base: 5 * time.Second, Cap: time.Hour}
	q.Register(jobSendNotice, s.sendScheduled, jobs.Options{})
	q.Register(jobDeliver+string(ByMail), s.deliverMail, outside)
	q.Register(jobDeliver+string(ByPush), s.deliverPush, outside)
	q.Register(jobMailCode, s.mailCode, outside)
}

type noticeArgs struct {
	Notice NoticeID `json:"notice,omitempty"`
	Code   string   `json:"code,omitempty"` // id of a mailed code, not the code
	Owner  string   `json:"account,omitempty"`
}

func enqueueNotice(tx *db.Tx, kind, key string, runAt when.Instant, args noticeArgs) error {
	raw, err := json.Marshal(args)
	if err == nil {
		_, err = jobs.Enqueue(tx, jobs.Job{Kind: kind, Key: key, Args: raw, RunAt: runAt})
	}
	return err
}

func readNoticeArgs(j jobs.Job) (a noticeArgs, err error) {
	if err = json.Unmarshal(j.Args, &a); err != nil {
		err = fault.New(fault.Invalid, "web.fault.invalid.text").Because(err)
	}
	return a, err
}

// sendScheduled publishes a reminder: the person let the service in when it was scheduled,
// and has not ended that, or it would have been withdrawn. What a service scheduled that has
// been ended itself is not sent.
func (s *Service) sendScheduled(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	args, err := readNoticeArgs(j)
	if err != nil {
		return err
	}
	var n Notice
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		row, err := findNotice(tx, args.Notice)
		if err != nil {
			return err
		}
		n, err = s.openNotice(tx, row)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && n.State != NoticeScheduled {
		return nil // closed or withdrawn since
	}
	if err != nil {
		return err
	}
	client, err := s.protocol.Client(ctx, n.Sender)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { // of a change since n was read its version tells
		if !client.EndedAt.IsZero() {
			return withdrawNotice(tx, n, tx.Now().Add(keepWithdrawn))
		}
		_, err := s.publish(tx, n)
		return err
	})
}

// parcel is a notice that is to go out on a channel, read in one snapshot.
type parcel struct {
	Notice
	lang     lang.Lang
	address  string // confirmed
	browsers []storedBrowser
	key      []byte // VAPID, sealed
}

// pack reads what a delivery needs; ok is false when there is nothing to do any more: it was
// delivered, read or muted since, or the night began (then it is put off).
func (s *Service) pack(ctx context.Context, j jobs.Job, c Channel) (p parcel, ok bool, err error) {
	args, err := readNoticeArgs(j)
	if err != nil {
		return p, false, err
	}
	var later when.Instant
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		row, err := findNotice(tx, args.Notice)
		if err != nil {
			return err
		}
		if p.Notice, err = s.openNotice(tx, row); err != nil {
			return err
		}
		wishes, err := wishesOf(tx, p.Account)
		if err != nil {
			return err
		}
		if at := wishes.after(p.Notice, tx.Now()); tx.Now().Before(at) {
			later = at
			return nil
		}
		ok = (p.State == NoticeSent || p.State == NoticeRead && p.vital()) && !wishes.mutes(c, p.Notice)
		if !ok {
			return nil
		}
		return s.addressed(tx, &p, c)
	})
	if fault.Is(err, fault.NotFound) {
		return p, false, nil // forgotten since
	}
	if err == nil && !later.IsZero() {
		err = s.DB.Write(ctx, func(tx *db.Tx) error {
			return enqueueNotice(tx, j.Kind, string(p.ID)+" "+later.String(), later, args)
		})
	}
	return p, ok && err == nil, err
}

// addressed adds where a parcel goes: what it has reached before is left out.
func (s *Service) addressed(tx *db.Tx, p *parcel, c Channel) error {
	a, err := findAccount(tx, p.Account)
	if err != nil {
		return err
	}
	if p.lang = a.Lang; p.lang == "" {
		p.lang = lang.TC
	}
	done, err := delivered(tx, p.ID, c)
	if err != nil {
		return err
	}
	if c == ByMail {
		if slices.Contains(done, "") {
			return nil
		}
		profile, err := s.Profile(tx, p.Account)
		if v := profile[Email]; !v.Verified.IsZero() {
			p.address = v.Text
		}
		return err
	}
	all, err := browsersOf(tx, p.Account)
	for _, b := range all {
		if !slices.Contains(done, b.ID) {
			p.browsers = append(p.browsers, b)
		}
	}
	if err != nil || len(p.browsers) == 0 {
		return err
	}
	p.key, err = sealedPushKey(tx)
	return err
}

func (s *Service) deliverMail(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	p, ok, err := s.pack(ctx, j, ByMail)
	if !ok || err != nil || p.address == "" || !s.mails(ctx) {
		return err
	}
	outcome := "sent"
	err = s.Mail.Send(ctx, s.letterOf(ctx, p))
	if errors.Is(err, post.ErrAddressRefused) {
		outcome, err = "refused", nil
	}
	if err != nil {
		return err
	}
	return s.record(ctx, p.ID, ByMail, "", outcome)
}

func (s *Service) record(ctx context.Context, notice NoticeID, c Channel, target, outcome string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error { return addDelivery(tx, notice, c, target, outcome) })
}

// deliverPush sends to each browser once: what failed is tried again, the others are not.
func (s *Service) deliverPush(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	p, ok, err := s.pack(ctx, j, ByPush)
	if !ok || err != nil || len(p.browsers) == 0 {
		return err
	}
	var failed error
	for _, b := range p.browsers {
		outcome, err := s.push(ctx, p, b)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		err = s.DB.Write(ctx, func(tx *db.Tx) error {
			if outcome == "gone" {
				if err := removeBrowser(tx, b.Account, b.ID); err != nil {
					return err
				}
			}
			return addDelivery(tx, p.ID, ByPush, b.ID, outcome)
		})
		failed = errors.Join(failed, err)
	}
	return failed
}

// carries reports whether a channel can carry anything in this realm.
func (s *Service) carries(tx *db.Tx, c Channel) bool { return c != ByMail || s.mails(tx.Context()) }

// mails reports whether mail goes out. It never does from the sandbox, where everybody is
// anybody: it would carry strangers' words to strangers' addresses.
func (s *Service) mails(ctx context.Context) bool {
	return s.Mail != nil && who.From(ctx).Realm == who.Production
}

// pathOf is a path of ours as an address in a language, to be followed from outside.
func (s *Service) addressOf(ctx context.Context, l lang.Lang, path string) string {
	if who.From(ctx).Realm == who.Sandbox {
		path = "/sandbox" + path
	}
	return s.origin + "/" + string(l) + path
}

// letterOf is a notice as a mail: its title and where to read it, not what it says.
func (s *Service) letterOf(ctx context.Context, p parcel) post.Letter {
	t := s.Words.In(p.lang)
	title, _ := p.said(t, s.named(ctx, p.Service, p.lang))
	from := t.T("identity.notice.us")
	if !p.ours() {
		from = s.named(ctx, p.Sender, p.lang)
	}
	settings := s.addressOf(ctx, p.lang, "/me/inbox/settings")
	lines := []string{
		title, "", t.T("identity.notice.mail.from", "sender", from), "",
		t.T("identity.notice.mail.open"), s.addressOf(ctx, p.lang, "/me/inbox/"+string(p.ID)), "",
	}
	if p.Stop != "" {
		lines = append(lines, t.T("identity.notice.mail.stop"), s.addressOf(ctx, p.lang, "/recover/stop/"+p.Stop), "")
	}
	lines = append(lines, "-- ", t.T("identity.notice.mail.settings"), settings, "")
	return post.Letter{
		ID: string(p.ID), To: p.address, Subject: title, Lines: lines, Lang: p.lang, Settings: settings,
		FromName: s.Rules.Name.In(p.lang), At: s.DB.Clock()(),
	}
}
