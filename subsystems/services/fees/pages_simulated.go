package fees

import (
	"net/http"

	"github.com/a-h/templ"

	"praya/platform/db"
	"praya/platform/web"
)

// simulation is the simulated provider's own page. It stands for somebody else's site: it knows no
// accounts, and who has a payment's id may choose what becomes of it.
type simulation struct {
	*Simulated
	service *Service
}

func (x simulation) read(v *web.Visit) (r simulated, err error) {
	err = x.DB.Read(v.Context(), func(tx *db.Tx) error {
		if r, err = simulatedByID(tx, v.PathValue("payment")); err == nil && r.Kind != "payment" {
			err = notFound("fees.fault.no-payment")
		}
		return err
	})
	return r, err
}

func (x simulation) show(v *web.Visit) error {
	r, err := x.read(v)
	if err != nil {
		return err
	}
	return x.render(v, r, http.StatusOK, "")
}

func (x simulation) render(v *web.Visit, r simulated, status int, wrong string) error {
	f := face{v, x.service}
	name, l := f.department(r.Department)
	parts := []templ.Component{
		web.Outcome(v.View, web.Waiting, v.T("fees.simulated.tag")), sentence(v.T("fees.simulated.warning")),
		web.SummaryList(v.View, []web.Entry{
			{Label: v.T("fees.col.amount"), Value: f.money(r.Cents)}, {Label: v.T("fees.col.reference"), Value: r.Reference}, {Label: v.T("fees.col.department"), Value: name, Lang: l},
		}),
	}
	if wrong != "" {
		parts = append([]templ.Component{web.ErrorSummary(v.View, []web.FieldError{{Name: "outcome", Text: wrong}})}, parts...)
	}
	if r.State == "waiting" {
		var choices []web.Choice
		for _, o := range []Outcome{IsPaid, IsFailed, IsAbandoned} {
			choices = append(choices, web.Choice{Value: string(o), Label: v.T("fees.simulated." + string(o))})
		}
		parts = append(parts, chooseForm(v.View, web.Form{Action: simulatedPath + "/" + r.ID, Submit: v.T("fees.simulated.submit")},
			web.Field{Name: "outcome", Label: v.T("fees.simulated.what"), Error: wrong}, choices))
	} else {
		parts = append(parts, sentence(v.T("fees.simulated.done")), ways(v.View, []web.Crumb{{Text: v.T("fees.simulated.back"), Path: r.Back}}))
	}
	return v.RenderStatus(status, web.Page{Title: v.T("fees.simulated.title"), Lead: v.T("fees.simulated.lead"), Secret: true, Failed: wrong != ""}, stack(parts))
}

// choose does it, sends the notification to where a real provider would, and leads back. When the
// notification is refused, the return page asks.
func (x simulation) choose(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	r, err := x.read(v)
	if err != nil {
		return err
	}
	if form.Get("outcome") == "" {
		return x.render(v, r, http.StatusUnprocessableEntity, v.T("fees.simulated.choose"))
	}
	signature, body, back, err := x.Choose(v.Context(), PaymentID(r.ID), Outcome(form.Get("outcome")))
	if err != nil {
		return err
	}
	n, err := x.Read(v.Context(), signature, body)
	if err != nil {
		return err
	}
	if err := x.service.Hear(v.Context(), x.Name(), n); err != nil {
		return err
	}
	return v.Redirect(back)
}
