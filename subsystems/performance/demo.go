package performance

import (
	"context"
	"embed"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/search"
)

//go:embed demo/*.csv
var demoFiles embed.FS

// demoDepartment answers for Head 47 in the demonstration.
const demoDepartment = "DPO"

// LoadDemo adds what the demonstration opens on to the papers that were read: the items of Head
// 47 in our own words, what carries and measures them, and the reorganisation of July 2024. What
// is there already stays.
func (s *Service) LoadDemo(ctx context.Context) error {
	if err := s.mayTake(ctx); err != nil {
		return err
	}
	items, err := rows(demoFiles, "demo/initiatives.csv")
	if err != nil {
		return err
	}
	names, err := rows(demoFiles, "demo/names.csv")
	if err != nil {
		return err
	}
	changes, err := rows(demoFiles, "demo/successions.csv")
	if err != nil {
		return err
	}
	fronts, err := rows(demoFiles, "demo/fronts.csv")
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := demoHead(tx, names); err != nil {
			return err
		}
		if err := demoFront(tx, fronts); err != nil {
			return err
		}
		fresh, err := s.demoItems(tx, items)
		if err != nil || len(fresh) == 0 {
			return err
		}
		for _, paper := range fresh {
			if err := propose(tx, paper.Head, paper.Year); err != nil {
				return err
			}
		}
		return demoChanges(tx, changes)
	})
}

func demoHead(tx *db.Tx, names []map[string]string) error {
	h, err := headByNumber(tx, "47")
	if fault.Is(err, fault.NotFound) {
		return nil // its papers were not imported
	}
	if err != nil {
		return err
	}
	if h.Department == "" {
		h.Department = demoDepartment
		if err := writeHead(tx, h); err != nil {
			return err
		}
	}
	papers, err := years(tx, h.Number)
	if err != nil {
		return err
	}
	cut, err := programmes(tx, h.Number)
	if err != nil {
		return err
	}
	for _, r := range names {
		for _, y := range papers {
			if y.Year == r["year"] && r["programme"] == "" && y.Name.EN == "" {
				y.Name.EN, y.Name.SC = r["en"], r["sc"]
				if err := writeYear(tx, y); err != nil {
					return err
				}
			}
		}
		for _, p := range cut {
			if p.Year == r["year"] && p.Number == r["programme"] && p.Name.EN == "" {
				p.Name.EN, p.Name.SC = r["en"], r["sc"]
				if err := writeProgramme(tx, p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// demoFront gives the newest paper's front the words that its figures do not have.
func demoFront(tx *db.Tx, fronts []map[string]string) error {
	there, err := years(tx, "47")
	if err != nil || len(there) == 0 {
		return err
	}
	last := there[len(there)-1].Year
	f, err := frontOf(tx, "47", last)
	if err != nil || f.Secretary.EN != "" || f.Version == 0 {
		return err
	}
	ours := Front{Aims: map[string]lang.Text{}, Description: map[string][]lang.Text{}}
	for _, r := range fronts {
		t := lang.Text{TC: r["tc"], EN: r["en"]}
		switch r["field"] {
		case "office":
			ours.Office = t
		case "officer":
			ours.Officer = t
		case "area":
			ours.Area = r["tc"]
		case "area-name":
			ours.AreaName = t
		case "secretary":
			ours.Secretary = t
		case "aim":
			ours.Aims[r["programme"]] = t
		case "description":
			ours.Description[r["programme"]] = append(ours.Description[r["programme"]], t)
		}
	}
	f.fill(ours)
	return writeFront(tx, "47", last, f)
}

// demoItems adds the items of papers that have none, and says which those are.
func (s *Service) demoItems(tx *db.Tx, items []map[string]string) (fresh []Year, err error) {
	all, err := years(tx, "47")
	if err != nil {
		return nil, err
	}
	known, err := measures(tx, "47")
	if err != nil {
		return nil, err
	}
	places := map[string]int{}
	for _, y := range all {
		there, err := initiativesOfPaper(tx, y.Head, y.Year)
		if err != nil {
			return nil, err
		}
		if len(there) > 0 {
			continue
		}
		fresh = append(fresh, y)
		for _, r := range items {
			if r["year"] != y.Year {
				continue
			}
			places[r["year"]+r["programme"]+r["part"]]++
			i := Initiative{
				ID: id.New[InitiativeID](tx.Now()), Head: y.Head, Year: y.Year, Programme: r["programme"], Part: Part(r["part"]),
				Line: atoi(r["line"]), Place: places[r["year"]+r["programme"]+r["part"]], Title: lang.Text{TC: r["tc"], EN: r["en"]},
				Department: demoDepartment, State: UnderWay, System: r["system"],
			}
			if i.Part == Done {
				i.State = Finished
			}
			if err := writeInitiative(tx, i, Initiative{}); err != nil {
				return nil, err
			}
			if err := demoTies(tx, i, r, known); err != nil {
				return nil, err
			}
			if err := s.index(tx, []search.Doc{i.document()}); err != nil {
				return nil, err
			}
		}
	}
	return fresh, nil
}

func demoTies(tx *db.Tx, i Initiative, r map[string]string, known []Measure) error {
	var money []Carrier
	for _, c := range split(r["money"]) {
		kind, code, _ := strings.Cut(c, "/")
		money = append(money, Carrier{kind, code})
	}
	if err := setCarriers(tx, i.ID, money); err != nil {
		return err
	}
	for _, name := range split(r["measure"]) {
		n := slices.IndexFunc(known, func(m Measure) bool { return sameWords(m.Name.TC, name) })
		if n < 0 {
			continue
		}
		if err := use(tx, i.ID, known[n].ID); err != nil {
			return err
		}
	}
	return nil
}

func demoChanges(tx *db.Tx, changes []map[string]string) error {
	known, err := successions(tx, "47")
	if err != nil || len(known) > 0 {
		return err
	}
	for _, r := range changes {
		err := insertSuccession(tx, Succession{
			ID: id.New[string](tx.Now()), From: Place{r["head"], r["from_year"], r["from"]}, To: Place{r["head"], r["to_year"], r["to"]},
			Kind: SuccessionKind(r["kind"]), Reason: lang.Text{TC: r["tc"], EN: r["en"], SC: r["sc"]}, Line: atoi(r["line"]),
			DecidedBy: "demonstration", DecidedAt: tx.Now(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
