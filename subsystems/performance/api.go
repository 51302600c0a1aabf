package performance

import (
	"errors"
	"io"
	"net/http"
	"slices"

	"praya/platform/sheet"
	"praya/platform/web"
)

// mountAPI registers what programs read. All of it is public.
func (s *Service) mountAPI(site *web.Site) {
	site.API("GET /api/performance/heads", s.apiHeads, web.OpenData())
	site.API("GET /api/performance/heads/{head}/{year}/initiatives", s.apiInitiatives, web.OpenData())
	site.API("GET /api/performance/heads/{head}/{year}/initiatives.csv", s.downloadInitiatives, web.OpenData())
	site.API("GET /api/performance/heads/{head}/measures", s.apiMeasures, web.OpenData())
	site.API("GET /api/performance/heads/{head}/measures.csv", s.downloadMeasures, web.OpenData())
}

func (s *Service) apiHeads(v *web.Visit) error {
	all, err := s.Heads(v.Context())
	if err != nil {
		return err
	}
	type head struct {
		Head       string   `json:"head"`
		Department string   `json:"department"`
		NameTC     string   `json:"name_tc"`
		NameEN     string   `json:"name_en,omitempty"`
		Years      []string `json:"years"`
	}
	out := []head{}
	for _, h := range all {
		out = append(out, head{h.Number, h.Department, h.Name.TC, h.Name.EN, h.Years})
	}
	return v.JSON(http.StatusOK, map[string]any{"heads": out})
}

// promise is an item of a paper as programs read it.
type promise struct {
	ID        string `json:"id"`
	Programme string `json:"programme"`
	Part      string `json:"part"`
	Line      int    `json:"line"`
	Printed   string `json:"printed,omitempty"`
	TitleTC   string `json:"title_tc,omitempty"`
	TitleEN   string `json:"title_en,omitempty"`
	State     string `json:"state"`
	Due       string `json:"due,omitempty"`
	System    string `json:"system,omitempty"`
	Fate      string `json:"fate,omitempty"`
	Decided   bool   `json:"decided"`
	Why       string `json:"why,omitempty"`
	Next      []next `json:"next,omitempty"`
}

type next struct {
	ID       string   `json:"id"`
	Year     string   `json:"year"`
	Part     string   `json:"part"`
	Relation string   `json:"relation"`
	State    string   `json:"state"`
	Score    int      `json:"score"`
	Shared   []string `json:"shared"`
}

func (s *Service) promises(v *web.Visit) ([]promise, error) {
	all, err := s.Outlooks(v.Context(), v.PathValue("head"), v.PathValue("year"))
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, notFound("paper")
	}
	var out []promise
	for _, o := range all {
		p := promise{
			ID: string(o.ID), Programme: o.Programme, Part: string(o.Part), Line: o.Line, Printed: o.Printed, TitleTC: o.Title.TC,
			TitleEN: o.Title.EN, State: string(o.State), Due: o.Due.String(), System: o.System, Decided: o.Decided, Why: o.FateWhy,
		}
		if o.Part == ToDo {
			p.Fate = string(o.Fate)
		}
		for _, n := range o.Next {
			p.Next = append(p.Next, next{string(n.Item.ID), n.Item.Year, string(n.Item.Part), string(n.Relation), string(n.State), n.Score, n.Shared})
		}
		out = append(out, p)
	}
	return out, nil
}

func (s *Service) apiInitiatives(v *web.Visit) error {
	all, err := s.promises(v)
	if err != nil {
		return err
	}
	return v.JSON(http.StatusOK, map[string]any{"head": v.PathValue("head"), "year": v.PathValue("year"), "initiatives": all})
}

func (s *Service) downloadInitiatives(v *web.Visit) error {
	all, err := s.promises(v)
	if err != nil {
		return err
	}
	lines := [][]string{{"id", "head", "year", "programme", "part", "line", "printed", "title_tc", "title_en", "state", "due", "system", "fate", "decided", "next"}}
	for _, p := range all {
		decided, following := "", ""
		if p.Decided {
			decided = "yes"
		}
		if len(p.Next) > 0 {
			following = p.Next[0].ID
		}
		lines = append(lines, []string{
			p.ID, v.PathValue("head"), v.PathValue("year"), p.Programme, p.Part, itoa(p.Line), p.Printed, p.TitleTC, p.TitleEN, p.State, p.Due,
			p.System, p.Fate, decided, following,
		})
	}
	return s.sheet(v, "head"+v.PathValue("head")+"-"+v.PathValue("year")+"-initiatives.csv", lines)
}

// sheet sends lines as a CSV file for programs.
func (s *Service) sheet(v *web.Visit, name string, lines [][]string) error {
	return v.Download(name, "text/csv; charset=utf-8", func(w io.Writer) error {
		out, err := sheet.NewWriter(w, false)
		if err != nil {
			return err
		}
		for _, line := range lines {
			err = errors.Join(err, out.Write(line))
		}
		return errors.Join(err, out.Close())
	})
}

// figure is a confirmed value as programs read it.
type figure struct {
	Period      string `json:"period"`
	Role        string `json:"role"`
	Value       string `json:"value"`
	Numerator   string `json:"numerator,omitempty"`
	Denominator string `json:"denominator,omitempty"`
	How         string `json:"how"`
	Revision    int    `json:"revision"`
}

type series struct {
	ID           string   `json:"id"`
	Programme    string   `json:"programme"`
	Kind         string   `json:"kind"`
	NameTC       string   `json:"name_tc"`
	NameEN       string   `json:"name_en,omitempty"`
	DefinitionTC string   `json:"definition_tc,omitempty"`
	DefinitionEN string   `json:"definition_en,omitempty"`
	Unit         string   `json:"unit"`
	Target       string   `json:"target,omitempty"`
	Values       []figure `json:"values"`
}

func (s *Service) published(v *web.Visit) ([]series, error) {
	h, err := s.Life(v.Context(), v.PathValue("head"))
	if err != nil {
		return nil, err
	}
	out := []series{}
	for _, m := range h.Measures {
		if m.State == MeasureDraft && !slices.ContainsFunc(m.Values, func(x Value) bool { return x.How == Printed }) {
			continue
		}
		x := series{string(m.ID), m.Programme, string(m.Kind), m.Name.TC, m.Name.EN, m.Definition.TC, m.Definition.EN, m.Unit, amountText(m.Target), []figure{}}
		for _, f := range newest(m.Values) {
			x.Values = append(x.Values, figure{f.Period, string(f.Role), f.Value.String(), amountText(f.Numerator), amountText(f.Denominator), string(f.How), f.Revision})
		}
		out = append(out, x)
	}
	return out, nil
}

func (s *Service) apiMeasures(v *web.Visit) error {
	all, err := s.published(v)
	if err != nil {
		return err
	}
	return v.JSON(http.StatusOK, map[string]any{"head": v.PathValue("head"), "measures": all})
}

func (s *Service) downloadMeasures(v *web.Visit) error {
	all, err := s.published(v)
	if err != nil {
		return err
	}
	lines := [][]string{{"measure", "programme", "kind", "name_tc", "name_en", "unit", "target", "period", "role", "value", "numerator", "denominator", "how", "revision"}}
	for _, m := range all {
		for _, f := range m.Values {
			lines = append(lines, []string{m.ID, m.Programme, m.Kind, m.NameTC, m.NameEN, m.Unit, m.Target, f.Period, f.Role, f.Value, f.Numerator, f.Denominator, f.How, itoa(f.Revision)})
		}
	}
	return s.sheet(v, "head"+v.PathValue("head")+"-measures.csv", lines)
}
