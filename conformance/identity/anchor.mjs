// The anchor: oidc-provider, a certified OpenID Provider, configured as FAPI 2.0 asks and with
// personas that answer by themselves. What Praya is held to is tried on it first.
// `node anchor.mjs` starts it alone and prints "ready ISSUER"; it ends when its input ends.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { exportJWK, generateKeyPair } from 'jose'
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js'
import Provider, { errors, interactionPolicy } from 'oidc-provider'

// The library's hints about defaults are for people; output is for the reader of "ready".
console.info = console.warn = (...words) => { if (process.env.ANCHOR_LOG) console.error(...words) }

const detailsType = 'form'
const algorithms = ['ES256', 'PS256', 'EdDSA'] // FAPI 2.0 5.4.1
const scopes = ['openid', 'offline_access', 'profile']

async function keys() {
  const made = []
  for (const [alg, use] of [['ES256', 'sig'], ['PS256', 'sig'], ['EdDSA', 'sig'], ['RSA-OAEP-256', 'enc']]) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true })
    made.push({ ...await exportJWK(privateKey), alg, use })
  }
  return made
}

// signIn answers for the persona named in login_hint, as a person at the page would.
const signIn = new interactionPolicy.Check('no_persona', 'a persona is needed in login_hint', async ctx => {
  const { oidc } = ctx
  const hint = oidc.params.login_hint ?? ''
  if (hint === 'persona:refuses') throw new errors.AccessDenied('the person refused')
  if (hint !== 'persona:approves') return !oidc.session.accountId
  oidc.session.loginAccount({ accountId: hint, amr: ['hwk'] })
  oidc.session.ensureClientContainer(oidc.client.clientId)
  const grant = new oidc.provider.Grant({ accountId: hint, clientId: oidc.client.clientId })
  grant.addOIDCScope([...oidc.requestParamScopes].join(' '))
  oidc.session.grantIdFor(oidc.client.clientId, await grant.save())
  oidc.entity('Account', { accountId: hint, claims: () => claims(hint) })
  oidc.entity('Grant', grant)
  return false
})

const claims = sub => ({ sub, name: 'Chan Tai Man' })

async function approveOnPhone(ctx, request, account, client) {
  if (account.accountId === 'persona:slow') return
  const answer = async () => {
    if (account.accountId === 'persona:refuses') {
      return ctx.oidc.provider.backchannelResult(request, new errors.AccessDenied('the person refused'))
    }
    const grant = new ctx.oidc.provider.Grant({ accountId: account.accountId, clientId: client.clientId })
    grant.addOIDCScope(request.scope)
    await grant.save()
    return ctx.oidc.provider.backchannelResult(request, grant, { amr: ['hwk'], authTime: Math.floor(Date.now() / 1000) })
  }
  setTimeout(() => answer().catch(e => console.warn(e)), 1000)
}

// The library's own store forgets whatever is older than its last 1,000 entries.
const everything = new Map()
const adapter = model => new MemoryAdapter(model, everything, 10)

const configuration = async () => ({
  adapter,
  jwks: { keys: await keys() },
  scopes,
  claims: { openid: ['sub'], profile: ['name'] },
  responseTypes: ['code'],
  subjectTypes: ['public', 'pairwise'],
  pairwiseIdentifier: (_, account, client) => createHash('sha256').update(`${client.sectorIdentifier} ${account}`).digest('hex'),
  clientAuthMethods: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
  clientDefaults: { id_token_signed_response_alg: 'ES256', introspection_signed_response_alg: 'ES256', authorization_signed_response_alg: 'ES256' },
  clientBasedCORS: () => false,
  clockTolerance: 10, // FAPI 2.0 5.3.2.1: at least 10 s into the future
  cookies: { keys: ['a key of the anchor, which keeps nothing'] },
  enabledJWA: Object.fromEntries(['clientAuth', 'idToken', 'requestObject', 'userinfo', 'introspection', 'authorization', 'dPoP']
    .map(name => [`${name}SigningAlgValues`, algorithms])),
  extraTokenClaims: () => undefined,
  findAccount: (_, id) => /^persona:(approves|refuses|slow)$/.test(id) ? { accountId: id, claims: () => claims(id) } : undefined,
  interactions: { policy: policy(), url: (_, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: false, // FAPI 2.0 5.3.2.1
  fetch: (url, options) => { // a test listens on loopback without TLS
    delete options.dispatcher
    return fetch(String(url).replace(/^https:(\/\/localhost:)/, 'http:$1'), options)
  },
  ttl: Object.fromEntries(Object.entries({
    AccessToken: 300, AuthorizationCode: 60, BackchannelAuthenticationRequest: ctx => Math.min(120, ctx?.oidc?.params.requested_expiry ?? 120), ClientCredentials: 300,
    Grant: 3600, IdToken: 300, Interaction: 300, RefreshToken: 3600, Session: 3600,
  })),
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    ciba: {
      enabled: true,
      deliveryModes: ['poll', 'ping'],
      processLoginHint: (_, hint) => hint,
      triggerAuthenticationDevice: approveOnPhone,
      validateRequestContext: () => {},
      verifyUserCode: () => {},
    },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    dPoP: { enabled: true, nonceSecret: createHash('sha256').update(String(Math.random())).digest(), requireNonce: () => true },
    encryption: { enabled: true },
    fapi: { enabled: true, profile: (_, client) => client?.clientAuthMethod === 'private_key_jwt' ? '2.0' : undefined },
    introspection: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
    jwtIntrospection: { enabled: true },
    jwtResponseModes: { enabled: true },
    jwtUserinfo: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    registration: { enabled: true },
    requestObjects: { enabled: true },
    resourceIndicators: { // the library wants one wherever there are authorization details
      enabled: true,
      defaultResource: (ctx, _, oneOf) => oneOf ?? (ctx.oidc.params.authorization_details && 'urn:anchor:resource'),
      getResourceServerInfo: () => ({ scope: 'openid', accessTokenFormat: 'opaque', accessTokenTTL: 300 }),
      useGrantedResource: () => true,
    },
    revocation: { enabled: true },
    richAuthorizationRequests: {
      enabled: true,
      types: { [detailsType]: { validate: () => {} } },
      authorizationDetailsForGrantSource: ctx => ctx.oidc.params.authorization_details && JSON.parse(ctx.oidc.params.authorization_details),
      authorizationDetailsForAccessToken: (_ctx, _token, source) => source?.rar,
      authorizationDetailsForIntrospection: (_, token) => token.rar,
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => { ctx.body = `<!doctype html><title>Sign out?</title>${form.replace('</form>', '<button name="logout" value="yes">Yes</button></form>')}` },
    },
  },
})

function policy() {
  const persona = new interactionPolicy.Prompt({ name: 'login', requestable: true }, signIn)
  const consent = new interactionPolicy.Prompt({ name: 'consent', requestable: true })
  consent.checks.clear() // a persona consents
  return [persona, consent]
}

// weaken takes away what FAPI 2.0 asks, so that the tests can be seen to fail.
function weaken(configuration) {
  const { features } = configuration
  features.fapi = { enabled: false }
  Object.assign(features.dPoP, { requireNonce: () => false, allowReplay: true })
  features.introspection.allowedPolicy = () => true
  features.revocation.allowedPolicy = () => true
  const loose = ['RS256', 'HS256', ...algorithms]
  for (const name of Object.keys(configuration.enabledJWA)) {
    configuration.enabledJWA[name] = /dPoP|userinfo|idToken|introspection|authorization/.test(name) ? ['RS256', ...algorithms] : loose
  }
  return Object.assign(configuration, {
    clockTolerance: 400, pkce: { required: () => false }, responseTypes: ['code', 'code id_token'],
    rotateRefreshToken: true,
  })
}

// start gives the issuer, and a function that ends it.
export async function start({ weak = false } = {}) {
  const server = createServer()
  await new Promise(done => server.listen(0, 'localhost', done))
  const issuer = `http://localhost:${server.address().port}`
  const provider = new Provider(issuer, weak ? weaken(await configuration()) : await configuration())
  if (process.env.ANCHOR_LOG) provider.on('server_error', (_, e) => console.error(e))
  server.on('request', provider.callback())
  return { issuer, stop: () => { server.closeAllConnections(); server.close() } }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { issuer } = await start()
  console.log(`ready ${issuer}`)
  process.stdin.on('end', () => process.exit(0)).resume()
}
