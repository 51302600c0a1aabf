package knowledge

import (
	"context"

	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/jobs"
)

// JobReview tells owners once which of their articles are overdue for review. It is enqueued once a day.
const JobReview = "contact.knowledge.review"

const mostOverdue = 1000

// Remind is the job that tells them.
func (s *Service) Remind(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
	var all []Article
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = overdue(tx, tx.Now().Day(), "", mostOverdue)
		return err
	})
	if err != nil || s.People == nil {
		return err
	}
	for i, a := range all {
		say := func(key string) (out lang.Text) {
			for _, l := range lang.All() {
				put(&out, l, s.Words.In(l).T("knowledge.tell."+key, "title", a.Title.In(l)))
			}
			return out
		}
		if err := s.People.Tell(ctx, a.Owner, JobReview+"."+a.Code+"."+a.Review.String(), deskPath+"/articles/"+a.Code, say("title"), say("text")); err != nil {
			return err
		}
		if p != nil {
			p.Report(ctx, int64(i+1), int64(len(all)), "")
		}
	}
	return nil
}

// Overdue lists published articles whose day of review has passed; of all departments when it is empty.
func (s *Service) Overdue(tx *db.Tx, department string) ([]Article, error) {
	return overdue(tx, tx.Now().Day(), department, mostOverdue)
}
