package services

import (
	"io"

	"praya/platform/web"
)

// downloadReceipt sends what was submitted, as a PDF.
func (s *Service) downloadReceipt(v *web.Visit) error {
	d, err := s.applying(v)
	if err != nil {
		return err
	}
	department, err := s.Departments.Department(v.Context(), d.App.Department)
	if err != nil {
		return err
	}
	if d.App.Stage == Draft {
		return v.Redirect(d.next())
	}
	head := []string{
		d.Offer.Title.In(v.Lang()), department.In(v.Lang()),
		v.T("services.case.reference") + v.T("services.did.colon") + d.App.Reference,
		v.T("services.case.submitted") + v.T("services.did.colon") + v.Instant(d.App.Submitted),
		v.T("services.receipt.digest") + v.T("services.did.colon") + d.App.digest(),
	}
	raw, err := d.Offer.Form.PDF(v.Texts, d.App.Answers, d.App.Origins, head, v.Now().Day())
	if err != nil {
		return err
	}
	return v.Download("receipt-"+d.App.Reference+".pdf", "application/pdf", func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
}
