// Message signing: RFC 9101 (JAR) at PAR, JARM, FAPI 2.0 Message Signing 5.3 and 5.4.
import assert from 'node:assert/strict'
import { createRemoteJWKSet, jwtVerify, SignJWT } from 'jose'
import { browse, Client, keyPair, now, random, redirectURI, sign, unsigned } from '../client.mjs'
import { refused } from '../expect.mjs'
import { test } from '../tap.mjs'

export function messages(target) {
  requests(target)
  responses(target)
}

function requests(target) {
  let one
  const client = async () => one ??= await Client.register(target, { require_signed_request_object: true, request_object_signing_alg: 'ES256' })
  const claims = (c, change) => ({ iss: c.id, client_id: c.id, aud: target.issuer, iat: now(), nbf: now(), exp: now() + 120, jti: random(), ...c.request(), ...change })
  const object = (c, change, header, key = c.key) => sign(key, { kid: c.key.kid, typ: 'oauth-authz-req+jwt', ...header }, claims(c, change))
  const send = async (request, beside = {}) => (await client()).post('pushed_authorization_request_endpoint', { request, ...beside }, { proof: null })
  const no = (name, make, errors = 'invalid_request_object') => test(name, async () => refused(await send(await make(await client())), errors))
  const ms = 'FAPI 2.0 MS 5.3.1'

  test(`${ms}: a right request object is taken`, async () => {
    const c = await client()
    const pushed = await send(await object(c, { state: 'inside' }))
    assert.equal(pushed.status, 201, pushed.text)
    const { to } = await browse(c.authorizationURL({ request_uri: pushed.json.request_uri }))
    assert.equal(said(to).state, 'inside')
  })
  test('JARM 2.3: a client that signs its requests gets a signed response only when response_mode asks for one', async () => {
    const c = await client()
    const pushed = await send(await object(c))
    const { to } = await browse(c.authorizationURL({ request_uri: pushed.json.request_uri }))
    assert.ok(to.searchParams.has('code') && !to.searchParams.has('response'), [...to.searchParams.keys()].join())
  })
  test(`${ms}: an unsigned request is refused when a signed one is required`, async () =>
    refused(await (await client()).push(), ['invalid_request', 'invalid_request_object']))
  no('RFC 9101 10.1: a request object with alg none is refused', c => unsigned({}, claims(c)))
  test('FAPI 2.0 SP 5.4.1: a request object with RS256, by a key that the client registered, is refused', async () => {
    const rsa = await keyPair('RS256')
    const { alg: _, ...jwk } = rsa.jwk
    const c = await Client.register(target, { token_endpoint_auth_signing_alg: 'PS256', jwks: { keys: [{ ...jwk, kid: rsa.kid, use: 'sig' }] } })
    Object.assign(c.key, { ...await keyPair('PS256'), privateKey: await again(rsa, 'RSA-PSS'), kid: rsa.kid })
    const request = await sign(rsa, { kid: rsa.kid }, claims(c))
    refused(await c.post('pushed_authorization_request_endpoint', { request }, { proof: null }), 'invalid_request_object')
  })
  no('FAPI 2.0 SP 5.4.1: a request object with HS256 is refused', c =>
    new SignJWT(claims(c)).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(JSON.stringify(c.key.jwk))))
  no(`${ms}: a request object for somebody else is refused`, c => object(c, { aud: 'https://other.example' }))
  no(`${ms}: a request object for nobody is refused`, c => object(c, { aud: undefined }))
  no(`${ms}: an expired request object is refused`, c => object(c, { iat: now() - 300, nbf: now() - 300, exp: now() - 120 }))
  no(`${ms}: a request object without exp is refused`, c => object(c, { exp: undefined }))
  no(`${ms}: a request object without nbf is refused`, c => object(c, { nbf: undefined }))
  no(`${ms}: a request object with nbf over 60 minutes ago is refused`, c => object(c, { iat: now() - 3700, nbf: now() - 3700, exp: now() + 60 }))
  no(`${ms}: a request object that lives over 60 minutes is refused`, c => object(c, { exp: now() + 3700 }))
  no('FAPI 2.0 SP 5.3.2.1: a request object with nbf over 60 s ahead is refused', c => object(c, { nbf: now() + 90, exp: now() + 150 }))
  test('FAPI 2.0 SP 5.3.2.1: a request object with iat and nbf 8 s ahead is taken', async () => {
    const c = await client()
    assert.equal((await send(await object(c, { iat: now() + 8, nbf: now() + 8 }))).status, 201)
  })
  test('RFC 8725 3.11: a client assertion is no request object', async () => {
    const c = await client()
    refused(await send(await c.assertion()), ['invalid_request_object', 'invalid_request'])
  })
  no('RFC 9101 5.2.1: a request object signed by another key is refused', async c => object(c, {}, {}, await keyPair()))
  no('RFC 9101 5.2.1: a request object with an unknown kid is refused', c => object(c, {}, { kid: 'unknown' }))
  no('RFC 9101 4: a request object within a request object is refused', c => object(c, { request: 'nested' }))
  no('RFC 9101 4: a request_uri within a request object is refused', c => object(c, { request_uri: 'urn:ietf:params:oauth:request_uri:x' }))
  no('RFC 9101 5: a request object of another client is refused', c => object(c, { client_id: 'another' }), ['invalid_request_object', 'invalid_request'])
  no('RFC 9101 5: a request object by another issuer is refused', c => object(c, { iss: 'another' }))
  no('RFC 9101 5: a request object that is not a JWT is refused', () => 'nonsense')
  no('RFC 9101 5: an encrypted request object that nobody can open is refused', () => 'eyJhbGciOiJSU0EtT0FFUC0yNTYiLCJlbmMiOiJBMjU2R0NNIn0.AAAA.AAAA.AAAA.AAAA')
  no('FAPI 2.0 SP 5.3.2.2: a request object without PKCE is refused', c => object(c, { code_challenge: undefined, code_challenge_method: undefined }), ['invalid_request', 'invalid_request_object'])
  no('FAPI 2.0 SP 5.3.2.2: a request object with another response_type is refused', c => object(c, { response_type: 'token' }), ['unsupported_response_type', 'invalid_request', 'unauthorized_client'])
  test('Praya, bad input: a request object of 100 kB is refused', async () =>
    refused(await send(await object(await client(), { filler: 'x'.repeat(70_000) })), ['invalid_request_object', 'invalid_request'], [400, 413]))

  test('RFC 9126 3: parameters outside a request object change nothing', async () => {
    const c = await client()
    const pushed = await send(await object(c, { state: 'inside' }), { state: 'outside', redirect_uri: 'https://attacker.example/' })
    if (pushed.status !== 201) return refused(pushed, ['invalid_request', 'invalid_request_object'])
    const { to } = await browse(c.authorizationURL({ request_uri: pushed.json.request_uri }))
    assert.equal(to.origin + to.pathname, redirectURI)
    assert.equal(said(to).state, 'inside')
  })

  test('FAPI 2.0 SP 5.3.2.2: a request object at the authorization endpoint does not stand for PAR', async () => {
    const c = await client()
    const { to } = await browse(c.authorizationURL({ request: await object(c) }))
    assert.ok(!to?.searchParams.has('code'), 'a code came back')
  })
}

// said is what a response says, signed or not; who signed it is tested elsewhere.
function said(to) {
  const signed = to.searchParams.get('response')
  return signed ? JSON.parse(Buffer.from(signed.split('.')[1], 'base64url')) : Object.fromEntries(to.searchParams)
}

// again is the same RSA key for another algorithm.
const again = async ({ privateKey }, name) =>
  crypto.subtle.importKey('pkcs8', await crypto.subtle.exportKey('pkcs8', privateKey), { name, hash: 'SHA-256' }, true, ['sign'])

function responses(target) {
  let one
  const client = async () => one ??= await Client.register(target, { authorization_signed_response_alg: 'ES256' })
  const open = async change => {
    const c = await client()
    const { to } = await c.authorize({ response_mode: 'jwt', ...change })
    assert.deepEqual([...to.searchParams.keys()], ['response'], 'JARM 2.3.1: nothing stands beside the response')
    const { payload } = await jwtVerify(to.searchParams.get('response'), createRemoteJWKSet(new URL(target.metadata.jwks_uri)), {
      issuer: target.issuer, audience: c.id, algorithms: ['ES256'], requiredClaims: ['exp'],
    })
    return payload
  }

  test('JARM 2.1: the response is signed, for this client, and holds the code and the state', async () => {
    const payload = await open({ state: 'kept' })
    assert.ok(payload.code)
    assert.equal(payload.state, 'kept')
    assert.deepEqual([payload.aud].flat(), [(await client()).id])
  })

  test('JARM 2.1: the response lives at most ten minutes', async () => {
    const { exp } = await open()
    assert.ok(exp > now() && exp <= now() + 600, String(exp - now()))
  })

  test('JARM 2.1: an error is signed too', async () => {
    const payload = await open({ login_hint: 'persona:refuses' })
    assert.equal(payload.error, 'access_denied')
    assert.equal(payload.code, undefined)
  })

  test('JARM 2.3: response_mode query.jwt is the same', async () => assert.ok((await open({ response_mode: 'query.jwt' })).code))

  test('FAPI 2.0 SP 5.3.2.2: a code in a signed response is taken once', async () => {
    const c = await client()
    const { code } = await open()
    assert.equal((await c.exchange(code)).status, 200)
    refused(await c.exchange(code), 'invalid_grant')
  })
}
