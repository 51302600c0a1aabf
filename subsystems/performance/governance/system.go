package governance

import (
	"regexp"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
)

// SystemKind is the kind of a system.
type SystemKind string

// The kinds.
const (
	CentralPlatform    SystemKind = "central-platform" // 中央平台
	DataCentre         SystemKind = "data-centre"      // 政府數據中心
	Hosting            SystemKind = "hosting"          // 託管平台
	DepartmentalSystem SystemKind = "departmental"     // 部門系統
	BodySystem         SystemKind = "public-body"      // 公共機構的系統
)

// SystemKinds lists them all.
func SystemKinds() []SystemKind {
	return []SystemKind{CentralPlatform, DataCentre, Hosting, DepartmentalSystem, BodySystem}
}

// Risk says whether a system needs extra checks.
type Risk string

// The risks.
const (
	Normal   Risk = "normal"
	Large    Risk = "large"
	HighRisk Risk = "high-risk"
)

// Risks lists them all.
func Risks() []Risk { return []Risk{Normal, Large, HighRisk} }

// SystemState is where a system stands.
type SystemState string

// The states.
const (
	Building SystemState = "building"
	Live     SystemState = "live"
	Retired  SystemState = "retired"
)

// System is something that runs. Version is 0 for one that is not kept yet.
type System struct {
	Code       string      `json:"code"`
	Name       lang.Text   `json:"name"`
	Department string      `json:"department" doc:"Code of the department that answers for it"`
	Kind       SystemKind  `json:"kind" enum:"central-platform,data-centre,hosting,departmental,public-body"`
	Body       lang.Text   `json:"body,omitzero" doc:"Public body under the department that runs it, where one does"`
	Page       string      `json:"page,omitempty" doc:"Where it runs: a path of this site, or an https address"`
	State      SystemState `json:"state" enum:"building,live,retired"`
	LiveFrom   when.Day    `json:"live_from,omitzero"`
	Invented   bool        `json:"invented,omitempty" doc:"Made up for the demonstration"`
	Risk       Risk        `json:"-"` // details of risk are not for the public
	Reason     string      `json:"-"` // why it is large or of high risk
	Version    int64       `json:"version"`
}

var (
	codeForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	pathForm = regexp.MustCompile(`^/[a-z0-9/_-]{0,100}$`)
	siteForm = regexp.MustCompile(`^https://[a-z0-9.-]+(:[0-9]+)?(/[!-~]*)?$`)
)

// address reports whether a text is a path of this site or an https address.
func address(s string) bool {
	return len(s) <= longestLine && (pathForm.MatchString(s) && !strings.HasPrefix(s, "//") || siteForm.MatchString(s))
}

// check finds what is wrong with a system by itself.
func (s System) check() error {
	var w wrongs
	w.need(codeForm.MatchString(s.Code) && len(s.Code) <= 40, "code", "code")
	w.need(s.Name.Complete(), "name-tc", "three-languages")
	w.text(s.Name, "name-", line)
	w.need(slices.Contains(SystemKinds(), s.Kind), "kind", "choose")
	if s.Kind == BodySystem {
		w.text(s.Body, "body-", line)
	} else {
		w.need(s.Body == lang.Text{}, "body-tc", "no-body")
	}
	w.need(s.Page == "" || address(s.Page), "page", "address")
	w.need(slices.Contains(Risks(), s.Risk), "risk", "choose")
	w.need(s.Risk == Normal || s.Reason != "", "reason", "risk-reason")
	w.need(prose(s.Reason), "reason", "line")
	return w.err()
}

// Subscription says that a department uses a system from a day to a day.
type Subscription struct {
	ID         string
	System     string
	Department string
	Period
	Version int64
}

// Availability is a month of a system: what was agreed, what it was up, what it cost.
type Availability struct {
	System           string
	Month            string // 2026-01
	AgreedMinutes    int64
	AvailableMinutes int64
	CostThousands    Figure
	Version          int64
}

var monthForm = regexp.MustCompile(`^[12][0-9]{3}-(0[1-9]|1[0-2])$`)

// longestMonth is 31 days in minutes.
const longestMonth = 31 * 24 * 60

func (a Availability) check() error {
	var w wrongs
	w.need(monthForm.MatchString(a.Month), "month", "month")
	w.need(a.AgreedMinutes > 0 && a.AgreedMinutes <= longestMonth, "agreed", "minutes")
	w.need(a.AvailableMinutes >= 0 && a.AvailableMinutes <= a.AgreedMinutes, "available", "available")
	w.need(!a.CostThousands.Known || a.CostThousands.amount(), "cost", "amount")
	return w.err()
}

// up is the share of the agreed minutes, in minutes.
func (a Availability) up() Share { return Share{int(a.AvailableMinutes), int(a.AgreedMinutes)} }

// Incident is a stretch of time in which a system did not do what it should.
type Incident struct {
	ID      string
	System  string
	Day     when.Day
	Minutes int64
	What    string
}

func (i Incident) check() error {
	var w wrongs
	w.need(!i.Day.IsZero(), "day", "day")
	w.need(i.Minutes > 0 && i.Minutes <= 12*longestMonth, "minutes", "minutes")
	w.need(i.What != "" && prose(i.What), "what", "line")
	return w.err()
}

// CheckState is how an extra check stands.
type CheckState string

// The states.
const (
	CheckOpen   CheckState = "open"
	CheckPassed CheckState = "passed"
)

// Check is an extra check of a large or high-risk system.
type Check struct {
	System   string
	Kind     string
	Name     lang.Text // of the kind
	State    CheckState
	Evidence string
	Day      when.Day
	Version  int64
}

func (c Check) check(today when.Day) error {
	var w wrongs
	w.need(c.State == CheckOpen || c.State == CheckPassed, "state", "choose")
	w.need(prose(c.Evidence), "evidence", "line")
	if c.State == CheckPassed {
		w.need(c.Evidence != "", "evidence", "evidence")
		w.need(!c.Day.IsZero() && !today.Before(c.Day), "day", "past-day")
	}
	return w.err()
}

// checksFor are the checks that a system needs: what was recorded of each, else an open one.
func (r Rules) checksFor(s System, recorded []Check) []Check {
	var out []Check
	for _, kind := range r.checksOf(s.Risk) {
		c := Check{System: s.Code, Kind: kind.Code, State: CheckOpen}
		if i := slices.IndexFunc(recorded, func(c Check) bool { return c.Kind == kind.Code }); i >= 0 {
			c = recorded[i]
		}
		c.Name = kind.Name
		out = append(out, c)
	}
	return out
}

// mayGoLive refuses while a check is open, and says how many are.
func mayGoLive(checks []Check) error {
	open := 0
	for _, c := range checks {
		if c.State != CheckPassed {
			open++
		}
	}
	if open > 0 {
		return fault.New(fault.Invalid, "governance.fault.checks-open").At("state", "governance.wrong.checks-open")
	}
	return nil
}
