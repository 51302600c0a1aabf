package identity

import "praya/platform/web"

// serviceName is what a service is called in the reader's language.
func (s *Service) serviceName(v *web.Visit, client string) string { return client }

// answerService tells the protocol what the person answered on the phone.
func (s *Service) answerService(v *web.Visit, a Approval, yes bool) error { return nil }
