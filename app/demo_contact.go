package app

import (
	"context"

	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/knowledge"
	"praya/subsystems/contact/triage"
	"praya/subsystems/directory"
)

// demoTelephone is where the demonstration answers calls: on this machine only.
const demoTelephone = "127.0.0.1:5060"

// loadContact invents cases, by officers whom nobody can sign in as. Nobody is written to.
func (p *Praya) loadContact(ctx context.Context) error {
	send := p.Contact.Cases.Send
	p.Contact.Cases.Send = nil
	defer func() { p.Contact.Cases.Send = send }()
	if err := p.Contact.Knowledge.Demonstrate(ctx); err != nil {
		return err
	}
	err := p.Contact.Cases.Demonstrate(ctx, cases.Demonstration{
		Agent: "demonstration-agent", Colleague: "demonstration-colleague", Head: "demonstration-head", Director: "demonstration-director", Officer: "demonstration-case-officer",
	})
	if err != nil {
		return err
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error { // it learns from the cases as soon as the program serves
		_, err := jobs.Enqueue(tx, jobs.Job{Kind: triage.JobTrain, Key: "demonstration"})
		return err
	})
}

// contactOfficers are those who answer, refer and decide in the demonstration: an agent, the head
// of the centre, and an officer in each of two departments.
func contactOfficers() []demoOfficer {
	return []demoOfficer{
		{
			centre, "agent@demo.praya.example",
			directory.PersonName{Chinese: "黃示範", English: "WONG Demonstration"},
			lang.Text{TC: "示範接線員", EN: "Demonstration Agent", SC: "示范接线员"},
			[]string{cases.AgentRole},
		},
		{
			centre, "head@demo.praya.example",
			directory.PersonName{Chinese: "鄭示範", English: "CHENG Demonstration"},
			lang.Text{TC: "示範聯絡中心主管", EN: "Demonstration Head of the Contact Centre", SC: "示范联络中心主管"},
			[]string{cases.AgentRole, knowledge.EditorRole, cases.SupervisorRole, cases.HeadRole, cases.DirectorRole},
		},
		{
			"FEHD", "hygiene@demo.praya.example",
			directory.PersonName{Chinese: "馬示範", English: "MA Demonstration"},
			lang.Text{TC: "示範衞生督察", EN: "Demonstration Health Inspector", SC: "示范卫生督察"},
			[]string{cases.OfficerRole, cases.ReplierRole},
		},
		{
			"HYD", "roads@demo.praya.example",
			directory.PersonName{Chinese: "路示範", English: "LO Demonstration"},
			lang.Text{TC: "示範道路工程師", EN: "Demonstration Road Engineer", SC: "示范道路工程师"},
			[]string{cases.OfficerRole, cases.ReplierRole},
		},
	}
}
