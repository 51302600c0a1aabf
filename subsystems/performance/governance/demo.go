package governance

import (
	"context"
	"embed"
	"encoding/csv"
	"slices"
	"strconv"

	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/db"
)

//go:embed demo/*.csv
var demoFiles embed.FS

// demoTable reads a table of the demonstration, without its heading.
func demoTable(name string) ([][]string, error) {
	f, err := demoFiles.Open("demo/" + name + ".csv")
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[1:], f.Close()
}

func textOf(cells []string) lang.Text { return lang.Text{TC: cells[0], EN: cells[1], SC: cells[2]} }

// officesWithPlans is how many departments hold an IT plan in the demonstration: as many as
// in the papers of Head 47, where the directory has so many.
const officesWithPlans = 67

// LoadDemo fills an empty store with a made-up government: every thing is marked as
// invented (示範), and dated from today, so that something is always late and something due.
// A store that has systems already stays as it is.
func (s *Service) LoadDemo(ctx context.Context) error {
	all, err := s.Departments.All(ctx)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		there, err := systems(tx)
		if err != nil || len(there) > 0 {
			return err
		}
		d := invention{Service: s, tx: tx, today: tx.Now().Day()}
		for _, x := range all {
			if x.On(d.today) && !x.Body {
				d.offices = append(d.offices, x.Code)
			}
		}
		if len(d.offices) == 0 {
			return nil
		}
		for _, step := range []func() error{d.systems, d.plans, d.projects, d.orders, d.levels, d.audits} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
}

// invention is a demonstration that is being made.
type invention struct {
	*Service
	tx      *db.Tx
	today   when.Day
	offices []string // codes of departments
	made    []Project
}

// office gives one of the departments; they take turns.
func (d *invention) office(i int) string { return d.offices[(i*7)%len(d.offices)] }

// provider is the office that serves the others: the Digital Policy Office, where there is one.
func (d *invention) provider() string {
	if slices.Contains(d.offices, "DPO") {
		return "DPO"
	}
	return d.offices[0]
}

// made-up officers: the second one confirms what the first one files.
func (d *invention) first(department string) hand {
	return hand{"invented-1-" + department, department}
}

func (d *invention) second(department string) hand {
	return hand{"invented-2-" + department, department}
}

func whole(n int) Figure { return known(money.Int(int32(n))) } //nolint:gosec // small numbers of this file

func (d *invention) systems() error {
	rows, err := demoTable("systems")
	if err != nil {
		return err
	}
	for _, r := range rows {
		x := System{
			Code: r[0], Kind: SystemKind(r[1]), Risk: Risk(r[3]), Page: r[4], Name: textOf(r[5:]), Department: d.provider(), Invented: true,
		}
		if x.Risk != Normal {
			x.Reason = "示範：涉及大量市民資料。Invented: holds data of many people."
		}
		if x.Kind == BodySystem {
			x.Body = lang.Text{TC: "數碼港", EN: "Cyberport", SC: "数码港"}
		}
		if err := d.system(x, SystemState(r[2])); err != nil {
			return err
		}
	}
	return nil
}

func (d *invention) system(x System, state SystemState) error {
	by := d.first(x.Department)
	if err := register(d.tx, by, x); err != nil {
		return err
	}
	x.State, x.Version = Building, 1
	kinds := d.rules().checksOf(x.Risk)
	for i, k := range kinds {
		if state != Live && i%2 == 1 {
			continue // still open
		}
		c := Check{System: x.Code, Kind: k.Code, State: CheckPassed, Evidence: "示範報告 Invented report " + strconv.Itoa(i+1), Day: d.today.Add(-500)}
		if err := d.recordCheck(d.tx, by, x, c); err != nil {
			return err
		}
	}
	if state != Live {
		return nil
	}
	if err := d.goLive(d.tx, by, x, d.today.Add(-450)); err != nil {
		return err
	}
	return d.running(x)
}

// running gives a system its subscribers, months and incidents.
func (d *invention) running(x System) error {
	by := d.first(x.Department)
	if x.Kind == DepartmentalSystem || x.Risk == Normal {
		return nil
	}
	n := min(9, len(d.offices))
	for i := range n {
		sub := Subscription{System: x.Code, Department: d.offices[i*len(d.offices)/n], Period: Period{From: d.today.Add(-440 + 20*i)}}
		if err := subscribe(d.tx, by, sub); err != nil {
			return err
		}
	}
	month := when.Day{Year: d.today.Year, Month: d.today.Month, Date: 1}
	for i := range 12 {
		last := month.Add(-1)
		month = when.Day{Year: last.Year, Month: last.Month, Date: 1}
		agreed := int64(last.Date) * 24 * 60
		down := int64((i * i * 7) % 60)
		a := Availability{
			System: x.Code, Month: last.String()[:7], AgreedMinutes: agreed, AvailableMinutes: agreed - down, CostThousands: whole(900 + 13*i),
		}
		if err := recordMonth(d.tx, by, a); err != nil {
			return err
		}
	}
	return nil
}

func (d *invention) plans() error {
	from := when.Day{Year: int(d.today.FinancialYear()), Month: 4, Date: 1}
	to := when.Day{Year: from.Year + 3, Month: 3, Date: 31}
	span := when.FinancialYear(from.Year).String() + "–" + when.FinancialYear(from.Year+2).String()
	for i, office := range d.offices[:min(officesWithPlans, len(d.offices))] {
		p := Plan{
			Department: office, Kind: ITPlan, Period: Period{from, to}, Invented: true,
			Title: lang.Text{TC: "資訊科技計劃 " + span, EN: "IT plan " + span, SC: "资讯科技计划 " + span},
		}
		if _, err := filePlan(d.tx, d.first(office), p); err != nil {
			return err
		}
		if i%3 == 0 {
			continue
		}
		p.Kind, p.Title = DigitalStrategy, lang.Text{TC: "數碼化策略 " + span, EN: "Digital strategy " + span, SC: "数码化策略 " + span}
		if _, err := filePlan(d.tx, d.first(office), p); err != nil {
			return err
		}
	}
	return nil
}

// returned is how many projects have a return that counts; what comes after them stands
// somewhere on the way.
const returned = 34

func (d *invention) projects() error {
	names, err := demoTable("projects")
	if err != nil {
		return err
	}
	built, err := systems(d.tx)
	if err != nil {
		return err
	}
	for i := range 2 * len(names) {
		p := Project{
			Department: d.office(i), Reference: "D" + strconv.Itoa(1001+i), Title: textOf(names[i%len(names)]), Invented: true,
			Vote: "710 A007GX",
		}
		if i%3 == 0 {
			p.System = built[i/3%len(built)].Code
		}
		if i >= len(names) {
			p.Title = lang.Text{TC: p.Title.TC + "（第二期）", EN: p.Title.EN + " (phase 2)", SC: p.Title.SC + "（第二期）"}
		}
		if err := d.project(i, p); err != nil {
			return err
		}
	}
	return nil
}

func (d *invention) project(i int, p Project) error {
	by, ended := d.first(p.Department), d.today.Add(-40-25*i)
	switch {
	case i == returned: // its return is late
		ended = d.today.Add(-250)
	case i > returned:
		ended = d.today.Add(-100 + 40*(i-returned-1))
	}
	promised := ended.Add(12)
	if i%4 == 3 {
		promised = ended.Add(-70)
	}
	cost := 1200 + 370*i
	p.Planned = Schedule{ended.Add(-400), promised, whole(cost)}
	p, err := propose(d.tx, by, p)
	if err != nil || i == returned+7 {
		return err // one is only proposed
	}
	if p, err = move(d.tx, by, p, Approved, Milestone{}, ""); err != nil || i == returned+6 {
		return err
	}
	if p, err = move(d.tx, by, p, Running, Milestone{Day: ended.Add(-395)}, ""); err != nil {
		return err
	}
	if i%8 == 3 {
		later := Schedule{p.Planned.Start, ended, p.Planned.CostThousands}
		if p, err = replan(d.tx, by, p, later, "示範：增加了用戶要求的功能。Invented: users asked for more."); err != nil {
			return err
		}
	}
	switch i {
	case returned + 3, returned + 4:
		return nil // they go on
	case returned + 5:
		_, err = move(d.tx, by, p, Shelved, Milestone{}, "示範：優先處理其他項目。Invented: others came first.")
		return err
	}
	if p, err = move(d.tx, by, p, Finished, Milestone{ended, whole(cost * 19 / 20)}, ""); err != nil || i == returned {
		return err // one lacks its return
	}
	d.made = append(d.made, p)
	return d.answer(i, p)
}

func (d *invention) answer(i int, p Project) error {
	stated := Answers{ToSpecification: i != 12, WithBenefits: i != 21}
	rests := Evidence{Specification: "示範：驗收測試報告。Invented: acceptance test.", Benefits: "示範：用戶意見調查。Invented: survey of users."}
	r, err := fileReturn(d.tx, d.first(p.Department), p, stated, rests, "")
	if err != nil || i > returned {
		return err // the last ones wait
	}
	return confirm(d.tx, d.second(p.Department), r)
}

func (d *invention) orders() error {
	year := d.today.FinancialYear()
	for i := range 66 {
		o := Order{
			Department: d.office(i), Reference: "W" + strconv.Itoa(2001+i), Title: "示範工作 Invented work " + strconv.Itoa(i+1),
			Year: (year - when.FinancialYear(i%3)).String(), ValueThousands: whole(1500 + i*7919%90000), Outsourced: i%10 != 0, Invented: true,
		}
		if i < len(d.made) {
			o.Department, o.Project = d.made[i].Department, d.made[i].ID
		}
		if _, err := recordOrder(d.tx, d.first(o.Department), o); err != nil {
			return err
		}
	}
	return nil
}

func (d *invention) levels() error {
	rows, err := demoTable("levels")
	if err != nil {
		return err
	}
	for i, r := range rows {
		agreed, err := ParseFigure(r[1])
		if err != nil {
			return err
		}
		l := Level{
			Service: textOf(r[4:]), Provider: d.provider(), Agreed: agreed, Unit: Unit(r[2]), Direction: Direction(r[3]),
			Period: Period{From: when.Day{Year: d.today.Year - 3, Month: 1, Date: 1}}, Invented: true,
		}
		if i%2 == 1 {
			l.User = d.office(i)
		}
		if l, err = agree(d.tx, d.first(l.Provider), l); err != nil {
			return err
		}
		if err := d.judged(i, l); err != nil {
			return err
		}
	}
	return nil
}

// judged judges a level for each quarter of two years and of this one so far; one is missed.
func (d *invention) judged(level int, l Level) error {
	for q := range 12 {
		from := when.Day{Year: d.today.Year - 2 + q/4, Month: 1, Date: 1}
		from = monthsAfter(from, q%4*3)
		j := Judgement{Period: Period{from, monthsAfter(from, 3).Add(-1)}, Measured: l.Agreed, Evidence: "示範：監察記錄。Invented: monitoring record."}
		if level == 4 && q == 9 {
			j.Measured = whole(41)
		}
		if !j.To.Before(d.today) {
			return nil
		}
		if err := judge(d.tx, d.first(l.Provider), l, j); err != nil {
			return err
		}
	}
	return nil
}

func (d *invention) audits() error {
	rows, err := demoTable("findings")
	if err != nil {
		return err
	}
	services := []lang.Text{
		{TC: "食物業牌照網上申請", EN: "Online applications for food licences", SC: "食物业牌照网上申请"},
		{TC: "驗車預約", EN: "Bookings for vehicle examination", SC: "验车预约"},
	}
	for i, service := range services {
		a, err := openAudit(d.tx, d.first(d.provider()), Audit{
			Service: service, Department: d.office(i + 1), Period: Period{d.today.Add(-300 + 90*i), d.today.Add(-240 + 90*i)}, Invented: true,
			Auditor: lang.Text{TC: "示範審核組", EN: "Invented review team", SC: "示范审核组"},
			Scope:   lang.Text{TC: "由查詢到取得結果的每一步", EN: "Every step from the enquiry to the result", SC: "由查询到取得结果的每一步"},
		})
		if err != nil {
			return err
		}
		if err := d.findings(a, strconv.Itoa(i+1), rows); err != nil {
			return err
		}
	}
	return nil
}

func (d *invention) findings(a Audit, number string, rows [][]string) error {
	for i, r := range rows {
		if r[0] != number {
			continue
		}
		f, err := find(d.tx, d.first(d.provider()), Finding{
			Audit: a.ID, What: textOf(r[1:]), Recommendation: textOf(r[4:]), Owner: "示範主任 Invented officer", Due: d.today.Add(-80 + 40*i),
		})
		if err != nil {
			return err
		}
		way := map[string][]FindingStatus{
			"accepted": {FindingAccepted}, "done": {FindingAccepted, FindingDone}, "not-accepted": {FindingNotAccepted},
		}[r[7]]
		for _, to := range way {
			if err := follow(d.tx, d.first(a.Department), f, to, "示範 Invented"); err != nil {
				return err
			}
			f.Status, f.Version = to, f.Version+1
		}
	}
	return nil
}
