// How a client proves who it is: RFC 7523, RFC 6749 2.3, FAPI 2.0 5.3.2.1.
import assert from 'node:assert/strict'
import { SignJWT } from 'jose'
import { Client, keyPair, now, post, random, sign, unsigned } from '../client.mjs'
import { refused } from '../expect.mjs'
import { test } from '../tap.mjs'

export function authentication(target) {
  let one
  const client = async () => one ??= await Client.register(target)
  // Client authentication is one thing at every endpoint; PAR needs no proof of possession.
  const send = async (assertion, change = {}) => {
    const c = await client()
    return c.push({}, { auth: { ...await c.auth(assertion), ...change } })
  }
  const no = (name, make, errors = 'invalid_client') => test(name, async () => refused(await send(await make(await client())), errors))
  const yes = (name, make) => test(name, async () => {
    const answer = await send(await make(await client()))
    assert.equal(answer.status, 201, answer.text)
  })
  const claims = (c, change) => ({ iss: c.id, sub: c.id, aud: target.issuer, jti: random(), iat: now(), nbf: now(), exp: now() + 60, ...change })

  yes('RFC 7523 3: a right assertion is taken', c => c.assertion())
  no('RFC 7523 3: an assertion with alg none is refused', c => unsigned({}, claims(c)))
  no('FAPI 2.0 SP 5.4.1: an assertion with HS256 under the public key is refused', async c =>
    new SignJWT(claims(c)).setProtectedHeader({ alg: 'HS256', kid: c.key.kid }).sign(new TextEncoder().encode(JSON.stringify(c.key.jwk))))
  for (const alg of ['RS256', 'RS512']) {
    test(`FAPI 2.0 SP 5.4.1: an assertion with ${alg}, by a key that the client registered, is refused`, async () => {
      const rsa = await keyPair(alg)
      const { alg: _, ...jwk } = rsa.jwk
      const c = await Client.register(target, { token_endpoint_auth_signing_alg: undefined, jwks: { keys: [{ ...jwk, kid: rsa.kid, use: 'sig' }] } })
      refused(await c.push({}, { auth: await c.auth(await sign(rsa, { kid: rsa.kid }, claims(c))) }), 'invalid_client')
    })
  }
  test('FAPI 2.0 SP 5.4.1: an assertion with PS256, by a key that the client registered, is taken', async () => {
    const c = await Client.register(target, { token_endpoint_auth_signing_alg: 'PS256' })
    assert.equal((await c.push()).status, 201)
  })
  no('RFC 7523 3 (3): an assertion for somebody else is refused', c => c.assertion({ aud: 'https://other.example' }))
  no('RFC 7523 3 (3): an assertion for nobody is refused', c => c.assertion({ aud: undefined }))
  no('FAPI 2.0 SP 5.3.2.1: an assertion for the token endpoint is refused', c => c.assertion({ aud: target.metadata.token_endpoint }))
  no('FAPI 2.0 SP 5.3.2.1: an assertion for a list with the issuer in it is refused', c => c.assertion({ aud: [target.issuer] }))
  no('RFC 7523 3 (4): an expired assertion is refused', c => c.assertion({ iat: now() - 300, nbf: now() - 300, exp: now() - 120 }))
  no('RFC 7523 3 (4): an assertion without exp is refused', c => c.assertion({ exp: undefined }))
  no('RFC 7519 4.1.4: an assertion whose exp is text is refused', c => c.assertion({ exp: String(now() + 60) }))
  no('FAPI 2.0 SP 5.3.2.1: an assertion with nbf over 60 s ahead is refused', c => c.assertion({ nbf: now() + 90, exp: now() + 150 }))
  no('FAPI 2.0 SP 5.3.2.1: an assertion with iat over 60 s ahead is refused', c => c.assertion({ iat: now() + 90, nbf: undefined, exp: now() + 150 }))
  yes('FAPI 2.0 SP 5.3.2.1: an assertion with iat and nbf 8 s ahead is taken', c => c.assertion({ iat: now() + 8, nbf: now() + 8 }))
  no('OpenID Connect Core 9: an assertion without jti is refused', c => c.assertion({ jti: undefined }))
  no('RFC 7523 3 (1): an assertion without iss is refused', c => c.assertion({ iss: undefined }))
  no('RFC 7523 3 (1): an assertion of another issuer is refused', c => c.assertion({ iss: 'another' }))
  no('RFC 7523 3 (2): an assertion without sub is refused', c => c.assertion({ sub: undefined }))
  no('RFC 7523 3 (2): an assertion about another client is refused', c => c.assertion({ sub: 'another' }))
  no('RFC 7523 3 (9): an assertion signed by another key is refused', async c => c.assertion({}, {}, await keyPair()))
  no('RFC 7515 4.1.4: an assertion with an unknown kid is refused', c => c.assertion({}, { kid: 'unknown' }))
  no('RFC 8725 3.10: a key in the assertion\'s own header is not used', async c => {
    const key = await keyPair()
    return sign(key, { jwk: key.jwk, kid: undefined }, claims(c))
  })
  no('RFC 7515 4.1.11: an assertion with a critical extension is refused', async c => {
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid: c.key.kid, crit: ['extra'], extra: true })).toString('base64url')
    const input = `${header}.${Buffer.from(JSON.stringify(claims(c))).toString('base64url')}`
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, c.key.privateKey, new TextEncoder().encode(input))
    return `${input}.${Buffer.from(signature).toString('base64url')}`
  })
  no('RFC 7515 5.2: an assertion that is not a JWT is refused', () => 'not.a.jwt')
  no('RFC 7515 5.2: an assertion with a changed signature is refused', async c => {
    const [head, body, signature] = (await c.assertion()).split('.')
    return `${head}.${body}.${signature.replace(/^./, x => x === 'A' ? 'B' : 'A')}`
  })
  no('RFC 7519 7.2: an assertion that is a list is refused', async c => {
    const input = `${Buffer.from(JSON.stringify({ alg: 'ES256', kid: c.key.kid })).toString('base64url')}.${Buffer.from('[]').toString('base64url')}`
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, c.key.privateKey, new TextEncoder().encode(input))
    return `${input}.${Buffer.from(signature).toString('base64url')}`
  })

  test('OpenID Connect Core 9: an assertion is taken once', async () => {
    const assertion = await (await client()).assertion()
    assert.equal((await send(assertion)).status, 201)
    refused(await send(assertion), 'invalid_client')
  })

  test('OpenID Connect Core 9: an assertion taken at one endpoint is refused at another', async () => {
    const c = await client()
    const assertion = await c.assertion()
    assert.equal((await send(assertion)).status, 201)
    await c.freshNonce()
    const url = target.metadata.token_endpoint
    refused(await c.post('token_endpoint', { grant_type: 'client_credentials' }, { auth: await c.auth(assertion), proof: await c.proof(url) }), 'invalid_client')
  })

  test('RFC 7521 4.2: another client_assertion_type is refused', async () =>
    refused(await send(undefined, { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }), ['invalid_client', 'invalid_request']))

  test('RFC 7521 4.2: an assertion of another client than client_id is refused', async () => {
    const other = await Client.register(target)
    refused(await send(undefined, { client_id: other.id }), ['invalid_client', 'invalid_request'])
  })

  test('RFC 6749 2.3: two ways of authentication at once are refused', async () => {
    const c = await client()
    const headers = { authorization: `Basic ${Buffer.from(`${c.id}:secret`).toString('base64')}` }
    refused(await c.push({}, { headers }), ['invalid_client', 'invalid_request'])
  })

  test('FAPI 2.0 SP 5.3.2.1: a client with a key cannot use a secret', async () => {
    const c = await client()
    refused(await c.push({}, { auth: { client_id: c.id, client_secret: 'secret' } }), 'invalid_client')
  })

  test('RFC 6749 5.2: an unknown client is invalid_client', async () => {
    const c = await client()
    const stranger = Object.assign(new Client(target, 'nobody', c.key, c.metadata), { dpop: c.dpop })
    refused(await stranger.push(), 'invalid_client')
  })

  test('Praya, bad input: an assertion of 100 kB is refused', async () => {
    const answer = await send(await (await client()).assertion({ filler: 'x'.repeat(100_000) }))
    assert.ok([400, 401, 413].includes(answer.status), `${answer.status} ${answer.text.slice(0, 100)}`)
  })

  test('Praya, bad input: an assertion with 5,000 levels of JSON is refused', async () => {
    const c = await client()
    const body = `{"iss":"${c.id}","sub":"${c.id}","deep":${'['.repeat(5000)}${']'.repeat(5000)}}`
    const input = `${Buffer.from(JSON.stringify({ alg: 'ES256', kid: c.key.kid })).toString('base64url')}.${Buffer.from(body).toString('base64url')}`
    refused(await send(`${input}.AAAA`), 'invalid_client')
  })

  test('RFC 6749 5.2: a wrong secret in the Authorization header answers 401 with WWW-Authenticate', async () => {
    const plain = await Client.register(target, { token_endpoint_auth_method: 'client_secret_basic', token_endpoint_auth_signing_alg: undefined,
      dpop_bound_access_tokens: false, require_pushed_authorization_requests: false, jwks: undefined })
    const headers = { authorization: `Basic ${Buffer.from(`${plain.id}:wrong`).toString('base64')}` }
    const answer = await post(target.metadata.token_endpoint, { grant_type: 'client_credentials' }, headers)
    refused(answer, 'invalid_client', 401)
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic /i)
  })
}
