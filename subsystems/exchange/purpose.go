package exchange

import "praya/kernel/lang"

// Purpose is what data are used for. Term is the nearest term of the W3C Data Privacy
// Vocabulary (DPV 2.0 to 2.3, purposes), which our local list makes narrower.
type Purpose struct {
	Code  string
	Term  string
	Label lang.Text
}

// Purposes is the local list.
func Purposes() []Purpose {
	return []Purpose{
		{"licence-application", "dpv:ServiceProvision", lang.Text{TC: "處理牌照或許可證申請", EN: "Deal with an application for a licence or permit", SC: "处理牌照或许可证申请"}},
		{"service-application", "dpv:ServiceProvision", lang.Text{TC: "處理政府服務申請", EN: "Deal with an application for a public service", SC: "处理政府服务申请"}},
		{"benefit-eligibility", "dpv:FulfilmentOfObligation", lang.Text{TC: "審核福利或津貼資格", EN: "Check who is entitled to a benefit or allowance", SC: "审核福利或津贴资格"}},
		{"record-update", "dpv:RecordManagement", lang.Text{TC: "更新紀錄", EN: "Bring records up to date", SC: "更新纪录"}},
		{"identity-check", "dpv:IdentityVerification", lang.Text{TC: "核實身份", EN: "Check an identity", SC: "核实身份"}},
		{"credit-assessment", "dpv:CustomerSolvencyMonitoring", lang.Text{TC: "評估信貸申請", EN: "Assess an application for credit", SC: "评估信贷申请"}},
		{"account-opening", "dpv:CustomerManagement", lang.Text{TC: "開立帳戶", EN: "Open an account", SC: "开立账户"}},
		{"law-enforcement", "dpv:LegalCompliance", lang.Text{TC: "執行法例", EN: "Enforce the law", SC: "执行法例"}},
		{"research-statistics", "dpv:ResearchAndDevelopment", lang.Text{TC: "研究及統計", EN: "Research and statistics", SC: "研究及统计"}},
	}
}

// PurposeOf gives a purpose by its code.
func PurposeOf(code string) (Purpose, bool) {
	for _, p := range Purposes() {
		if p.Code == code {
			return p, true
		}
	}
	return Purpose{}, false
}
