// Package web is Praya's front door: two listeners, the routes of every part in three
// languages, and the shell and components that all pages are made of. The design
// of pages (tokens, components, words, weight) is its specification.
//
// # Words
//
//   - site (網站): the whole front: routes, shell, assets, listeners.
//   - visit (訪問): one request being answered; view (版面): what its page needs to know.
//   - shell (頁框): header, waterline, language switch, footer around every page.
//   - waterline (水線): the rule under the header, and wherever "it stands here" is meant.
//   - session (登入時段): a signed-in stretch of time, kept in the database.
//   - public and operator listener (公眾、操作員): the second answers on loopback only.
//
// # Rules that always hold
//
//   - Every page works without scripts, in /tc, /en and /sc, and says its language.
//   - No inline script or style anywhere; the Content-Security-Policy forbids both.
//   - Parts compose the components and add no CSS.
//   - A handler returns an error; only this package turns it into a page or a problem
//     (RFC 9457), in the reader's language, with a reference and without the cause.
//   - A page is rendered whole before its first byte is sent: no half pages.
//   - Sessions, and what limits need, live in the database; two processes agree.
//   - Only the hash of a session's token is stored.
//
// # Threats
//
//   - Cross-site requests: Sec-Fetch-Site and Origin (net/http.CrossOriginProtection),
//     and SameSite cookies.
//   - Injection: templates escape; CSP has no unsafe-inline; names of uploads are data.
//   - Fixed or stolen sessions: new token at sign-in, __Host- cookies, idle and absolute ends.
//   - DNS rebinding against the operator's listener: its Host must be a loopback name.
//   - Forged X-Forwarded-*: believed from the configured proxies only.
//   - BREACH: pages with secrets are marked, and go uncompressed.
//   - Exhaustion: limits on headers, bodies, time; recover per request.
//   - Open redirects: Redirect takes paths of this site only.
package web
