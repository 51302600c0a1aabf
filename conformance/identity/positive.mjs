// What a department's developer does with a certified library: every flow that Praya claims,
// with openid-client and with oauth4webapi. `node positive.mjs` prints TAP.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as oidc from 'openid-client'
import { browse, keyPair, random, redirectURI } from './client.mjs'
import { oauth4webapi } from './positive_oauth.mjs'
import { personas } from './positive_praya.mjs'
import { run, test } from './tap.mjs'
import { details, open } from './target.mjs'

const target = await open()
const insecure = { execute: [oidc.allowInsecureRequests] }
const ciba = 'urn:openid:params:grant-type:ciba'
const approve = { scope: 'openid', login_hint: 'persona:approves' }

// app registers a FAPI 2.0 client through the library.
async function app(change = {}) {
  const key = await keyPair()
  const config = await oidc.dynamicClientRegistration(new URL(target.issuer), {
    redirect_uris: [redirectURI], response_types: ['code'], grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256',
    id_token_signed_response_alg: 'ES256', require_pushed_authorization_requests: true, dpop_bound_access_tokens: true,
    scope: target.scopes.all, ...change, jwks: { keys: [{ ...key.jwk, kid: key.kid, use: 'sig' }, ...change.jwks?.keys ?? []] },
  }, oidc.PrivateKeyJwt({ key: key.privateKey, kid: key.kid }), insecure)
  return { config, key, DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256')) }
}

// login pushes a request, goes to it, and exchanges the code; `jar` holds the browser's cookies.
async function login({ config, DPoP, key }, { signed, ...change } = {}) {
  const verifier = oidc.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier: verifier, expectedState: random(), expectedNonce: random() }
  let params = new URLSearchParams({
    ...approve, redirect_uri: redirectURI, state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...change,
  })
  if (signed) params = (await oidc.buildAuthorizationUrlWithJAR(config, params, { key: key.privateKey, kid: key.kid }, nbf)).searchParams
  const url = await oidc.buildAuthorizationUrlWithPAR(config, params, { DPoP })
  assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri'])
  const back = await browse(url)
  assert.ok(back.to, `the browser was shown a page: ${back.status} ${back.text.slice(0, 200)}`)
  const tokens = await oidc.authorizationCodeGrant(config, back.to, { ...checks, idTokenExpected: true }, undefined, { DPoP })
  return { tokens, back, jar: back.jar, claims: tokens.claims() }
}
const nbf = { [oidc.modifyAssertion]: (_, claims) => { claims.nbf = claims.iat } } // Message Signing 5.3.1 requires it

test('openid-client: discovery, dynamic registration (OpenID Discovery, RFC 7591)', async () => {
  const { config } = await app()
  assert.equal(config.serverMetadata().issuer, target.issuer)
  assert.ok(config.clientMetadata().client_id)
})

test('openid-client: PAR, PKCE, private_key_jwt, DPoP with nonce, ID token, userinfo (FAPI 2.0 Security Profile)', async () => {
  const client = await app()
  const { tokens, back, claims } = await login(client)
  assert.equal(back.to.searchParams.get('iss'), target.issuer)
  assert.equal(tokens.token_type, 'dpop')
  const user = await oidc.fetchUserInfo(client.config, tokens.access_token, claims.sub, { DPoP: client.DPoP })
  assert.equal(user.sub, claims.sub)
})

test('openid-client: a refusal reaches the client as access_denied (RFC 6749 4.1.2.1)', async () => {
  await assert.rejects(login(await app(), { login_hint: 'persona:refuses' }), { error: 'access_denied' })
})

for (const alg of ['PS256', 'EdDSA']) {
  test(`openid-client: ID token signed with ${alg} (FAPI 2.0 5.4.1)`, async () => {
    if (!target.metadata.id_token_signing_alg_values_supported.includes(alg)) return
    const { tokens } = await login(await app({ id_token_signed_response_alg: alg }))
    assert.match(Buffer.from(tokens.id_token.split('.')[0], 'base64url').toString(), new RegExp(alg))
  })
}

test('openid-client: JAR through PAR (FAPI 2.0 Message Signing 5.3)', async () => {
  await login(await app({ require_signed_request_object: true, request_object_signing_alg: 'ES256' }), { signed: true })
})

test('openid-client: JARM (FAPI 2.0 Message Signing 5.4)', async () => {
  const client = await app({ authorization_signed_response_alg: 'ES256' })
  oidc.useJwtResponseMode(client.config)
  const { back } = await login(client, { response_mode: 'jwt' })
  assert.deepEqual([...back.to.searchParams.keys()], ['response'])
})

test('openid-client: JAR and JARM together, refused by the person', async () => {
  const client = await app({ require_signed_request_object: true, request_object_signing_alg: 'ES256', authorization_signed_response_alg: 'ES256' })
  oidc.useJwtResponseMode(client.config)
  await login(client, { signed: true, response_mode: 'jwt' })
  await assert.rejects(login(client, { signed: true, response_mode: 'jwt', login_hint: 'persona:refuses' }), { error: 'access_denied' })
})

test('openid-client: encrypted ID token (OpenID Connect Core 10.2)', async () => {
  const key = await keyPair('RSA-OAEP-256')
  const client = await app({
    id_token_encrypted_response_alg: 'RSA-OAEP-256', id_token_encrypted_response_enc: 'A256GCM',
    jwks: { keys: [{ ...key.jwk, kid: key.kid, use: 'enc' }] },
  })
  oidc.enableDecryptingResponses(client.config, ['A256GCM'], { key: key.privateKey, kid: key.kid, alg: 'RSA-OAEP-256' })
  const { tokens } = await login(client)
  assert.equal(tokens.claims().iss, target.issuer)
})

test('openid-client: refresh, twice with the same token (RFC 6749 6, FAPI 2.0 5.3.2.1)', async () => {
  const client = await app()
  const { tokens, claims } = await login(client, { scope: target.scopes.refresh, prompt: 'consent' })
  assert.ok(tokens.refresh_token, 'no refresh token')
  for (let i = 0; i < 2; i++) {
    const again = await oidc.refreshTokenGrant(client.config, tokens.refresh_token, undefined, { DPoP: client.DPoP })
    assert.notEqual(again.access_token, tokens.access_token)
    await oidc.fetchUserInfo(client.config, again.access_token, claims.sub, { DPoP: client.DPoP })
  }
})

test('openid-client: introspection and revocation (RFC 7662, RFC 7009)', async () => {
  const client = await app()
  const { tokens } = await login(client)
  const before = await oidc.tokenIntrospection(client.config, tokens.access_token)
  assert.equal(before.active, true)
  assert.ok(before.cnf?.jkt, 'no cnf.jkt (RFC 9449 6.2)')
  await oidc.tokenRevocation(client.config, tokens.access_token)
  assert.deepEqual(await oidc.tokenIntrospection(client.config, tokens.access_token), { active: false })
  await assert.rejects(oidc.fetchUserInfo(client.config, tokens.access_token, oidc.skipSubjectCheck, { DPoP: client.DPoP }))
})

test('openid-client: rich authorization request (RFC 9396)', async () => {
  const client = await app({ authorization_details_types: details(target).map(d => d.type) })
  const { tokens } = await login(client, { authorization_details: JSON.stringify(details(target)) })
  assert.equal(tokens.authorization_details?.[0]?.type, details(target)[0].type)
})

test('openid-client: client credentials with private_key_jwt and DPoP (RFC 6749 4.4)', async () => {
  const client = await app({ grant_types: ['client_credentials'], response_types: [], redirect_uris: [] })
  const tokens = await oidc.clientCredentialsGrant(client.config, undefined, { DPoP: client.DPoP })
  assert.equal(tokens.token_type, 'dpop')
})

test('openid-client: a person has different names at different services (OpenID Connect Core 8)', async () => {
  const one = await login(await app({ subject_type: 'pairwise' }))
  const two = await app({ subject_type: 'pairwise', redirect_uris: ['https://another.example/callback'] })
  const other = await login(two, { redirect_uri: 'https://another.example/callback' })
  assert.notEqual(one.claims.sub, other.claims.sub)
})

test('openid-client: plain code flow with PKCE and a secret, without PAR (OpenID Connect Core 3.1)', async () => {
  const config = await oidc.dynamicClientRegistration(new URL(target.issuer), {
    redirect_uris: [redirectURI], response_types: ['code'], grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'client_secret_basic', id_token_signed_response_alg: 'ES256', dpop_bound_access_tokens: false,
  }, oidc.ClientSecretBasic(), insecure)
  const verifier = oidc.randomPKCECodeVerifier()
  const [state, nonce] = [random(), random()]
  const back = await browse(oidc.buildAuthorizationUrl(config, {
    ...approve, redirect_uri: redirectURI, state, nonce, code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  }))
  assert.ok(back.to, `the browser was shown a page: ${back.status} ${back.text.slice(0, 200)}`)
  const tokens = await oidc.authorizationCodeGrant(config, back.to, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true })
  assert.equal(tokens.token_type, 'bearer')
  await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
})

const phone = { grant_types: [ciba], response_types: [], redirect_uris: [redirectURI], backchannel_token_delivery_mode: 'poll' }

test('openid-client: CIBA poll, approved on the phone (CIBA Core 7, 10.1)', async () => {
  const { config, DPoP } = await app({ ...phone, response_types: ['code'], grant_types: ['authorization_code', ciba] })
  const asked = await oidc.initiateBackchannelAuthentication(config, { ...approve, binding_message: 'W4SCT' })
  const tokens = await oidc.pollBackchannelAuthenticationGrant(config, asked, undefined, { DPoP })
  assert.equal(tokens.claims()['urn:openid:params:jwt:claim:auth_req_id'] ?? asked.auth_req_id, asked.auth_req_id)
  await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP })
})

test('openid-client: CIBA poll, refused on the phone (CIBA Core 11)', async () => {
  const { config, DPoP } = await app({ ...phone, response_types: ['code'], grant_types: ['authorization_code', ciba] })
  const asked = await oidc.initiateBackchannelAuthentication(config, { ...approve, login_hint: 'persona:refuses' })
  await assert.rejects(oidc.pollBackchannelAuthenticationGrant(config, asked, undefined, { DPoP }), { error: 'access_denied' })
})

test('openid-client: CIBA ping (CIBA Core 10.2)', async () => {
  const ear = await listen()
  try {
    const { config, DPoP } = await app({
      ...phone, response_types: ['code'], grant_types: ['authorization_code', ciba], backchannel_token_delivery_mode: 'ping',
      backchannel_client_notification_endpoint: ear.url.replace(/^http:/, target.name === 'anchor' ? 'https:' : 'http:'),
    })
    const token = random()
    const asked = await oidc.initiateBackchannelAuthentication(config, { ...approve, client_notification_token: token })
    const heard = await ear.heard
    assert.equal(heard.headers.authorization, `Bearer ${token}`)
    assert.deepEqual(JSON.parse(heard.body), { auth_req_id: asked.auth_req_id })
    const tokens = await oidc.genericGrantRequest(config, ciba, { auth_req_id: asked.auth_req_id }, { DPoP })
    assert.ok(tokens.access_token)
  } finally { ear.close() }
})

test('openid-client: RP-initiated logout, and the logout token arrives (RP-Initiated Logout 2, Back-Channel Logout 2.4)', async () => {
  const ear = await listen()
  try {
    const after = 'https://client.example/after'
    const { config, DPoP, key } = await app({ post_logout_redirect_uris: [after], backchannel_logout_uri: ear.url, backchannel_logout_session_required: true })
    const { tokens, jar, claims } = await login({ config, DPoP, key })
    assert.ok(claims.sid, 'no sid in the ID token')
    const url = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: after, state: 'left' })
    const back = await sayYes(await browse(url, jar))
    assert.equal(String(back.to), `${after}?state=left`)
    const token = new URLSearchParams((await ear.heard).body).get('logout_token')
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(target.metadata.jwks_uri)), {
      issuer: target.issuer, audience: config.clientMetadata().client_id, typ: 'logout+jwt', requiredClaims: ['iat', 'exp', 'jti', 'events'],
    })
    assert.equal(payload.sid, claims.sid)
    assert.equal(payload.nonce, undefined)
    assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} })
  } finally { ear.close() }
})

// sayYes sends the form of a page, as a person who presses its button.
async function sayYes(page) {
  for (let pages = 0; !page.to && pages < 3; pages++) {
    const form = page.text.match(/<form[^>]*>[\s\S]*?<\/form>/gi)?.find(f => /^<form[^>]*\bmethod="post"/i.test(f))
    assert.ok(form, `a page without a form: ${page.status} ${page.text.slice(0, 300)}`)
    const attribute = (tag, name) => new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(tag)?.[1].replaceAll('&amp;', '&')
    const fields = new URLSearchParams()
    for (const [tag] of form.matchAll(/<(input|button)\b[^>]*>/gi)) {
      const name = attribute(tag, 'name')
      if (name && !fields.has(name)) fields.append(name, attribute(tag, 'value') ?? '')
    }
    const action = new URL(attribute(form, 'action') ?? '', page.url)
    page = await browse(action, page.jar, { method: 'POST', body: fields })
  }
  return page
}

// listen hears one POST on loopback.
async function listen() {
  let hear
  const heard = new Promise((yes, no) => { hear = yes; setTimeout(() => no(new Error('nothing arrived in 20 seconds')), 20_000).unref() })
  heard.catch(() => {})
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    response.writeHead(request.method === 'POST' ? 204 : 405).end()
    if (request.method === 'POST') hear({ headers: request.headers, body })
  })
  await new Promise(done => server.listen(0, 'localhost', done))
  return { url: `http://localhost:${server.address().port}/`, heard, close: () => { server.closeAllConnections(); server.close() } }
}

if (target.metadata.introspection_signing_alg_values_supported) {
  test('openid-client: introspection answered as a signed JWT (FAPI 2.0 Message Signing 5.5, RFC 9701)', async () => {
    const client = await app({ introspection_signed_response_alg: 'ES256' })
    const { tokens } = await login(client)
    assert.equal((await oidc.tokenIntrospection(client.config, tokens.access_token)).active, true)
  })
}

if (target.metadata.userinfo_signing_alg_values_supported) {
  test('openid-client: userinfo answered as a signed JWT (OpenID Connect Core 5.3.2)', async () => {
    const client = await app({ userinfo_signed_response_alg: 'ES256' })
    const { tokens, claims } = await login(client)
    assert.equal((await oidc.fetchUserInfo(client.config, tokens.access_token, claims.sub, { DPoP: client.DPoP })).sub, claims.sub)
  })
}

oauth4webapi(target)
if (target.name === 'praya') personas(target, app, login)
const bad = await run({ only: process.argv[2] ?? '', together: true })
target.stop()
process.exit(bad ? 1 : 0)
