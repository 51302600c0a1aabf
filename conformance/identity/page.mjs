// The page docs/standards/fapi.md, made from the tests themselves: `node page.mjs` prints it.
import { declare } from './cases/all.mjs'
import { differences } from './differences.mjs'
import { names } from './tap.mjs'

const standards = {
  'FAPI 2.0 SP': 'FAPI 2.0 Security Profile', 'FAPI 2.0 MS': 'FAPI 2.0 Message Signing', 'FAPI-CIBA': 'FAPI: CIBA Profile',
  'OpenID Connect Core': 'OpenID Connect Core 1.0', 'OpenID Discovery': 'OpenID Connect Discovery 1.0', CIBA: 'CIBA Core 1.0',
  'RP-Initiated Logout': 'OpenID Connect RP-Initiated Logout 1.0', JARM: 'JWT Secured Authorization Response Mode (JARM)',
  'OAuth Response Modes': 'OAuth 2.0 Multiple Response Type Encoding Practices',
  'RFC 6749': 'RFC 6749, OAuth 2.0', 'RFC 6750': 'RFC 6750, bearer tokens', 'RFC 7009': 'RFC 7009, revocation', 'RFC 7515': 'RFC 7515, JWS',
  'RFC 7517': 'RFC 7517, JWK', 'RFC 7519': 'RFC 7519, JWT', 'RFC 7521': 'RFC 7521, assertions', 'RFC 7523': 'RFC 7523, JWT assertions',
  'RFC 7591': 'RFC 7591, dynamic registration', 'RFC 7636': 'RFC 7636, PKCE', 'RFC 7662': 'RFC 7662, introspection', 'RFC 8414': 'RFC 8414, metadata',
  'RFC 8725': 'RFC 8725, good practice with JWT', 'RFC 9101': 'RFC 9101, JAR', 'RFC 9126': 'RFC 9126, PAR', 'RFC 9207': 'RFC 9207, issuer in responses',
  'RFC 9396': 'RFC 9396, rich authorization requests', 'RFC 9449': 'RFC 9449, DPoP', 'RFC 9700': 'RFC 9700, good practice in security',
  Praya: 'Our own: bad input and safety',
}

declare({ name: 'page', issuer: 'https://issuer.example', metadata: {}, scopes: {} })
const sections = new Map(Object.keys(standards).map(s => [s, []]))
for (const name of names()) {
  const standard = Object.keys(standards).find(s => name.startsWith(`${s} `) || name.startsWith(`${s},`))
  if (!standard) throw new Error(`no standard is known for: ${name}`)
  const [section, ...text] = name.slice(standard.length).replace(/^,/, '').trim().split(': ')
  sections.get(standard).push({ section, text: text.join(': '), name })
}

const order = (a, b) => a.section.localeCompare(b.section, 'en', { numeric: true })
const lines = [
  '# FAPI 2.0, section by section', '',
  'What must be refused and what must always hold, with the test of it. The tests stand in',
  '`conformance/identity/cases`; `go test ./conformance` runs them on npm `oidc-provider` (a certified provider: the',
  'tests are tried on it first), on the same provider with FAPI 2.0 taken away (they must fail), and on the',
  'demonstration\'s sandbox, where the program has one. What must work is tried by `openid-client` and',
  '`oauth4webapi`, in `positive.mjs`.', '',
  'This page is made by `node conformance/identity/page.mjs`. A note in the last column says where oidc-provider differs.', '',
]
for (const [standard, tests] of sections) {
  if (!tests.length) continue
  lines.push(`## ${standards[standard]}`, '', '| section | test | oidc-provider |', '|---|---|---|')
  for (const { section, text, name } of tests.sort(order)) lines.push(`| ${section} | ${text} | ${differences.anchor[name] ?? ''} |`)
  lines.push('')
}
const praya = Object.entries(differences.praya)
lines.push('## Where Praya differs', '', ...praya.length ? praya.map(([name, why]) => `- ${name}: ${why}`) : ['No difference is declared.'])
console.log(lines.join('\n'))
