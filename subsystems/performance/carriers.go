package performance

import (
	"context"

	"praya/kernel/lang"
	"praya/platform/web"
)

// systemView is the running system that an initiative is about.
type systemView struct {
	Code string
	Name lang.Text
	Path string // where it runs
	Live bool
}

// carriedView is the money that carries an initiative, as far as it is known.
type carriedView struct {
	Carrier
	Name    lang.Text
	Path    string
	Figures []figureView
}

type figureView struct{ Label, Thousands string }

// moneyView is a head's money through its papers.
type moneyView struct {
	Years       []string
	Programmes  []moneyRow
	Commitments []moneyRow
}

// moneyRow is one line of money through the years.
type moneyRow struct {
	Name    lang.Text
	Path    string
	Amounts []string // by year; empty where not known
	Breaks  []bool
}

func (s *Service) systemOf(context.Context, string) (systemView, error) { return systemView{}, nil }

func (s *Service) carriedBy(context.Context, Story) ([]carriedView, error) { return nil, nil }

func (s *Service) moneyOf(context.Context, string, []Year) (moneyView, error) {
	return moneyView{}, nil
}

func (s *Service) carrierOf(*web.Visit, string, string, string) (what, path string, err error) {
	return "", "", nil
}

func (s *Service) systemChoices(v *web.Visit) ([]web.Choice, error) {
	return []web.Choice{{Label: v.T("performance.follow.no-system")}}, nil
}

func (s *Service) moneyChoices(*web.Visit, string, string) ([]web.Choice, error) { return nil, nil }
