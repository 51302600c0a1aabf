package votes

import (
	"context"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/db"
)

// sheetNames are the public tables of a head and a year, as files.
func sheetNames() []string {
	return []string{"subheads", "components", "programmes", "commitments", "series", "months", "posts"}
}

// Sheet gives one of the public tables as rows of cells, the header first. Figures are plain
// decimals, in the unit that their column names; what is not known is empty.
func (s *Service) Sheet(ctx context.Context, head, year, name string) (rows [][]string, err error) {
	o, err := s.Overview(ctx, head, year)
	if err != nil {
		return nil, err
	}
	switch name {
	case "subheads":
		return subheadSheet(o), nil
	case "components":
		return componentSheet(o.Book), nil
	case "programmes":
		return programmeSheet(o.Book), nil
	case "commitments":
		return itemSheet(o.Items), nil
	case "series":
		return s.seriesSheet(ctx, o)
	case "months":
		return monthSheet(o), nil
	case "posts":
		y, err := parseYear(o.Year)
		if err != nil {
			return nil, err
		}
		staff, err := s.Staffing(ctx, head, lastDay(y))
		return postSheet(staff), err
	}
	return nil, fault.New(fault.NotFound, "votes.fault.no-sheet")
}

func three(t lang.Text) []string { return []string{t.TC, t.EN} }

func columnCells(c Columns) (out []string) {
	for _, d := range c.list() {
		out = append(out, written(d))
	}
	return out
}

func dollars(c *Cents) string {
	if c == nil {
		return ""
	}
	return c.Dollars().String()
}

func subheadSheet(o Overview) [][]string {
	rows := [][]string{{
		"head", "year", "subhead", "name_zh", "name_en", "account", "group_zh", "original_dollars", "provision_dollars", "revised_dollars",
		"spent_dollars", "forecast_dollars", "variance_dollars", "explanation",
	}}
	for _, x := range o.Subheads {
		rows = append(rows, append(append([]string{x.Head, x.Year, x.Code}, three(x.Name)...), string(x.Account), x.Group.TC,
			dollars(x.Original), dollars(&x.Provision), dollars(x.Revised), dollars(x.Spent), dollars(x.total()), dollars(x.Variance), x.Explained))
	}
	return rows
}

func componentSheet(b Book) [][]string {
	rows := [][]string{{"head", "year", "component", "group_zh", "name_zh", "name_en", "actual_thousands", "original_thousands", "revised_thousands", "estimate_thousands"}}
	for _, c := range b.Components {
		rows = append(rows, append(append([]string{b.Head, b.Year, c.Code, c.Group.TC}, three(c.Name)...), columnCells(c.Thousands)...))
	}
	return rows
}

func programmeSheet(b Book) [][]string {
	rows := [][]string{{"head", "year", "programme", "name_zh", "name_en", "actual_millions", "original_millions", "revised_millions", "estimate_millions"}}
	for _, p := range b.Programmes {
		rows = append(rows, append(append([]string{b.Head, b.Year, p.Number}, three(p.Name)...), columnCells(p.Millions)...))
	}
	return rows
}

func itemSheet(items []Item) [][]string {
	rows := [][]string{{"subhead", "item", "name_zh", "name_en", "approved_dollars", "accumulated_dollars", "spent_dollars", "balance_dollars"}}
	for _, i := range items {
		rows = append(rows, append(append([]string{i.Subhead, i.Code}, three(i.Name)...), dollars(&i.Approved), dollars(&i.Accumulated), dollars(&i.Spent), dollars(&i.Balance)))
	}
	return rows
}

func (s *Service) seriesSheet(ctx context.Context, o Overview) ([][]string, error) {
	rows := [][]string{{"item", "year", "approved_thousands", "accumulated_thousands", "revised_thousands", "balance_thousands", "paid_dollars", "planned_dollars"}}
	for _, i := range o.Items {
		points, err := s.Series(ctx, o.Head, i.Code)
		if err != nil {
			return nil, err
		}
		for _, p := range points {
			c := Commitment{}
			if p.Paper != nil {
				c = *p.Paper
			}
			rows = append(rows, []string{
				i.Code, p.Year, written(c.ApprovedThousands), written(c.AccumulatedThousands), written(c.RevisedThousands), written(c.BalanceThousands), dollars(p.Paid), dollars(p.Plan),
			})
		}
	}
	return rows, nil
}

func monthSheet(o Overview) [][]string {
	rows := [][]string{{"head", "year", "subhead", "month", "spent_dollars", "planned_dollars"}}
	for _, x := range o.Subheads {
		for _, m := range x.Months {
			rows = append(rows, []string{x.Head, x.Year, x.Code, string(m.Month), dollars(m.Actual), dollars(m.Plan)})
		}
	}
	return rows
}

func postSheet(s Staffing) [][]string {
	rows := [][]string{{"head", "day", "rank", "name_zh", "name_en", "directorate", "posts", "midpoint_dollars", "value_dollars"}}
	for _, r := range s.Ranks {
		rows = append(rows, append(append([]string{s.Head, s.Day.String(), r.Code}, three(r.Name)...),
			strconv.FormatBool(r.Directorate), strconv.FormatInt(r.Posts, 10), strconv.FormatInt(r.MidpointDollars, 10), r.Value.Dollars().String()))
	}
	return rows
}

// JournalSheet gives the whole journal of a head and a year as rows, for its officers.
func (s *Service) JournalSheet(ctx context.Context, head, year string) ([][]string, error) {
	rows := [][]string{{"number", "day", "kind", "subhead", "component", "item", "spent_dollars", "text", "reference", "entered_by", "entered_at", "account", "account_year", "debit_dollars", "credit_dollars"}}
	if _, err := s.may(ctx, "votes.draft", head); err != nil {
		return nil, err
	}
	return rows, s.DB.Read(ctx, func(tx *db.Tx) error {
		entries, _, err := entriesPage(tx, head, year, "", "", 1_000_000, 0)
		if err != nil {
			return err
		}
		for _, e := range entries {
			full, err := entryByID(tx, e.ID)
			if err != nil {
				return err
			}
			for _, l := range full.Legs {
				rows = append(rows, []string{
					strconv.FormatInt(e.Number, 10), e.Day.String(), string(e.Kind), e.Subhead, e.Component, e.Item, e.Cents.Dollars().String(), e.Text, e.Reference,
					e.By, e.At.String(), l.Account, l.Year, l.Debit.Dollars().String(), l.Credit.Dollars().String(),
				})
			}
		}
		return nil
	})
}

// The sheets that officers import.
const (
	paymentSheet = "payments"
	postsSheet   = "posts"
)

// The sheets that whoever runs the program imports.
const (
	rankSheet = "ranks"
	ruleSheet = "rules"
)

func importColumns(sheet string) []string {
	switch sheet {
	case paymentSheet:
		return []string{"day", "subhead", "component", "item", "dollars", "text", "reference"}
	case postsSheet:
		return []string{"day", "rank", "programme", "delta", "permanent", "opening", "reason", "approval"}
	case rankSheet:
		return []string{"rank", "name_tc", "name_en", "name_sc", "directorate", "from", "midpoint_dollars"}
	case ruleSheet:
		return []string{"name", "head", "subhead", "from", "to", "value", "source"}
	}
	return nil
}

// sheetRequest makes one request of a sheet: all of its rows, or none.
func sheetRequest(sheet string, body []byte) (asked Asked, lines []int, wrong []problem) {
	columns := importColumns(sheet)
	if sheet != paymentSheet && sheet != postsSheet {
		return nil, nil, []problem{{key: "votes.sheet.which"}}
	}
	rows, wrong := readTable(body, columns)
	var payments Payments
	var posts PostChanges
	for _, r := range rows {
		if len(wrong) >= maxProblems {
			break
		}
		lines = append(lines, r.line)
		bad := func(column, key string) { wrong = append(wrong, problem{r.line, column, key}) }
		d, err := dayOf(r.cells["day"])
		if err != nil || d.IsZero() {
			bad("day", "votes.wrong.day")
		}
		if sheet == paymentSheet {
			payments.Payments = append(payments.Payments, paymentRow(r, d, bad))
		} else {
			posts.Changes = append(posts.Changes, postRow(r, d, bad))
		}
	}
	if sheet == paymentSheet {
		return payments, lines, wrong
	}
	return posts, lines, wrong
}

func paymentRow(r row, d when.Day, bad func(column, key string)) Payment {
	var c Cents
	n, err := decimalOf(r.cells["dollars"])
	if err == nil {
		c, err = CentsOf(n)
	}
	if err != nil {
		bad("dollars", "votes.wrong.amount")
	}
	return Payment{
		Day: d, Subhead: r.cells["subhead"], Component: r.cells["component"], Item: r.cells["item"], Cents: c, Text: r.cells["text"], Reference: r.cells["reference"],
	}
}

func postRow(r row, d when.Day, bad func(column, key string)) PostChange {
	n, err := decimalOf(r.cells["delta"])
	whole, err2 := n.At(0)
	if err != nil || err2 != nil || whole.Cmp(money.Int(mostPosts)) > 0 {
		bad("delta", "votes.wrong.delta")
	}
	yes := func(name string) bool {
		switch strings.ToLower(r.cells[name]) {
		case "yes":
			return true
		case "no", "":
		default:
			bad(name, "votes.sheet.yes-no")
		}
		return false
	}
	return PostChange{
		Day: d, Rank: r.cells["rank"], Programme: r.cells["programme"], Delta: whole.Coef(), Permanent: yes("permanent"), Opening: yes("opening"),
		Reason: r.cells["reason"], Approval: r.cells["approval"],
	}
}

// Load brings pay scales or rules in from a sheet: all of its rows, or none. It gives how many
// rows there were; a fault names the first row that is wrong.
func (s *Service) Load(ctx context.Context, sheet string, body []byte) (int, error) {
	if err := s.mayLoad(ctx); err != nil {
		return 0, err
	}
	if sheet != rankSheet && sheet != ruleSheet {
		return 0, fault.New(fault.NotFound, "votes.fault.no-sheet")
	}
	rows, wrong := readTable(body, importColumns(sheet))
	var ranks []Rank
	var rules []Rule
	for _, r := range rows {
		bad := func(column string) {
			wrong = append(wrong, problem{r.line, column, "votes.sheet.cell"})
		}
		if sheet == rankSheet {
			ranks = append(ranks, rankRow(r, bad))
		} else {
			rules = append(rules, ruleRow(r, bad))
		}
	}
	if len(wrong) > 0 {
		w := wrong[0]
		return 0, fault.New(fault.Invalid, "votes.fault.sheet", "line", strconv.Itoa(w.line), "column", w.column).At(w.column, w.key)
	}
	if sheet == rankSheet {
		return len(ranks), s.LoadRanks(ctx, ranks...)
	}
	return len(rules), s.LoadRules(ctx, rules...)
}

func rankRow(r row, bad func(string)) Rank {
	from, err1 := dayOf(r.cells["from"])
	n, err2 := decimalOf(r.cells["midpoint_dollars"])
	whole, err3 := n.At(0)
	if err1 != nil || from.IsZero() {
		bad("from")
	}
	if err2 != nil || err3 != nil {
		bad("midpoint_dollars")
	}
	directorate := strings.ToLower(r.cells["directorate"])
	if directorate != "yes" && directorate != "no" {
		bad("directorate")
	}
	return Rank{
		Code: r.cells["rank"], Name: lang.Text{TC: r.cells["name_tc"], EN: r.cells["name_en"], SC: r.cells["name_sc"]},
		Directorate: directorate == "yes", From: from, MidpointDollars: whole.Coef(),
	}
}

func ruleRow(r row, bad func(string)) Rule {
	value, err := decimalOf(r.cells["value"])
	if err != nil {
		bad("value")
	}
	return Rule{
		Name: RuleName(r.cells["name"]), Head: r.cells["head"], Subhead: r.cells["subhead"], From: r.cells["from"], To: r.cells["to"],
		Value: value, Source: r.cells["source"],
	}
}
