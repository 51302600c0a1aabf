package knowledge

import (
	"context"

	"praya/kernel/lang"
	"praya/platform/db"
)

// The editors of the demonstration; nobody of these names has an account.
const (
	demoEditor    = "demo-editor"
	demoColleague = "demo-colleague"
)

// demonstrated is an invented article, told shortly: its code, department, and titles, texts and everyday
// words in the order of lang.All.
type demonstrated struct {
	code, department         string
	title, text, everyday    [3]string
	days                     int  // until the review
	draft                    bool // isn't published yet
	views, helped, unhelpful int64
}

func three(t [3]string) (out lang.Text) {
	for i, l := range lang.All() {
		put(&out, l, t[i])
	}
	return out
}

// Demonstrate invents the articles of the demonstration, once, by the use cases themselves. What they
// say is made up, and says so; departments that the directory doesn't know are left out.
func (s *Service) Demonstrate(ctx context.Context) error {
	first := false
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		there, err := articlesOf(tx, "", "", 1)
		first = len(there) == 0
		return err
	})
	if err != nil || !first {
		return err
	}
	for _, d := range demonstration() {
		if err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.demonstrate(tx, d) }); err != nil {
			return err
		}
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, words := range []string{"night bus to the airport", "长者医疗券余额", "露营车泊车", "night bus to the airport"} {
			if err := asked(tx, words, mostUnanswered); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) demonstrate(tx *db.Tx, d demonstrated) error {
	if _, err := s.Departments.Department(tx, d.department); isMissing(err) {
		return nil
	}
	note := [3]string{"示範內容，純屬虛構。", "Invented for a demonstration.", "示范内容，纯属虚构。"}
	text := d.text
	for i := range text {
		if text[i] != "" {
			text[i] += "\n\n" + note[i]
		}
	}
	a, err := s.Put(tx, Article{Code: d.code, Department: d.department, Title: three(d.title), Text: three(text), Everyday: three(d.everyday)}, demoEditor)
	if err != nil || d.draft {
		return err
	}
	if err := s.demoPublish(tx, a, d.days); err != nil {
		return err
	}
	return count(tx, a.Code, d.views, d.helped, d.unhelpful)
}

func (s *Service) demoPublish(tx *db.Tx, a Article, days int) error {
	return s.Publish(tx, a.Code, tx.Now().Day().Add(days), demoColleague)
}
