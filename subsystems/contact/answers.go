package contact

import (
	"context"
	"strconv"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/knowledge"
	"praya/subsystems/contact/triage"
)

// mayArticle says whether there is something in a case to make an article of.
func mayArticle(c cases.Case) bool { return c.State == cases.Answered || c.State == cases.Closed }

// beside is what the knowledge and the proposals add to a case's page.
func (s *Service) beside(v *web.View, c cases.Case) (acts []web.Crumb, facts []web.Entry) {
	if mayArticle(c) {
		acts = append(acts, web.Crumb{Text: v.T("contact.article.act"), Path: articlePath(c.ID)})
	}
	if c.State != cases.Fresh {
		return acts, nil
	}
	ctx := who.With(s.system(), who.Request{Realm: who.Production, Lang: v.Lang(), Actor: v.Actor()})
	said, err := s.Triage.Propose(ctx, asked(c))
	if err != nil {
		s.Log.Error("contact: proposals", "error", err)
		return acts, nil
	}
	for _, q := range questions() {
		if p, ok := said[q]; ok {
			facts = append(facts, web.Entry{Label: v.T("contact.proposal." + q), Value: v.T("contact.proposal.sure",
				"answer", s.answerName(ctx, q, p.Answer), "percent", v.Percent(strconv.FormatFloat(100*p.Confidence, 'f', 0, 64)))})
		}
	}
	return acts, facts
}

// alike compares what somebody is about to bring with what others told, by words.
func (s *Service) alike(text string, among []cases.Told) (out []cases.CaseID) {
	told := make([]triage.Lesson, len(among))
	for i, t := range among {
		told[i] = triage.Lesson{ID: string(t.Case), Text: t.Text}
	}
	for _, d := range triage.Duplicates(text, told) {
		out = append(out, cases.CaseID(d.ID))
	}
	return out
}

// asked is what a case's person wrote.
func asked(c cases.Case) string { return c.Title + "\n" + c.Text }

// answerName is what an answer of a proposal is called.
func (s *Service) answerName(ctx context.Context, question, answer string) string {
	l := who.From(ctx).Lang
	name := answer
	_ = s.DB.Read(ctx, func(tx *db.Tx) error { // without a name the code says it
		switch question {
		case triage.Kind:
			name = s.Words.In(l).T("cases.kind." + answer)
		case triage.Urgency:
			name = s.Words.In(l).T("cases.urgency." + answer)
		case triage.Language:
			if known, ok := lang.Parse(answer); ok {
				name = known.Name()
			}
		case triage.Category:
			if c, err := s.Cases.Category(tx, answer); err == nil {
				name = c.Name.In(l)
			}
		case triage.Department:
			if d, err := s.Cases.Departments.Department(tx, answer); err == nil {
				name = d.Name.In(l)
			}
		}
		return nil
	})
	return name
}

// questions are what is proposed of a case, in the order in which an agent is told.
func questions() []string {
	return []string{triage.Kind, triage.Category, triage.Department, triage.Urgency, triage.Language}
}

// sorted tells the proposals what a person chose instead, or agreed with. Urgency and language are
// lessons also where nothing was proposed, since only an agent who looked can say them.
func (s *Service) sorted(tx *db.Tx, c cases.Case) error {
	said, err := s.Triage.Propose(tx.Context(), asked(c))
	if err != nil {
		return err
	}
	chosen := map[string]string{triage.Kind: string(c.Kind), triage.Category: c.Service, triage.Urgency: string(c.Urgency), triage.Language: string(c.Language)}
	for question, chose := range chosen {
		if chose == "" {
			continue
		}
		p, proposed := said[question]
		switch {
		case proposed:
			err = s.Triage.Corrected(tx, string(c.ID), question, p.Answer, chose)
		case question == triage.Urgency || question == triage.Language:
			err = s.Triage.Chose(tx, string(c.ID), question, chose)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// erased takes away what people chose for a case that is gone.
func (s *Service) erased(tx *db.Tx, of cases.CaseID) error { return s.Triage.Forget(tx, string(of)) }

// lessonsAtOnce is how many cases are opened in one go to be learned from.
const lessonsAtOnce = 200

// lessons gives the cases that people have sorted, the newest first.
func (s *Service) lessons(ctx context.Context, yield func(triage.Lesson) bool) error {
	var last cases.CaseID
	for {
		var some []cases.Case
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			some, err = s.Cases.Before(tx, last, lessonsAtOnce)
			return err
		})
		if err != nil || len(some) == 0 {
			return err
		}
		for _, c := range some {
			last = c.ID
			if c.State == cases.Fresh || c.State == cases.Merged {
				continue
			}
			if !yield(triage.Lesson{ID: string(c.ID), Text: asked(c), Labels: labels(c)}) {
				return nil
			}
		}
	}
}

// labels are how people sorted a case. Its language is one where an agent filed it and said so: what
// came by the web or by mail is in the language of the page, or in a guessed one.
func labels(c cases.Case) map[string]string {
	out := map[string]string{}
	for q, answer := range map[string]string{triage.Kind: string(c.Kind), triage.Category: c.Service, triage.Department: c.Department, triage.Urgency: string(c.Urgency)} {
		if answer != "" {
			out[q] = answer
		}
	}
	if c.Filed() {
		out[triage.Language] = string(c.Language)
	}
	return out
}

func articlePath(c cases.CaseID) string { return casePath(c) + "/article" }

// articleForm drafts an article from what a case was answered.
func (s *Service) articleForm(v *web.Visit) error {
	if err := s.mayWork(v.Context()); err != nil {
		return err
	}
	id := cases.CaseID(v.PathValue("id"))
	var c cases.Case
	var answer string
	err := s.DB.Read(v.Context(), func(tx *db.Tx) (err error) {
		if c, err = s.Cases.Case(tx, id); err != nil {
			return err
		}
		all, err := s.Cases.Messages(tx, id)
		for _, m := range all {
			if m.From == cases.ByAgent && !m.Internal {
				answer = m.Text
			}
		}
		return err
	})
	if err == nil && (answer == "" || !mayArticle(c)) {
		err = fault.New(fault.Conflict, "contact.fault.no-answer")
	}
	if err != nil {
		return err
	}
	return v.Ask(web.Questions{
		Title: v.T("contact.article.title"), Lead: v.T("contact.article.lead"), Submit: v.T("contact.article.submit"), Back: casePath(id),
		Given: web.Given("title", c.Title, "text", answer),
		Asked: []web.Question{
			{Field: web.Field{Name: "title", Label: v.T("contact.article.name"), MaxLength: knowledge.MaxTitle}},
			{As: web.AsLines, Field: web.Field{Name: "text", Label: v.T("contact.article.text"), Hint: v.T("contact.article.text-hint")}},
		},
		Act: func(a *web.Answers) (string, string, error) {
			err := s.DB.Write(v.Context(), func(tx *db.Tx) error {
				_, err := s.Knowledge.Draft(tx, knowledge.Drafted{
					Title: a.Words("title"), Text: a.Words("text"), Case: string(c.ID), Department: or(c.Department, v.Actor().Duty.Department), Language: c.Language, By: v.Actor().ID,
				})
				return err
			})
			return casePath(id), v.T("contact.article.done"), err
		},
	})
}
