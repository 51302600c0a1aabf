// The same claims with the second certified library, which shows every step of a flow.
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { browse, keyPair, random, redirectURI } from './client.mjs'
import { test } from './tap.mjs'

const loopback = { [oauth.allowInsecureRequests]: true }
const ciba = 'urn:openid:params:grant-type:ciba'

async function app(as, change = {}) {
  const key = await keyPair()
  const client = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(as, {
    redirect_uris: [redirectURI], response_types: ['code'], grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256', id_token_signed_response_alg: 'ES256',
    require_pushed_authorization_requests: true, dpop_bound_access_tokens: true,
    jwks: { keys: [{ ...key.jwk, kid: key.kid, use: 'sig' }] }, ...change,
  }, loopback))
  const signing = { key: key.privateKey, kid: key.kid }
  return { client, signing, auth: oauth.PrivateKeyJwt(signing), DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')) }
}

// withNonce sends again when the server asks for its nonce, as RFC 9449 8 has it.
async function withNonce(send) {
  try { return await send() } catch (e) {
    if (!oauth.isDPoPNonceError(e)) throw e
    return send()
  }
}

async function login(as, { client, signing, auth, DPoP }, { signed, jarm, ...change } = {}) {
  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [random(), random()]
  let params = new URLSearchParams({
    client_id: client.client_id, response_type: 'code', redirect_uri: redirectURI, scope: 'openid', login_hint: 'persona:approves', state, nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...change,
  })
  if (signed) {
    const request = await oauth.issueRequestObject(as, client, params, signing, { [oauth.modifyAssertion]: (_, claims) => { claims.nbf = claims.iat } })
    params = new URLSearchParams({ client_id: client.client_id, request })
  }
  const pushed = await withNonce(async () => oauth.processPushedAuthorizationResponse(as, client,
    await oauth.pushedAuthorizationRequest(as, client, auth, params, { DPoP, ...loopback })))
  const url = new URL(as.authorization_endpoint)
  url.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri })
  const { to, status, text } = await browse(url)
  assert.ok(to, `the browser was shown a page: ${status} ${text.slice(0, 200)}`)
  const back = jarm ? await oauth.validateJwtAuthResponse(as, client, to, state, loopback) : oauth.validateAuthResponse(as, client, to, state)
  return withNonce(async () => {
    const response = await oauth.authorizationCodeGrantRequest(as, client, auth, back, redirectURI, verifier, { DPoP, ...loopback })
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true })
    await oauth.validateApplicationLevelSignature(as, response, loopback)
    return tokens
  })
}

export function oauth4webapi({ metadata: as, scopes }) {
  test('oauth4webapi: PAR, DPoP with nonce, private_key_jwt, ID token and its signature, userinfo', async () => {
    const a = await app(as)
    const tokens = await login(as, a)
    const { sub } = oauth.getValidatedIdTokenClaims(tokens)
    await withNonce(async () => oauth.processUserInfoResponse(as, a.client, sub,
      await oauth.userInfoRequest(as, a.client, tokens.access_token, { DPoP: a.DPoP, ...loopback })))
  })

  test('oauth4webapi: JAR and JARM (FAPI 2.0 Message Signing)', async () => {
    const a = await app(as, { require_signed_request_object: true, request_object_signing_alg: 'ES256', authorization_signed_response_alg: 'ES256' })
    await login(as, a, { signed: true, jarm: true, response_mode: 'jwt' })
  })

  test('oauth4webapi: refresh, introspection, revocation', async () => {
    const { client, auth, DPoP, ...a } = await app(as, { scope: scopes.all })
    const tokens = await login(as, { client, auth, DPoP, ...a }, { scope: scopes.refresh, prompt: 'consent' })
    const again = await withNonce(async () => oauth.processRefreshTokenResponse(as, client,
      await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, { DPoP, ...loopback })))
    const ask = async token => oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, token, loopback))
    assert.equal((await ask(again.access_token)).active, true)
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, tokens.refresh_token, loopback))
    assert.equal((await ask(tokens.refresh_token)).active, false)
    assert.equal((await ask(again.access_token)).active, false, 'RFC 7009 2.1: the tokens of the same grant end too')
  })

  test('oauth4webapi: CIBA, pending and then approved (CIBA Core 10.1, 11)', async () => {
    const { client, auth, DPoP } = await app(as, { grant_types: ['authorization_code', ciba], backchannel_token_delivery_mode: 'poll' })
    let asked, early
    const poll = () => withNonce(async () => oauth.processBackchannelAuthenticationGrantResponse(as, client,
      await oauth.backchannelAuthenticationGrantRequest(as, client, auth, asked.auth_req_id, { DPoP, ...loopback })))
    for (let tries = 1; tries === 1 || early && tries <= 5; tries++) {
      const began = Date.now()
      asked = await oauth.processBackchannelAuthenticationResponse(as, client,
        await oauth.backchannelAuthenticationRequest(as, client, auth, { scope: 'openid', login_hint: 'persona:approves' }, loopback))
      early = await poll().catch(e => assert.equal(e.error, 'authorization_pending', e.message))
      // A persona thinks for a second, which a busy machine may take for the first poll.
      assert.ok(!early || Date.now() - began >= 1000, 'approved before anybody could have')
    }
    assert.ok(!early, 'never pending')
    await new Promise(done => setTimeout(done, 1000 * (asked.interval ?? 5)))
    assert.ok((await poll()).access_token)
  })
}
