// Codes, tokens, introspection, revocation: RFC 6749 4.1.3, 5 and 6, RFC 7662, RFC 7009, OpenID
// Connect Core 2 and 3.1.3.
import assert from 'node:assert/strict'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { browse, Client, get, now, post, random } from '../client.mjs'
import { noStore, refused, unauthorized } from '../expect.mjs'
import { test } from '../tap.mjs'

export function tokens(target) {
  const { token_endpoint: token } = target.metadata
  let one, two
  const client = async () => one ??= await Client.register(target)
  const other = async () => two ??= await Client.register(target)
  const active = async (c, t) => (await c.introspect(t)).json.active

  test('RFC 6749 5.1: a token answer is JSON, is not kept, and says how long it lives', async () => {
    const c = await client()
    const answer = await c.exchange(await c.code())
    assert.equal(answer.status, 200, answer.text)
    noStore(answer)
    assert.match(answer.headers.get('content-type'), /^application\/json/)
    assert.equal(answer.json.token_type, 'DPoP')
    assert.ok(Number.isInteger(answer.json.expires_in) && answer.json.expires_in > 0)
  })

  const no = (name, change, errors = 'invalid_grant') => test(name, async () => {
    const c = await client()
    refused(await c.exchange(await c.code(), change), errors)
  })
  no('RFC 7636 4.6: a wrong code_verifier is refused', { code_verifier: random() + random() })
  no('RFC 7636 4.6: a code without code_verifier is refused', { code_verifier: undefined }, ['invalid_grant', 'invalid_request'])
  no('RFC 6749 4.1.3: a code with another redirect_uri is refused', { redirect_uri: 'https://client.example/other' })
  no('RFC 6749 4.1.3: a code without redirect_uri is refused', { redirect_uri: undefined }, ['invalid_grant', 'invalid_request'])
  no('RFC 6749 5.2: no code is invalid_request', { code: undefined }, 'invalid_request')
  no('RFC 6749 5.2: a code that was never given is invalid_grant', { code: random() })
  no('RFC 6749 5.2: no grant_type is invalid_request', { grant_type: undefined }, 'invalid_request')
  no('RFC 6749 5.2: an unknown grant_type is unsupported_grant_type', { grant_type: 'urn:example:nothing' }, 'unsupported_grant_type')
  no('FAPI 2.0 SP 5.3.2.1: the password grant is refused', { grant_type: 'password', username: 'a', password: 'b' }, ['unsupported_grant_type', 'unauthorized_client'])

  test('FAPI 2.0 SP 5.3.2.2: a code is taken once, and its tokens end when it comes again', async () => {
    const c = await client()
    const code = await c.code()
    const first = await c.exchange(code)
    assert.equal(await active(c, first.json.access_token), true)
    refused(await c.exchange(code), 'invalid_grant')
    assert.equal(await active(c, first.json.access_token), false, 'RFC 6749 4.1.2: the tokens end')
  })

  test('RFC 6749 4.1.3: a code of another client is refused', async () => {
    const [a, b] = [await client(), await other()]
    const code = await a.code()
    refused(await b.exchange(code, { code_verifier: a.verifier }), 'invalid_grant')
  })

  test('FAPI 2.0 SP 5.3.2.2: a code lives at most 60 seconds', async () => {
    const c = await client()
    const code = await c.code()
    await new Promise(done => setTimeout(done, 61_000))
    refused(await c.exchange(code), 'invalid_grant')
  }, { slow: true })

  test('RFC 6749 3.2: a parameter given twice at the token endpoint is refused', async () => {
    const c = await client()
    const params = new URLSearchParams({ ...await c.auth(), grant_type: 'client_credentials' })
    params.append('grant_type', 'client_credentials')
    refused(await post(token, params, { dpop: await c.proof(token, { nonce: await c.freshNonce() }) }), 'invalid_request')
  })

  test('RFC 6749 3.2: the token endpoint does not answer GET', async () => {
    const { status } = await get(`${token}?${new URLSearchParams({ grant_type: 'client_credentials' })}`)
    assert.ok([400, 404, 405].includes(status), String(status))
  })

  test('RFC 6749 3.2: the token endpoint takes no JSON', async () => {
    const c = await client()
    const response = await fetch(token, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...await c.auth(), grant_type: 'client_credentials' }) })
    assert.ok([400, 401, 415].includes(response.status), String(response.status))
  })

  test('RFC 6749 5.2: a grant that the client did not register is unauthorized_client', async () => {
    const narrow = await Client.register(target, { grant_types: ['authorization_code'] })
    refused(await narrow.post('token_endpoint', { grant_type: 'client_credentials' }), 'unauthorized_client')
  })

  test('RFC 6749 3.3: client credentials with an unknown scope are refused, or do not hold it', async () => {
    const answer = await (await client()).post('token_endpoint', { grant_type: 'client_credentials', scope: 'everything' })
    if (answer.status !== 200) return refused(answer, 'invalid_scope')
    assert.ok(!answer.json.scope?.includes('everything'))
    assert.ok(!(await (await client()).introspect(answer.json.access_token)).json.scope?.includes('everything'))
  })

  test('RFC 6749 4.4.3: client credentials give no refresh token and no ID token', async () => {
    const { json } = await (await client()).post('token_endpoint', { grant_type: 'client_credentials' })
    assert.ok(json.access_token && !json.refresh_token && !json.id_token)
  })

  test('OpenID Connect Core 2: the ID token is signed by a published key, for this client, with this nonce', async () => {
    const c = await client()
    const nonce = random()
    const { id_token: t } = await c.tokens({ nonce, max_age: '3600' })
    const { payload, protectedHeader } = await jwtVerify(t, createRemoteJWKSet(new URL(target.metadata.jwks_uri)), {
      issuer: target.issuer, audience: c.id, algorithms: ['ES256'], requiredClaims: ['sub', 'exp', 'iat'],
    })
    assert.ok(protectedHeader.kid)
    assert.deepEqual([payload.aud].flat(), [c.id])
    assert.equal(payload.nonce, nonce)
    assert.match(payload.sub, /^[\x20-\x7E]{1,255}$/)
    assert.ok(Number.isInteger(payload.auth_time) && payload.auth_time <= now() + 1, 'auth_time, for max_age was asked')
    assert.ok(payload.exp > now() && payload.iat <= now() + 1)
  })

  test('OpenID Connect Core 3.1.2.1: without the openid scope there is no ID token', async () => {
    const c = await client()
    const pushed = await c.push({ scope: target.scopes.extra, nonce: undefined })
    if (pushed.status !== 201) return refused(pushed, ['invalid_scope', 'invalid_request'])
    const { to } = await browse(c.authorizationURL({ request_uri: pushed.json.request_uri }))
    if (to?.searchParams.has('error')) return // nothing is left to grant
    const answer = await c.exchange(to.searchParams.get('code'))
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.json.id_token, undefined)
  })

  test('OpenID Connect Core 5.3.2: userinfo names the subject of the ID token', async () => {
    const c = await client()
    const answer = await c.tokens()
    const { sub } = JSON.parse(Buffer.from(answer.id_token.split('.')[1], 'base64url'))
    assert.equal((await c.userinfo(answer.access_token)).json.sub, sub)
  })

  refreshing(target, client, other, active)
  asking(target, client, other, active)
}

function refreshing(target, client, other, active) {
  test('RFC 6749 6: a refresh token of another client is refused', async () => {
    const { refresh_token: t } = await (await client()).refreshable()
    refused(await (await other()).refresh(t), 'invalid_grant')
  })

  test('RFC 6749 6: a refresh cannot widen the scope', async () => {
    const c = await client()
    const { refresh_token: t } = await c.refreshable()
    refused(await c.refresh(t, { scope: target.scopes.all }), 'invalid_scope')
  })

  test('RFC 6749 6: a refresh can narrow the scope', async () => {
    const c = await client()
    const { refresh_token: t } = await c.tokens({ scope: target.scopes.all, prompt: 'consent' })
    const { json } = await c.refresh(t, { scope: 'openid' })
    assert.equal(json.scope, 'openid')
  })

  test('FAPI 2.0 SP 5.3.2.1: refresh tokens are not rotated', async () => {
    const c = await client()
    const { refresh_token: t } = await c.refreshable()
    const first = (await c.refresh(t)).json
    assert.equal(first.refresh_token ?? t, t)
    assert.equal((await c.refresh(t)).status, 200)
  })

  test('RFC 6749 6: an access token does not refresh', async () => {
    const c = await client()
    refused(await c.refresh((await c.refreshable()).access_token), 'invalid_grant')
  })

  test('RFC 6749 6: a refresh without a token is invalid_request', async () => {
    const c = await client()
    refused(await c.post('token_endpoint', { grant_type: 'refresh_token' }), 'invalid_request')
  })

  test('FAPI 2.0 SP 5.3.2.1: a refresh without a proof is refused', async () => {
    const c = await client()
    const { refresh_token: t } = await c.refreshable()
    refused(await c.refresh(t, {}, { proof: null }), ['invalid_dpop_proof', 'invalid_request', 'invalid_grant'])
  })

  test('RFC 7009 2.1: a revoked refresh token is refused, and its access token ends', async () => {
    const c = await client()
    const { refresh_token: t, access_token: a } = await c.refreshable()
    assert.equal((await c.post('revocation_endpoint', { token: t }, { proof: null })).status, 200)
    refused(await c.refresh(t), 'invalid_grant')
    assert.equal(await active(c, a), false)
  })
}

function asking(target, client, other, active) {
  const { introspection_endpoint: introspection, revocation_endpoint: revocation } = target.metadata

  test('RFC 7662 2.2: introspection says whose the token is and what it is bound to', async () => {
    const c = await client()
    const { access_token: t } = await c.tokens()
    const answer = await c.introspect(t)
    noStore(answer)
    assert.equal(answer.json.active, true)
    assert.equal(answer.json.client_id, c.id)
    assert.equal(answer.json.cnf.jkt, c.dpop.thumbprint)
    assert.ok(answer.json.exp > now() && answer.json.scope === 'openid' && answer.json.iss === target.issuer)
  })

  test('RFC 7662 2.1: introspection without authentication is refused', async () => {
    const { access_token: t } = await (await client()).tokens()
    refused(await post(introspection, { token: t }), ['invalid_client', 'invalid_request'])
  })

  test('RFC 7662 4: a stranger learns nothing about a token', async () => {
    const { access_token: t } = await (await client()).tokens()
    const answer = await (await other()).introspect(t)
    if (answer.status === 200) assert.deepEqual(answer.json, { active: false })
    else assert.ok([401, 403].includes(answer.status), String(answer.status))
  })

  test('RFC 7662 2.2: a token that is none is only inactive', async () =>
    assert.deepEqual((await (await client()).introspect(random())).json, { active: false }))

  test('RFC 7662 2.1: introspection of nothing is invalid_request', async () => {
    const c = await client()
    refused(await c.post('introspection_endpoint', {}, { proof: null }), 'invalid_request')
  })

  test('RFC 7662 4: introspection takes no GET', async () => assert.ok([404, 405].includes((await get(introspection)).status)))

  test('RFC 7009 2.2: the revocation of an unknown token answers 200', async () =>
    assert.equal((await (await client()).post('revocation_endpoint', { token: random() }, { proof: null })).status, 200))

  test('RFC 7009 2.1: a stranger cannot revoke', async () => {
    const c = await client()
    const { access_token: t } = await c.tokens()
    const answer = await (await other()).post('revocation_endpoint', { token: t }, { proof: null })
    assert.ok([200, 400, 401, 403].includes(answer.status))
    assert.equal(await active(c, t), true)
  })

  test('RFC 7009 2.1: revocation without authentication is refused', async () => {
    const c = await client()
    const { access_token: t } = await c.tokens()
    refused(await post(revocation, { token: t }), ['invalid_client', 'invalid_request'])
    assert.equal(await active(c, t), true)
  })

  for (const hint of ['refresh_token', 'nonsense']) {
    test(`RFC 7009 2.1: a token is revoked although the hint says ${hint}`, async () => {
      const c = await client()
      const { access_token: t } = await c.tokens()
      assert.equal((await c.post('revocation_endpoint', { token: t, token_type_hint: hint }, { proof: null })).status, 200)
      assert.equal(await active(c, t), false)
    })
  }

  test('RFC 7662 2.1: a token is found although the hint says refresh_token', async () => {
    const c = await client()
    const { access_token: t } = await c.tokens()
    assert.equal((await c.post('introspection_endpoint', { token: t, token_type_hint: 'refresh_token' }, { proof: null })).json.active, true)
  })

  test('RFC 7009 2.1: the revocation of nothing is invalid_request', async () =>
    refused(await (await client()).post('revocation_endpoint', {}, { proof: null }), 'invalid_request'))

  test('RFC 7009 2: a revoked access token opens nothing', async () => {
    const c = await client()
    const { access_token: t } = await c.tokens()
    await c.post('revocation_endpoint', { token: t }, { proof: null })
    unauthorized(await c.userinfo(t), 'invalid_token')
  })
}
