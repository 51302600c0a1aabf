package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/subsystems/directory"
	"praya/subsystems/performance"
	"praya/subsystems/performance/governance"
	"praya/subsystems/performance/papers"
	"praya/subsystems/performance/votes"
)

// demoOfficer is an invented officer of the demonstration.
type demoOfficer struct {
	department string
	email      string
	name       directory.PersonName
	post       lang.Text
	roles      []string
}

// demoOfficers are two people, since much wants a second pair of eyes.
func demoOfficers() []demoOfficer {
	return []demoOfficer{
		{
			"DPO", "maker@demo.praya.example",
			directory.PersonName{Chinese: "陳示範", English: "CHAN Demonstration"},
			lang.Text{TC: "示範高級行政主任", EN: "Demonstration Senior Executive Officer", SC: "示范高级行政主任"},
			[]string{performance.OfficerRole, governance.OfficerRole, votes.OfficerRole, papers.DrafterRole},
		},
		{
			"DPO", "checker@demo.praya.example",
			directory.PersonName{Chinese: "李示範", English: "LEE Demonstration"},
			lang.Text{TC: "示範總行政主任", EN: "Demonstration Chief Executive Officer", SC: "示范总行政主任"},
			[]string{performance.ApproverRole, governance.OfficerRole, governance.CompilerRole, votes.ApproverRole, papers.ApproverRole},
		},
	}
}

// demoOfficersFile is where the demonstration leaves the links by which its officers make their
// passkeys.
const demoOfficersFile = "demonstration-officers.txt"

// loadOfficers appoints the demonstration's officers, and leaves their invitations in the data
// folder. Officers who are there already stay as they are.
func (p *Praya) loadOfficers(ctx context.Context) error {
	var links []string
	for _, o := range slices.Concat(demoOfficers(), serviceOfficers(), contactOfficers()) {
		link, err := p.loadOfficer(ctx, o)
		if err != nil {
			return err
		}
		if link != "" {
			links = append(links, o.post.EN+": "+link)
		}
	}
	if len(links) == 0 {
		return nil
	}
	text := fmt.Sprintf("Each link works once: open it in a browser of its own, and make a passkey.\n%s\n", strings.Join(links, "\n"))
	return os.WriteFile(filepath.Join(p.Config.Data, demoOfficersFile), []byte(text), 0o600)
}

func (p *Praya) loadOfficer(ctx context.Context, o demoOfficer) (link string, err error) {
	if _, err := p.Directory.FindOfficer(ctx, o.email); !fault.Is(err, fault.Invalid) {
		return "", err // there already
	}
	since := directory.Period{From: when.Day{Year: 2024, Month: 7, Date: 25}}
	post, err := p.Directory.PutPost(ctx, directory.Post{Department: o.department, Title: o.post, Listed: true, Period: since})
	if err != nil {
		return "", err
	}
	a, err := p.Directory.Appoint(ctx, directory.Newcomer{Email: o.email, Name: o.name}, directory.Appointment{Post: post, Period: since})
	if err != nil {
		return "", err
	}
	for _, role := range o.roles {
		_, err := p.Directory.Grant(ctx, directory.Grant{Officer: a.Officer, Department: o.department, Role: role, Period: since})
		if err != nil {
			return "", err
		}
	}
	return p.Directory.Invite(ctx, a.Officer, lang.TC)
}
