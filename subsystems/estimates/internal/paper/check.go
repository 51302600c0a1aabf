package paper

import "praya/kernel/money"

// A Check is one sum, difference, percentage or cross-reference, worked out.
type Check struct {
	Check      string         `json:"check"`
	Outcome    string         `json:"outcome"`
	Lines      []int          `json:"lines"`
	Computed   *money.Decimal `json:"computed"`
	Printed    *money.Decimal `json:"printed"`
	Difference *money.Decimal `json:"difference"`
	Footnote   string         `json:"footnote"`
	Why        string         `json:"why"`
	Head       string         `json:"head"`
	Year       string         `json:"year"`
	Row        string         `json:"row"`
	Column     string         `json:"column"`
	Unit       string         `json:"unit"`
	Source     string         `json:"source"`
}

// Outcomes of a check.
const (
	Agrees      = "agrees"
	Rounding    = "rounding"
	Footnoted   = "footnote"
	Note        = "note"
	Fault       = "fault"
	Uncheckable = "uncheckable"
)

// Names of checks.
const (
	CheckProvisionAnalysis  = "provision-analysis"
	CheckProvisionBodies    = "provision-bodies"
	CheckAnalysisTotal      = "analysis-total"
	CheckProgrammesTotal    = "programmes-total"
	CheckPercentage         = "provision-percentage"
	CheckProvisionSubheads  = "provision-subheads"
	CheckSubheadGroup       = "subhead-group"
	CheckSubheadAccount     = "subhead-account"
	CheckSubheadTotal       = "subhead-total"
	CheckExpensesTotal      = "expenses-total"
	CheckExpensesSubhead    = "expenses-subhead"
	CheckCommitmentBalance  = "commitment-balance"
	CheckCommitmentsTotal   = "commitments-total"
	CheckCommitmentsSubhead = "commitments-subhead"
	CheckFrontEstimate      = "front-estimate"
	CheckFrontBalance       = "front-balance"
	CheckFrontCeiling       = "front-ceiling"
	CheckPostsChange        = "posts-change"
	CheckPostsTotal         = "posts-total"
	CheckPostsNet           = "posts-net"
	CheckPostsProgrammes    = "posts-programmes"
	CheckProseAmount        = "prose-amount"
	CheckProseChange        = "prose-change"
	CheckProsePercentage    = "prose-percentage"
	CheckReasonChange       = "reason-change"
	CheckProseLimit         = "prose-limit"
	CheckFootnoteAmount     = "footnote-amount"
	CheckSeriesTotal        = "series-total"
	CheckSeriesHead         = "series-head"
)

// CheckNames lists every check.
func CheckNames() []string {
	return []string{
		CheckProvisionAnalysis, CheckProvisionBodies, CheckAnalysisTotal, CheckProgrammesTotal, CheckPercentage,
		CheckProvisionSubheads, CheckSubheadGroup, CheckSubheadAccount, CheckSubheadTotal, CheckExpensesTotal,
		CheckExpensesSubhead, CheckCommitmentBalance, CheckCommitmentsTotal, CheckCommitmentsSubhead,
		CheckFrontEstimate, CheckFrontBalance, CheckFrontCeiling, CheckPostsChange, CheckPostsTotal, CheckPostsNet,
		CheckPostsProgrammes, CheckProseAmount, CheckProseChange, CheckProsePercentage, CheckReasonChange,
		CheckProseLimit, CheckFootnoteAmount, CheckSeriesTotal, CheckSeriesHead,
	}
}
