// Proof of possession: RFC 9449, at the token endpoint and at a resource (userinfo).
import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { SignJWT } from 'jose'
import { Client, get, keyPair, now, random, unsigned } from '../client.mjs'
import { refused, unauthorized } from '../expect.mjs'
import { test } from '../tap.mjs'

const bad = 'invalid_dpop_proof'

// lines posts with a header on two lines, which fetch cannot.
const lines = (url, headers, body) => new Promise((yes, no) => {
  const request = httpRequest(url, { method: 'POST', headers }, async response => {
    let text = ''
    for await (const part of response) text += part
    yes({ status: response.statusCode, headers: new Headers(), text, json: JSON.parse(text) })
  })
  request.on('error', no).end(body)
})

export function possession(target) {
  const { token_endpoint: token, userinfo_endpoint: userinfo, pushed_authorization_request_endpoint: par } = target.metadata
  let one, tokens
  const client = async () => {
    if (!one) { one = await Client.register(target); await one.freshNonce() }
    return one
  }
  const ask = async (proof, params = { grant_type: 'client_credentials' }) => (await client()).post('token_endpoint', params, { proof })
  const no = (name, make, errors = bad) => test(name, async () => refused(await ask(await make(await client())), errors))
  const claims = (c, change) => ({ jti: random(), htm: 'POST', htu: token, iat: now(), nonce: c.nonce, ...change })

  test('RFC 9449 5: a token asked for with a right proof is a DPoP token', async () => {
    const c = await client()
    const answer = await ask(await c.proof(token))
    assert.equal(answer.json.token_type, 'DPoP')
  })
  no('FAPI 2.0 SP 5.3.2.1: a token asked for without a proof is refused', () => null, [bad, 'invalid_request', 'invalid_grant'])
  no('RFC 9449 4.3 (2): a proof that is not a JWT is refused', () => 'not a proof')
  no('RFC 9449 4.3 (3): a proof without jti is refused', c => c.proof(token, { jti: undefined }))
  no('RFC 9449 4.3 (3): a proof without iat is refused', c => c.proof(token, { iat: undefined }))
  no('RFC 9449 4.3 (3): a proof without htm is refused', c => c.proof(token, { htm: undefined }))
  no('RFC 9449 4.3 (3): a proof without htu is refused', c => c.proof(token, { htu: undefined }))
  no('RFC 9449 4.3 (4): a proof of another typ is refused', c => c.proof(token, {}, { header: { typ: 'JWT' } }))
  no('RFC 9449 4.3 (5): a proof with alg none is refused', c => unsigned({ typ: 'dpop+jwt', jwk: c.dpop.jwk }, claims(c)))
  no('RFC 9449 4.3 (5): a proof with HS256 is refused', c =>
    new SignJWT(claims(c)).setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk: { kty: 'oct', k: 'c2VjcmV0' } }).sign(new TextEncoder().encode('secret')))
  no('FAPI 2.0 SP 5.4.1: a proof with RS256 is refused', async c => c.proof(token, {}, { key: await keyPair('RS256') }))
  no('RFC 9449 4.3 (6): a proof signed by another key than its own is refused', async c => c.proof(token, {}, { key: { ...await keyPair(), jwk: c.dpop.jwk } }))
  no('RFC 9449 4.3 (7): a proof that shows a private key is refused', async c =>
    c.proof(token, {}, { header: { jwk: { ...c.dpop.jwk, d: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' } } }))
  no('RFC 9449 4.2: a proof without a key is refused', c => c.proof(token, {}, { header: { jwk: undefined } }))
  no('RFC 9449 4.3 (8): a proof for another method is refused', c => c.proof(token, { htm: 'GET' }))
  no('RFC 9449 4.3 (9): a proof for another address is refused', c => c.proof('https://other.example/token'))
  no('RFC 9449 4.3 (9): a proof for another endpoint is refused', c => c.proof(par))
  no('RFC 9449 4.3 (10): a proof without the nonce is refused', c => c.proof(token, { nonce: undefined }), 'use_dpop_nonce')
  no('RFC 9449 4.3 (10): a proof with a nonce of somebody else is refused', c => c.proof(token, { nonce: random() }), ['use_dpop_nonce', bad])
  no('RFC 9449 4.3 (11): a stale proof without a nonce is refused', c => c.proof(token, { nonce: undefined, iat: now() - 3600 }), [bad, 'use_dpop_nonce'])
  no('RFC 9449 4.3 (11): a proof of the future without a nonce is refused', c => c.proof(token, { nonce: undefined, iat: now() + 3600 }), [bad, 'use_dpop_nonce'])
  test('RFC 9449 4.3 (1): two proofs are refused', async () => {
    const c = await client()
    const form = new URLSearchParams({ ...await c.auth(), grant_type: 'client_credentials' })
    const headers = { dpop: [await c.proof(token), await c.proof(token)], 'content-type': 'application/x-www-form-urlencoded' }
    refused(await lines(token, headers, form.toString()), [bad, 'invalid_request'])
  })
  test('Praya, bad input: a proof of 40 kB is refused', async () => {
    const answer = await ask(await (await client()).proof(token, { filler: 'x'.repeat(30_000) }))
    assert.ok([400, 413, 431].includes(answer.status), `${answer.status} ${answer.text.slice(0, 100)}`)
  })

  test('FAPI 2.0 SP 5.3.2.1: a proof with iat 8 s ahead is taken', async () => {
    const c = await client()
    assert.equal((await ask(await c.proof(token, { iat: now() + 8 }))).status, 200)
  })

  test('RFC 9449 8: a request without a nonce is told the nonce', async () => {
    const answer = await ask(await (await client()).proof(token, { nonce: undefined }))
    refused(answer, 'use_dpop_nonce', 400)
    assert.match(answer.headers.get('dpop-nonce'), /^[\x21\x23-\x5B\x5D-\x7E]+$/)
  })

  test('RFC 9449 11.1: a proof is taken once', async () => {
    const proof = await (await client()).proof(token)
    assert.equal((await ask(proof)).status, 200)
    refused(await ask(proof), [bad, 'invalid_grant', 'use_dpop_nonce'])
  })

  test('RFC 9449 10: a code bound by dpop_jkt is refused with another key', async () => {
    const c = await client()
    const code = await c.code({ dpop_jkt: c.dpop.thumbprint })
    refused(await c.exchange(code, {}, { proof: await c.proof(token, {}, { key: await keyPair() }) }), ['invalid_grant', bad])
  })

  test('RFC 9449 10: a code bound by dpop_jkt is exchanged with its own key', async () => {
    const c = await client()
    assert.equal((await c.exchange(await c.code({ dpop_jkt: c.dpop.thumbprint }))).status, 200)
  })

  test('RFC 9449 10.1: a code bound by the proof of the pushed request is refused with another key', async () => {
    const c = await client()
    const code = await c.code({}, { proof: await c.proof(par) })
    refused(await c.exchange(code, {}, { proof: await c.proof(token, {}, { key: await keyPair() }) }), ['invalid_grant', bad])
  })

  test('RFC 9449 10.1: a pushed request whose proof and dpop_jkt differ is refused', async () => {
    const c = await client()
    refused(await c.push({ dpop_jkt: (await keyPair()).thumbprint }, { proof: await c.proof(par) }), [bad, 'invalid_request'])
  })

  test('RFC 9449 4.3: a bad proof at PAR is refused', async () => {
    const c = await client()
    refused(await c.push({}, { proof: await c.proof('https://other.example/par') }), [bad, 'invalid_request'])
  })

  test('RFC 9449 8.2: a nonce is told again when the old one is not good', async () => {
    const answer = await ask(await (await client()).proof(token, { nonce: 'old' }))
    assert.ok(answer.headers.get('dpop-nonce'))
  })

  // At a resource.
  const access = async () => tokens ??= await (await client()).tokens()
  const useProof = (name, make, error) => test(name, async () => {
    const c = await client()
    const { access_token: t } = await access()
    await c.userinfo(t) // it works, and leaves a nonce
    unauthorized(await c.userinfo(t, { proof: await make(c, t) }), error, [400, 401])
  })
  const at = (c, t, change, how) => c.proof(userinfo, { ath: c.ath(t), ...change }, { method: 'GET', ...how })

  test('RFC 9449 7: a token with its proof is taken', async () => {
    const { access_token: t } = await access()
    assert.equal((await (await client()).userinfo(t)).status, 200)
  })
  useProof('RFC 9449 7.1: a token without a proof is refused', () => null)
  useProof('RFC 9449 4.3 (12): a proof without ath is refused', (c, t) => at(c, t, { ath: undefined }), bad)
  useProof('RFC 9449 4.3 (12): a proof with the ath of another token is refused', (c, t) => at(c, t, { ath: c.ath('another') }), bad)
  useProof('RFC 9449 7.1: a proof by another key is refused', async (c, t) => at(c, t, {}, { key: await keyPair() }), ['invalid_token', bad])
  useProof('RFC 9449 4.3 (8): a proof for POST is refused at GET', (c, t) => at(c, t, { htm: 'POST' }), bad)
  useProof('RFC 9449 4.3 (9): a proof for the token endpoint is refused', (c, t) => at(c, t, { htu: token }), bad)
  useProof('RFC 9449 9: a proof without a nonce is refused', (c, t) => at(c, t, { nonce: undefined }), 'use_dpop_nonce')

  test('RFC 9449 11.1: a proof is taken once at a resource', async () => {
    const c = await client()
    const { access_token: t } = await access()
    await c.userinfo(t)
    const proof = await at(c, t)
    assert.equal((await c.userinfo(t, { proof })).status, 200)
    unauthorized(await c.userinfo(t, { proof }), [bad, 'invalid_token', 'use_dpop_nonce'], [400, 401])
  })

  test('RFC 9449 4.3 (9): the query of an address is not part of a proof', async () => {
    const { access_token: t } = await access()
    assert.equal((await (await client()).userinfo(t, { url: `${userinfo}?x=1` })).status, 200)
  })

  test('OpenID Connect Core 5.3.1: userinfo answers POST as it answers GET', async () => {
    const { access_token: t } = await access()
    assert.equal((await (await client()).userinfo(t, { method: 'POST' })).status, 200)
  })

  test('RFC 9449 7.2: a DPoP token used as a bearer token is refused', async () => {
    const { access_token: t } = await access()
    unauthorized(await (await client()).userinfo(t, { scheme: 'Bearer', proof: null }), undefined, [400, 401])
  })

  test('RFC 9449 7.2: a DPoP token used as a bearer token with a proof is refused', async () => {
    const { access_token: t } = await access()
    unauthorized(await (await client()).userinfo(t, { scheme: 'Bearer' }), undefined, [400, 401])
  })

  test('FAPI 2.0 SP 5.3.4: a token in the address is refused', async () => {
    const { access_token: t } = await access()
    const answer = await get(`${userinfo}?${new URLSearchParams({ access_token: t })}`)
    assert.ok([400, 401].includes(answer.status), String(answer.status))
  })

  test('RFC 6750 3: without a token the answer is 401 with a challenge that names no error', async () => {
    const answer = await get(userinfo)
    unauthorized(answer)
    assert.doesNotMatch(answer.headers.get('www-authenticate'), /error=/)
  })

  test('RFC 9449 7.1: the challenge names the algorithms', async () =>
    assert.match((await get(userinfo)).headers.get('www-authenticate') ?? '', /DPoP [^,]*.*algs="[^"]*ES256/))

  test('RFC 6750 3.1: an unknown token is invalid_token', async () => unauthorized(await (await client()).userinfo(random()), 'invalid_token'))

  test('RFC 6749 1.5: a refresh token is no access token', async () => {
    const c = await client()
    const { refresh_token: t } = await c.refreshable()
    unauthorized(await c.userinfo(t), 'invalid_token')
  })

  test('OpenID Connect Core 5.3: a token without openid gets no userinfo', async () => {
    const c = await client()
    const { json } = await ask(await c.proof(token))
    const answer = await c.userinfo(json.access_token)
    assert.ok([401, 403].includes(answer.status), `${answer.status} ${answer.text.slice(0, 100)}`)
  })
}
