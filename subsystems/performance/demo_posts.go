package performance

import (
	"context"
	"strconv"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/subsystems/performance/votes"
)

// demoRanks are invented ranks with round salaries: the papers name no rank of Head 47.
func demoRanks() (out []votes.Rank, err error) {
	since := when.Day{Year: 2024, Month: 7, Date: 25} // on which the department itself began
	all, err := rows(demoFiles, "demo/ranks.csv")
	for _, r := range all {
		dollars, err := strconv.ParseInt(r["midpoint_dollars"], 10, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, votes.Rank{
			Code: r["rank"], Name: lang.Text{TC: r["tc"], EN: r["en"], SC: r["sc"]}, Directorate: r["directorate"] == "yes",
			From: since, MidpointDollars: dollars, Invented: true,
		})
	}
	return out, err
}

// demoPost is one of two invented officers: one asks and the other approves, so that what the
// demonstration shows went through every rule that holds for people.
func demoPost(ctx context.Context, name string, roles string) context.Context {
	return who.With(ctx, who.Request{Realm: who.From(ctx).Realm, Lang: lang.TC, Actor: who.Actor{
		Kind: who.Officer, ID: "demonstration-" + name,
		Duty: who.Duty{Officer: string(who.System) + ":" + name, Department: demoDepartment, Roles: roles},
	}})
}

// asked lets one of the two ask for something, and the other approve it.
func (s *Service) asked(ctx context.Context, body votes.Asked, reason string) error {
	r, err := s.Votes.Ask(demoPost(ctx, "maker", votes.OfficerRole), "47", body, reason)
	if err != nil || r.State != votes.Pending {
		return err
	}
	_, err = s.Votes.Approve(demoPost(ctx, "checker", votes.ApproverRole), "47", r.ID, r.Version, reason)
	return err
}

// loadPosts enters the posts of Head 47 by rank: as many as its papers count, on invented ranks.
// Posts that somebody entered already stay as they are.
func (s *Service) loadPosts(ctx context.Context) error {
	ranks, err := demoRanks()
	if err != nil {
		return err
	}
	if err := s.Votes.LoadRanks(ctx, ranks...); err != nil {
		return err
	}
	all, err := rows(demoFiles, "demo/posts.csv")
	if err != nil {
		return err
	}
	var steps []string
	changes := map[string][]votes.PostChange{}
	for _, r := range all {
		c, err := demoChange(r)
		if err != nil {
			return err
		}
		if changes[r["step"]] == nil {
			steps = append(steps, r["step"])
		}
		changes[r["step"]] = append(changes[r["step"]], c)
	}
	there, err := s.Votes.Staffing(ctx, "47", changes[steps[0]][0].Day)
	if err != nil || there.Known {
		return err
	}
	for _, step := range steps {
		if err := s.asked(ctx, votes.PostChanges{Changes: changes[step]}, ""); err != nil {
			return err
		}
	}
	return nil
}

func demoChange(r map[string]string) (votes.PostChange, error) {
	day, err := when.ParseDay(r["day"])
	return votes.PostChange{
		Day: day, Rank: r["rank"], Programme: r["programme"], Delta: int64(atoi(r["delta"])), Permanent: r["permanent"] == "yes",
		Reason: r["reason"], Opening: r["step"] == "opening",
	}, err
}
