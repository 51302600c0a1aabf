package identity

import (
	"embed"
	"io/fs"

	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/identity/internal/oidc"
)

//go:embed words/*.json
var wordFiles embed.FS

//go:embed words-notice/words/*.json
var noticeWordFiles embed.FS

//go:embed words-online
var onlineWords embed.FS

//go:embed schema/*.sql
var schemaFiles embed.FS

//go:embed policy.cedar
var policyText string

// Words is what this subsystem says.
func Words() []words.Source {
	part := func(files fs.FS, folder, prefix string) words.Source {
		sub, err := fs.Sub(files, folder)
		if err != nil {
			panic(err) // the folder is embedded
		}
		return words.Source{Prefix: prefix, Files: sub}
	}
	return []words.Source{
		{Prefix: "identity", Files: wordFiles},
		oidc.Words(),
		part(noticeWordFiles, "words-notice", "identity.notice"), part(onlineWords, "words-online", "identity.online"),
	}
}

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "identity", Files: schemaFiles} }

// Policy is who may do what.
func Policy() access.Source { return access.Source{Name: "identity", Policy: policyText} }

// Mount registers every route. All are in the sandbox too, with its own people.
func (s *Service) Mount(site *web.Site) {
	page := func(pattern string, h web.Handler, opts ...web.Option) {
		site.Page(pattern, h, append(opts, web.InSandbox(), web.Secret())...)
	}
	page("GET /sign-in", s.showSignIn)
	page("POST /sign-in", s.doSignIn, web.Body(2*maxAnswer), s.slowly("sign-in"))
	page("POST /sign-in/persona", s.doPersona)
	page("POST /sign-in/other", s.doAskPhone, s.slowly("phone"))
	page("POST /sign-in/other/done", s.doCollect, s.slowly("collect"))
	page("POST /sign-out", s.doSignOut)
	page("GET /approve/{id}", s.showApprove)
	page("POST /approve/{id}", s.doApprove)

	page("GET /identity/request/{id}", s.showRequest)
	page("POST /identity/request/{id}", s.doRequest)
	page("GET /identity/logout/{id}", s.showLogout)
	page("POST /identity/logout/{id}", s.doLogout)
	s.protocol.Mount(site)

	s.mountNotices(page)
	s.mountNoticeAPI(site)
	s.mountOnline(page, site)
	s.mountCounter(site)
	s.mountAdoption(site)

	page("GET /register", s.showRegister)
	page("GET /register/details", s.showDetails)
	page("POST /register/details", s.doDetails, web.Body(maxForm), s.slowly("register"))
	page("GET /register/passkey/{token}", s.showMakePasskey)
	page("POST /register/passkey/{token}", s.doMakePasskey, web.Body(2*maxAnswer), s.slowly("register"))
	page("GET /join/{token}", s.showJoin)
	page("POST /join/{token}", s.doJoin, s.slowly("register"))
	page("GET /recover", s.showRecover)
	page("POST /recover", s.doRecover, s.slowly("recover"))
	page("GET /recover/{token}", s.showWaiting)
	page("POST /recover/{token}", s.doFinish, s.slowly("recover"))

	page("GET /me", s.showMe)
	page("GET /me/profile", s.showProfile)
	page("GET /me/profile/{field}", s.showField)
	page("POST /me/profile/{field}", s.doField)
	page("GET /me/passkeys", s.showPasskeys)
	page("GET /me/passkeys/add", s.showAddPasskey)
	page("POST /me/passkeys/add", s.doAddPasskey, web.Body(2*maxAnswer))
	page("GET /me/passkeys/name/{id}", s.showRenamePasskey)
	page("POST /me/passkeys/name/{id}", s.doRenamePasskey)
	page("GET /me/passkeys/remove/{id}", s.showRemovePasskey)
	page("POST /me/passkeys/remove/{id}", s.doRemovePasskey)
	page("GET /me/sessions", s.showSessions)
	page("POST /me/sessions", s.doEndSession)
	page("GET /me/approvals", s.showApprovals)
	page("POST /me/approvals", s.doCounterCode)
	page("GET /me/services", s.showServices)
	page("POST /me/services", s.doEndService)
	page("GET /me/history", s.showHistory)
	page("GET /me/recovery", s.showRecovery)
	page("POST /me/recovery/codes", s.doMakeCodes)
	page("POST /me/recovery/stop", s.doStopRecoveries)
	page("GET /me/raise", s.showRaise)
	page("POST /me/raise", s.doRaise, web.Body(maxForm))
	page("GET /me/export", s.showExport)
	page("GET /me/close", s.showClose)
	page("POST /me/close", s.doClose)
}
