package paper

import (
	"strconv"
	"strings"
)

// A column is one heading of a table, resolved to a canonical name.
type column struct {
	role string // one of the roles below, "" when the heading is blank or unknown
	year int    // first calendar year, 0 for target, approved, ...
	cal  bool   // a calendar year, not a financial one
	term bool   // a school year
	unit string
	odd  bool // the heading was lost, or its year does not fit
	cell int

	subhead bool // worded as in the table of subheads
}

// Roles of columns.
const (
	roleActual      = "actual"
	roleOriginal    = "original"
	roleRevised     = "revised"
	roleEstimate    = "estimate"
	rolePlan        = "plan"
	roleTarget      = "target"
	roleApproved    = "approved"
	roleAccumulated = "accumulated"
	roleBalance     = "balance"
)

// name is the canonical name: "2024-25 revised", "2025 plan", "target".
func (c column) name() string {
	switch {
	case c.role == "":
		return ""
	case c.year == 0:
		return c.role
	case c.cal:
		return strconv.Itoa(c.year) + " " + c.role
	case c.term:
		return strings.Replace(fiscal(c.year).String(), "-", "/", 1) + " " + c.role
	}
	return fiscal(c.year).String() + " " + c.role
}

// parseHeading reads one folded heading cell. It is a heading only if nothing
// remains when year, role and unit are taken away.
func parseHeading(key string) (c column, ok bool) {
	if key == "" {
		return c, false
	}
	s, unit := takeUnit(key)
	c.unit = unit
	if s == "" {
		return c, unit != ""
	}
	switch s {
	case "目標":
		c.role = roleTarget
		return c, true
	case "核准承擔額":
		c.role = roleApproved
		return c, true
	case "結餘":
		c.role = roleBalance
		return c, true
	case "承擔額": // spans the three columns before the balance
		return c, true
	}
	if strings.HasPrefix(s, "截至") && strings.HasSuffix(s, "累積開支") {
		c.role = roleAccumulated
		return c, true
	}
	s = c.takeYear(s)
	word := strings.Trim(s, "()")
	role, known := roleWord(word)
	c.role, c.subhead = role, word == "實際開支" || word == "核准預算"
	return c, known && (c.year != 0 || role != "")
}

// takeYear reads a year at the start of a heading and returns the rest.
func (c *column) takeYear(s string) string {
	if y, fits, n := fiscalAt(s); n > 0 {
		c.year, c.odd = int(y), !fits
		return strings.TrimPrefix(s[n:], "年度")
	}
	if y, fits, n := fiscalAt(strings.Replace(s, "/", "-", 1)); n > 0 {
		c.year, c.odd, c.term = int(y), !fits, true
		return strings.TrimPrefix(strings.TrimPrefix(s[n:], "學年"), "年度")
	}
	if y, n := digitsAt(s, 5); n == 4 {
		c.year, c.cal, c.odd = y, true, !plausibleYear(y)
		return strings.TrimPrefix(s[n:], "年")
	}
	if y, fits, end := chineseFiscal(s); end > 0 && strings.HasPrefix(s[end:], "年度") {
		c.year, c.odd = int(y), !fits
		return strings.TrimPrefix(s[end:], "年度")
	}
	return s
}

// roleWord resolves the words of a heading; 核准預算 and 原來預算 are both original.
func roleWord(s string) (string, bool) {
	switch s {
	case "":
		return "", true
	case "實際", "實際開支", "實際數字":
		return roleActual, true
	case "原來預算", "核准預算", "原來", "原來預算開支":
		return roleOriginal, true
	case "修訂", "修訂預算", "修訂預算開支":
		return roleRevised, true
	case "預算", "預算開支":
		return roleEstimate, true
	case "計劃":
		return rolePlan, true
	case "目標":
		return roleTarget, true
	}
	return "", false
}

// takeUnit cuts a unit of money off the end of a folded heading.
func takeUnit(s string) (rest, unit string) {
	for _, u := range [...]struct{ word, unit string }{
		{"(百萬元)", UnitMillion},
		{"百萬元", UnitMillion},
		{"($'000)", UnitThousand},
		{"$'000", UnitThousand},
		{"('000)", UnitThousand},
		{"(千元)", UnitThousand},
		{"千元", UnitThousand},
		{"(百万元)", UnitMillion},
	} {
		if strings.HasSuffix(s, u.word) {
			return s[:len(s)-len(u.word)], u.unit
		}
	}
	return s, ""
}

// expectedColumns are the four columns that every table of provision has in
// the paper of a year, and the four of commitments.
func expectedColumns(kind string, y fiscal) []column {
	n := int(y)
	switch kind {
	case TableProvision, TableAnalysis, TableSubheads, TableExpenses:
		return []column{
			{role: roleActual, year: n - 2},
			{role: roleOriginal, year: n - 1},
			{role: roleRevised, year: n - 1},
			{role: roleEstimate, year: n},
		}
	case TableCommitments:
		return []column{{role: roleApproved}, {role: roleAccumulated}, {role: roleRevised, year: n - 1}, {role: roleBalance}}
	}
	return nil
}

// wanted gives the names of the expected columns of a table, worked out once.
func (w *walk) wanted(kind string) []string {
	names, ok := w.expected[kind]
	if !ok {
		names = columnNames(expectedColumns(kind, w.year))
		w.expected[kind] = names
	}
	return names
}
