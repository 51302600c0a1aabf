package services

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/words"
)

// JobTell tells an applicant what happened, outside of the transaction in which it did.
const JobTell = "services.tell"

type telling struct {
	Application ApplicationID `json:"application"`
	What        string        `json:"what"`
}

// tell has an applicant told. What is one of the words under services.tell.
func (s *Service) tell(tx *db.Tx, id ApplicationID, what string) error {
	return jobs.Put(tx, jobs.Job{Kind: JobTell, Key: string(id) + " " + what + " " + tx.Now().String(), Args: fact(telling{id, what})})
}

// Tell is the job's handler.
func (s *Service) Tell(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var t telling
	if err := json.Unmarshal(j.Args, &t); err != nil {
		return err
	}
	var a Application
	var o *Offer
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if a, err = findHead(tx, t.Application); err != nil {
			return err
		}
		o, err = s.version(tx, a.Service, a.Number)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil // withdrawn meanwhile
	}
	if err != nil {
		return err
	}
	text := func(part string) lang.Text {
		return s.say(func(x *words.Texts) string {
			return x.T("services.tell."+t.What+"."+part, "service", o.Title.In(x.Lang()), "reference", a.Reference)
		})
	}
	return s.People.TellAbout(who.AsSystem(ctx, j.Realm), a.Account, about(t.What), j.Key, casePath(a.ID), text("title"), text("text"))
}

// about is what the applicant is told about.
func about(what string) About {
	switch what {
	case "pay":
		return AboutBill
	case "book":
		return AboutAppointment
	}
	return AboutCase
}

// say makes a text in every language.
func (s *Service) say(how func(*words.Texts) string) lang.Text {
	return lang.Text{TC: how(s.Words.In(lang.TC)), EN: how(s.Words.In(lang.EN)), SC: how(s.Words.In(lang.SC))}
}

// fillLetter writes a letter with what is known of its case, in three languages: the applicant
// reads it in theirs, the officer in the other.
func (s *Service) fillLetter(tx *db.Tx, w work, t Letter) (Said, error) {
	past, err := s.history(tx, w.ID)
	if err != nil {
		return Said{}, err
	}
	reason, note := lastReason(past)
	department, err := s.Departments.Department(tx.Context(), w.Application.Department)
	if err != nil {
		return Said{}, err
	}
	fill := func(text lang.Text) lang.Text {
		return s.say(func(x *words.Texts) string {
			return strings.NewReplacer(
				"{name}", w.Name, "{reference}", w.Reference, "{service}", w.Title.In(x.Lang()), "{department}", department.In(x.Lang()),
				"{reason}", reason.In(x.Lang()), "{note}", note, "{day}", x.Formal(tx.Now().Day()), "{number}", varText(w.Vars, "licence"),
				"{amount}", amount(x, w.Vars), "{result}", textOf(w.Vars["result"], lang.Text{}).In(x.Lang()), "{until}", dayText(x, w.Vars),
			).Replace(text.In(x.Lang()))
		})
	}
	return Said{Title: fill(t.Title), Letter: fill(t.Text)}, nil
}

func varText(vars map[string]any, name string) string {
	text, _ := vars[name].(string)
	return text
}

// amount writes the variable "cents" as money.
func amount(x *words.Texts, vars map[string]any) string {
	switch n := vars["cents"].(type) {
	case int64:
		return money(x, n)
	case float64:
		return money(x, int64(n))
	}
	return ""
}

func dayText(x *words.Texts, vars map[string]any) string {
	d, err := when.ParseDay(varText(vars, "until"))
	if err != nil {
		return ""
	}
	return x.Date(d)
}

// lastReason is why the last officer decided as they did.
func lastReason(past []Entry) (reason lang.Text, note string) {
	for _, e := range slices.Backward(past) {
		if e.Kind == DidDecide || e.Kind == DidAsk {
			return e.Reason, e.Text
		}
	}
	return reason, note
}
