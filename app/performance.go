package app

import (
	"context"
	"errors"

	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/subsystems/directory"
	"praya/subsystems/estimates"
	"praya/subsystems/performance"
	"praya/subsystems/performance/governance"
	"praya/subsystems/performance/papers"
	"praya/subsystems/performance/votes"
)

// readPapers gives the yearly cycle what the Estimates have read.
type readPapers struct{ *Praya }

// Paper gives what a version says.
func (p readPapers) Paper(ctx context.Context, version string) (performance.Paper, error) {
	v, facts, err := p.Estimates.Version(ctx, estimates.VersionID(version))
	out := performance.Paper{Version: version, Head: v.Head, Year: v.Year}
	for _, f := range facts {
		out.Facts = append(out.Facts, performance.Fact{
			Kind: f.Kind, Table: f.Table, Row: f.Row, Column: f.Column, Code: f.Code, Name: f.Name, Group: f.Group, Total: f.Total,
			Value: f.Value, Unit: f.Unit, Raw: f.Raw, How: f.How, Line: f.Line, Order: f.Order, Marks: f.Marks,
		})
	}
	return out, err
}

// papersAtOnce is how many versions are listed in one go.
const papersAtOnce = 200

// Newest lists the newest version of each head and year that is a paper.
func (p readPapers) Newest(ctx context.Context) (out []string, err error) {
	for offset := 0; ; offset += papersAtOnce {
		page, total, err := p.Estimates.VersionsPage(ctx, "", "", papersAtOnce, offset)
		if err != nil {
			return nil, err
		}
		for _, v := range page {
			if v.Source == "paper" && v.Latest {
				out = append(out, string(v.ID))
			}
		}
		if offset+papersAtOnce >= total {
			return out, nil
		}
	}
}

// offices tells the yearly cycle what departments and posts are called.
type offices struct{ staff }

// Posts are the titles of a department's posts that are listed today.
func (p offices) Posts(ctx context.Context, department string) (map[string]lang.Text, error) {
	all, err := p.Directory.ListedPosts(ctx, department)
	out := map[string]lang.Text{}
	for _, x := range all {
		out[string(x.ID)] = x.Title
	}
	return out, err
}

// cycleRoles are what officers may do in the yearly cycle, for the directory to grant.
func cycleRoles() []directory.Role {
	return []directory.Role{
		{
			Name: performance.OfficerRole, Subsystem: "performance",
			Label: lang.Text{TC: "措施及衡量準則負責人員", EN: "Initiatives and measures", SC: "措施及衡量准则负责人员"},
		},
		{
			Name: performance.ApproverRole, Subsystem: "performance", Restricted: true,
			Label: lang.Text{TC: "衡量準則確認人員", EN: "Confirms initiatives and measures", SC: "衡量准则确认人员"},
		},
		{
			Name: governance.OfficerRole, Subsystem: "performance",
			Label: lang.Text{TC: "資訊科技管治人員", EN: "IT governance of the department", SC: "资讯科技管治人员"},
		},
		{
			Name: governance.CompilerRole, Subsystem: "performance", Restricted: true,
			Label: lang.Text{TC: "資訊科技管治彙編人員", EN: "Compiles the governance of IT", SC: "资讯科技管治汇编人员"},
		},
		{
			Name: votes.OfficerRole, Subsystem: "performance",
			Label: lang.Text{TC: "撥款及編制人員", EN: "Enters posts and money", SC: "拨款及编制人员"},
		},
		{
			Name: votes.ApproverRole, Subsystem: "performance", Restricted: true,
			Label: lang.Text{TC: "撥款及編制審批人員", EN: "Approves posts and money", SC: "拨款及编制审批人员"},
		},
		{
			Name: papers.DrafterRole, Subsystem: "performance",
			Label: lang.Text{TC: "管制人員報告草擬人員", EN: "Drafts the Controlling Officer's Report", SC: "管制人员报告草拟人员"},
		},
		{
			Name: papers.ApproverRole, Subsystem: "performance", Restricted: true,
			Label: lang.Text{TC: "管制人員報告審批人員", EN: "Approves the Controlling Officer's Report", SC: "管制人员报告审批人员"},
		},
	}
}

// voteHeads tells the votes whose a head is.
type voteHeads struct{ *Praya }

// Head gives a head.
func (p voteHeads) Head(ctx context.Context, number string) (votes.Head, error) {
	h, err := p.Cycle.Head(ctx, number)
	return votes.Head{Department: h.Department, Name: h.Name}, err
}

// bureaux tells the governance of IT which departments there are.
type bureaux struct{ *Praya }

// All lists every department, by code.
func (p bureaux) All(ctx context.Context) ([]governance.Department, error) {
	all, err := p.Directory.Departments(ctx)
	out := make([]governance.Department, len(all))
	for i, d := range all {
		out[i] = governance.Department{Code: d.Code, Name: d.Name, Short: d.Short, From: d.From, To: d.To, Body: d.Kind == directory.Body}
	}
	return out, err
}

// paperHeads tells the papers whose a head is.
type paperHeads struct{ *Praya }

// Head gives a head.
func (p paperHeads) Head(ctx context.Context, number string) (papers.Head, error) {
	h, err := p.Cycle.Head(ctx, number)
	return papers.Head{Number: number, Department: h.Department, Name: h.Name}, err
}

// postNames tells what a post is called, to whoever may read what was done on it.
type postNames struct{ *Praya }

// Post is a post's title.
func (p postNames) Post(ctx context.Context, id string) (lang.Text, error) {
	post, err := p.Directory.Post(who.AsSystem(ctx, who.From(ctx).Realm), directory.PostID(id))
	return post.Title, err
}

// Posts are the titles of a department's posts that are listed today.
func (p postNames) Posts(ctx context.Context, department string) (map[string]lang.Text, error) {
	return offices{staff(p)}.Posts(ctx, department)
}

// reminders tells a department's officers, in their inbox and on the channels that they chose,
// that work waits.
type reminders struct{ *Praya }

// Remind tells everybody of a department who has one of the roles.
func (p reminders) Remind(ctx context.Context, department string, roles []string, key, path string) error {
	all, err := p.Directory.AccountsOf(ctx, department, roles...)
	for _, account := range all {
		err = errors.Join(err, p.Identity.Remind(ctx, account, key, path))
	}
	return err
}

// mostPosts bounds how many posts of a department are looked through for one.
const mostPosts = 10_000

// RemindPost tells whoever holds a post of a department.
func (p reminders) RemindPost(ctx context.Context, department, post, key, path string) (told bool, err error) {
	all, _, err := p.Directory.Posts(ctx, department, false, mostPosts, 0)
	for _, x := range all {
		if string(x.Post.ID) != post {
			continue
		}
		for _, held := range x.Holders {
			if account := held.Holder.Account; account != "" && held.On(p.DB.Clock()().Day()) {
				told, err = true, errors.Join(err, p.Identity.Remind(ctx, account, key, path))
			}
		}
	}
	return told, err
}
