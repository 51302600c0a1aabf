package governance

import (
	"context"

	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

// AgreeLevel registers a service level document of a provider.
func (s *Service) AgreeLevel(ctx context.Context, l Level) (levelID string, err error) {
	if err := s.may(ctx, "register", l.Provider); err != nil {
		return "", err
	}
	if err := s.existing(ctx, map[string]string{"provider": l.Provider, "user": l.User}); err != nil {
		return "", err
	}
	err = s.act(ctx, "level", &levelID, func(tx *db.Tx, by hand) error {
		l, err = agree(tx, by, l)
		levelID = l.ID
		return err
	})
	return levelID, err
}

func agree(tx *db.Tx, by hand, l Level) (Level, error) {
	l.ID, l.Version = id.New[string](tx.Now()), 1
	if err := l.check(); err != nil {
		return l, err
	}
	if err := addLevel(tx, l); err != nil {
		return l, err
	}
	return l, note(tx, by, l.ID, "agreed", "")
}

// EndLevel gives a service level document its last day, with the reason: what is agreed anew
// is a new document, so that judgements stay beside what they were judged by.
func (s *Service) EndLevel(ctx context.Context, levelID string, version int64, last when.Day, why string) error {
	return s.act(ctx, "level.end", &levelID, func(tx *db.Tx, by hand) error {
		l, err := levelByID(tx, levelID)
		if err != nil {
			return unknown(err, "level")
		}
		if err := s.may(ctx, "register", l.Provider); err != nil {
			return err
		}
		l.To, l.Version = last, version
		var w wrongs
		w.reason(why)
		w.period(l.Period, false)
		judged, err := judgementsOf(tx, levelID)
		if err != nil {
			return err
		}
		for _, j := range judged {
			w.need(!last.Before(j.To), "to", "judged-later")
		}
		if w.bad() {
			return w.err()
		}
		if err := endLevel(tx, l); err != nil {
			return err
		}
		return note(tx, by, levelID, "ended", why)
	})
}

// Judge records what was measured in a period. Whether the level was met is computed.
func (s *Service) Judge(ctx context.Context, levelID string, j Judgement) error {
	return s.act(ctx, "level.judge", &levelID, func(tx *db.Tx, by hand) error {
		l, err := levelByID(tx, levelID)
		if err != nil {
			return unknown(err, "level")
		}
		if err := s.may(ctx, "register", l.Provider); err != nil {
			return err
		}
		if err := touchLevel(tx, levelID); err != nil {
			return err
		}
		return judge(tx, by, l, j)
	})
}

func judge(tx *db.Tx, by hand, l Level, j Judgement) error {
	before, err := judgementsOf(tx, l.ID)
	if err != nil {
		return err
	}
	if j, err = l.judge(j, before, tx.Now().Day()); err != nil {
		return err
	}
	j.At, j.Actor = tx.Now(), by.Actor
	if err := addJudgement(tx, j); err != nil {
		return err
	}
	step := "judged"
	if j.Revision > 1 {
		step = "judged-anew"
	}
	if err := note(tx, by, l.ID, step, j.Evidence); err != nil {
		return err
	}
	return publish(tx, SubjectLevelJudged, LevelJudged{l.ID, j.From.String(), j.To.String(), j.Met})
}
