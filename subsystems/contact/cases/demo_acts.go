package cases

import (
	"strconv"
	"strings"

	"praya/kernel/lang"
	"praya/platform/db"
)

// demonstrate opens an invented case, and does with it what its acts say; before is the case that was
// opened before it.
func (s *Service) demonstrate(tx *db.Tx, d demoCase, by Demonstration, before CaseID) (CaseID, error) {
	d.By = by.Agent
	if d.Channel == "web" || d.Channel == "mail" || d.Channel == "open311" {
		d.By = Person
	}
	c, _, err := s.Open(tx, d.New)
	if err != nil {
		return "", err
	}
	for _, act := range d.acts {
		what, arg, _ := strings.Cut(act, " ")
		if err := s.demoAct(tx, c, what, arg, by, before); err != nil {
			return "", err
		}
	}
	return c.ID, nil
}

// demoAct does one act; a department's is done to the referral that is open and was sent last.
func (s *Service) demoAct(tx *db.Tx, c Case, what, arg string, by Demonstration, before CaseID) (err error) {
	say := func(tc, en string) string {
		if c.Language == lang.EN {
			return en
		}
		return tc
	}
	switch what {
	case "refer", "ask", "direct":
		who := map[string]string{"refer": by.Agent, "ask": by.Agent, "direct": by.Director}[what]
		now, err := s.Case(tx, c.ID)
		if err == nil {
			if now.Level > 1 && what == "refer" {
				who = by.Head
			}
			_, err = s.Refer(tx, c.ID, arg, say("請處理並回覆來人。", "Please deal with it and reply."), who)
		}
		return err
	case "answer":
		return s.Answer(tx, c.ID, say("部門已處理你反映的事，多謝你告訴我們。", "The department has dealt with it. Thank you for telling us."), by.Agent)
	case "close":
		return s.Close(tx, c.ID, Outcome(arg), by.Agent)
	case "rate":
		n, _ := strconv.Atoi(arg) // what is no number is refused
		return s.Rate(tx, c.ID, n)
	case "same":
		return s.Merge(tx, c.ID, before, by.Colleague)
	}
	all, err := s.Referrals(tx, c.ID)
	if err != nil {
		return err
	}
	var r Referral
	for _, x := range all {
		if x.State.Open() {
			r = x
		}
	}
	switch what {
	case "accept":
		return s.Accept(tx, r.ID, by.Officer)
	case "interim":
		return s.Interim(tx, r.ID, say("已派員視察，並正安排維修。", "Staff have looked at it, and the repair is being arranged."), by.Officer)
	case "reply":
		_, err := s.Reply(tx, r.ID, say("有關事項已經跟進及完成。", "It was followed up and is done."), by.Officer)
		return err
	case "refuse":
		x := Refusal{Other: arg, Reason: say("不屬本部門的職責範圍。", "This is not within our duties.")}
		if arg == "-" {
			x.Other = ""
		}
		return s.Refuse(tx, r.ID, x, by.Officer)
	}
	return invalid("order")
}
