// Pushed requests and what the browser brings back: RFC 9126, RFC 7636, RFC 9207, RFC 6749 4.1,
// FAPI 2.0 5.3.2.2.
import assert from 'node:assert/strict'
import { browse, Client, get, post, random, redirectURI } from '../client.mjs'
import { noStore, pageOnly, refused, stopped } from '../expect.mjs'
import { test } from '../tap.mjs'

export function authorization(target) {
  let one, two
  const client = async () => one ??= await Client.register(target)
  const other = async () => two ??= await Client.register(target)
  const no = (name, change, errors = 'invalid_request') => test(name, async () => refused(await (await client()).push(change), errors))
  const goTo = async params => browse((await client()).authorizationURL(params))

  test('RFC 9126 2.2: a pushed request answers 201 with a request_uri that is not kept', async () => {
    const answer = await (await client()).push()
    assert.equal(answer.status, 201, answer.text)
    noStore(answer)
    assert.match(answer.json.request_uri, /^urn:ietf:params:oauth:request_uri:.{22,}$/)
  })

  test('FAPI 2.0 SP 5.3.2.2: a request_uri lives less than 600 seconds', async () => {
    const { expires_in: life } = (await (await client()).push()).json
    assert.ok(Number.isInteger(life) && life > 0 && life < 600, String(life))
  })

  test('FAPI 2.0 SP 5.3.2.2: a pushed request without client authentication is refused', async () => {
    const c = await client()
    refused(await c.push({}, { auth: { client_id: c.id } }), 'invalid_client')
  })

  test('FAPI 2.0 SP 5.3.2.2: an authorization request that was not pushed is refused', async () => {
    const c = await client()
    stopped(await goTo(c.request()), ['invalid_request', 'unauthorized_client'], redirectURI)
  })

  no('FAPI 2.0 SP 5.3.2.2: a request without redirect_uri is refused', { redirect_uri: undefined })
  no('FAPI 2.0 SP 5.3.2.2: a request without PKCE is refused', { code_challenge: undefined, code_challenge_method: undefined })
  no('FAPI 2.0 SP 5.3.2.2: PKCE with plain is refused', { code_challenge_method: 'plain' })
  no('RFC 7636 4.3: PKCE without a method, which means plain, is refused', { code_challenge_method: undefined })
  no('RFC 7636 4.2: a code_challenge of the wrong length is refused', { code_challenge: 'short' })
  no('RFC 7636 4.2: a code_challenge with other characters is refused', { code_challenge: '*'.repeat(43) })
  no('RFC 9126 2.1: a request_uri inside a pushed request is refused', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, ['invalid_request', 'request_uri_not_supported'])
  no('RFC 6749 4.1.2.1: a request without response_type is refused', { response_type: undefined })
  for (const type of ['token', 'id_token', 'code id_token', 'code token', 'nonsense']) {
    no(`FAPI 2.0 SP 5.3.2.2: response_type ${type} is refused`, { response_type: type }, ['unsupported_response_type', 'invalid_request', 'unauthorized_client'])
  }
  no('OAuth Response Modes 2.1: an unknown response_mode is refused', { response_mode: 'nonsense' }, ['invalid_request', 'unsupported_response_mode'])
  no('OpenID Connect Core 3.1.2.1: prompt=none with another value is refused', { prompt: 'none login' })
  no('OpenID Connect Core 3.1.2.1: a max_age that is not a number is refused', { max_age: 'soon' })
  no('OpenID Connect Core 5.5: claims that are not JSON are refused', { claims: '{' })
  no('RFC 9396 5: authorization_details that are not JSON are refused', { authorization_details: '[{' }, 'invalid_authorization_details')
  no('RFC 9396 5: authorization_details of an unknown type are refused', { authorization_details: '[{"type":"unknown"}]' }, 'invalid_authorization_details')
  no('RFC 9396 5: authorization_details without a type are refused', { authorization_details: '[{}]' }, 'invalid_authorization_details')
  no('RFC 9396 2: authorization_details that are not a list of objects are refused', { authorization_details: '{"type":["a"]}' }, 'invalid_authorization_details')
  for (const [what, uri] of [
    ['of another host', 'https://attacker.example/callback'], ['with more path', `${redirectURI}/more`], ['with a query', `${redirectURI}?a=b`],
    ['with a fragment', `${redirectURI}#part`], ['with a user', 'https://client.example@attacker.example/callback'], ['in other case', 'https://client.example/Callback'],
    ['with a port', 'https://client.example:443/callback'], ['with dots', 'https://client.example/x/../callback'],
  ]) no(`RFC 9700 2.1: a redirect_uri ${what} is refused`, { redirect_uri: uri }, ['invalid_request', 'invalid_redirect_uri'])

  test('RFC 6749 3.1: a parameter given twice in a pushed request is refused', async () => {
    const c = await client()
    const params = new URLSearchParams({ ...await c.auth(), ...c.request() })
    params.append('state', 'again')
    refused(await post(target.metadata.pushed_authorization_request_endpoint, params), 'invalid_request')
  })

  test('RFC 9126 2.3: PAR answers 405 to GET', async () => {
    assert.equal((await get(target.metadata.pushed_authorization_request_endpoint)).status, 405)
  })

  test('RFC 9126 2.3: a pushed request of 200 kB is refused, with 413 or 400', async () => {
    const answer = await (await client()).push({ state: 'x'.repeat(200_000) })
    assert.ok([400, 413].includes(answer.status), `${answer.status} ${answer.text.slice(0, 100)}`)
  })

  test('RFC 6749 B: a pushed request that is not UTF-8 is refused', async () => {
    const c = await client()
    const body = new URLSearchParams({ ...await c.auth(), ...c.request({ state: undefined }) }) .toString().replace('state=undefined', '') + '&state=%ff%fe'
    const response = await fetch(target.metadata.pushed_authorization_request_endpoint, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
    assert.equal(response.status, 400)
  })

  test('FAPI 2.0 SP 5.3.2.2: a nonce of 64 characters comes back in the ID token', async () => {
    const c = await client()
    const nonce = random() + random()
    const { id_token: token } = await c.tokens({ nonce })
    assert.equal(JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).nonce, nonce)
  })

  test('RFC 6749 3.3: a scope that is not known is refused or not granted', async () => {
    const c = await client()
    const pushed = await c.push({ scope: 'openid everything' })
    if (pushed.status !== 201) return refused(pushed, 'invalid_scope')
    const tokens = await c.tokens({ scope: 'openid everything' })
    assert.ok(!tokens.scope?.split(' ').includes('everything'), tokens.scope)
  })

  test('RFC 9126 7.3: a request_uri is used once', async () => {
    const c = await client()
    const { request_uri: uri } = (await c.push()).json
    assert.ok((await goTo({ request_uri: uri })).to.searchParams.get('code'))
    stopped(await goTo({ request_uri: uri }), ['invalid_request_uri', 'invalid_request'], redirectURI)
  })

  test('RFC 9126 4: a request_uri of another client is refused', async () => {
    const { request_uri: uri } = (await (await other()).push()).json
    stopped(await goTo({ request_uri: uri }), ['invalid_request_uri', 'invalid_request'], redirectURI)
  })

  test('RFC 9126 4: an unknown request_uri is refused', async () =>
    stopped(await goTo({ request_uri: `urn:ietf:params:oauth:request_uri:${random()}` }), ['invalid_request_uri', 'invalid_request'], redirectURI))

  test('FAPI 2.0 SP 5.3.2.2: a request_uri that points elsewhere is not fetched', async () =>
    stopped(await goTo({ request_uri: 'https://attacker.example/request.jwt' }), ['invalid_request_uri', 'invalid_request', 'request_uri_not_supported'], redirectURI))

  test('RFC 9126 4: a request_uri without client_id is refused', async () => {
    const { request_uri: uri } = (await (await client()).push()).json
    pageOnly(await browse(`${target.metadata.authorization_endpoint}?${new URLSearchParams({ request_uri: uri })}`))
  })

  test('RFC 9101 6.3: parameters beside a request_uri change nothing', async () => {
    const c = await client()
    const request = c.request()
    const { request_uri: uri } = (await c.post('pushed_authorization_request_endpoint', request, { proof: null })).json
    const back = await goTo({ request_uri: uri, state: 'attacker', redirect_uri: 'https://attacker.example/', scope: 'openid profile', response_mode: 'fragment' })
    if (!back.to) return pageOnly(back)
    assert.equal(back.to.origin + back.to.pathname, redirectURI)
    assert.equal(back.to.searchParams.get('state') ?? request.state, request.state)
  })

  test('RFC 9126 2.2: an expired request_uri is refused', async () => {
    const { request_uri: uri, expires_in: life } = (await (await client()).push()).json
    await new Promise(done => setTimeout(done, (life + 1) * 1000))
    stopped(await goTo({ request_uri: uri }), ['invalid_request_uri', 'invalid_request'], redirectURI)
  }, { slow: true })

  responses(target, client)
}

function responses(target, client) {
  const evil = 'https://attacker.example/'

  test('RFC 9207 2: iss and state stand in a good response', async () => {
    const c = await client()
    const { to } = await c.authorize({ state: 'kept' })
    assert.equal(to.searchParams.get('iss'), target.issuer)
    assert.equal(to.searchParams.get('state'), 'kept')
    assert.equal(to.hash, '')
  })

  test('RFC 9207 2: iss and state stand in an error, and the person\'s refusal is access_denied', async () => {
    const { to } = await (await client()).authorize({ state: 'kept', login_hint: 'persona:refuses' })
    assert.equal(to.searchParams.get('error'), 'access_denied')
    assert.equal(to.searchParams.get('iss'), target.issuer)
    assert.equal(to.searchParams.get('state'), 'kept')
    assert.ok(!to.searchParams.has('code'))
  })

  test('OpenID Connect Core 3.1.2.6: prompt=none for nobody is login_required, with iss', async () => {
    const { to } = await (await client()).authorize({ login_hint: undefined, prompt: 'none' })
    assert.ok(to, 'a page was shown')
    assert.ok(['login_required', 'interaction_required'].includes(to.searchParams.get('error')), String(to))
    assert.equal(to.searchParams.get('iss'), target.issuer)
  })

  test('OpenID Connect Core 3.1.2.1: the authorization endpoint takes POST', async () => {
    const c = await client()
    const body = new URLSearchParams({ client_id: c.id, request_uri: (await c.push()).json.request_uri })
    assert.ok((await browse(target.metadata.authorization_endpoint, undefined, { method: 'POST', body })).to?.searchParams.get('code'))
  })

  test('RFC 9700 2.1.1: a plain client without PKCE is refused', async () => {
    const plain = await Client.register(target, { token_endpoint_auth_method: 'client_secret_basic', token_endpoint_auth_signing_alg: undefined,
      dpop_bound_access_tokens: false, require_pushed_authorization_requests: false, jwks: undefined })
    stopped(await browse(plain.authorizationURL(plain.request({ code_challenge: undefined, code_challenge_method: undefined }))), 'invalid_request', redirectURI)
  })

  test('RFC 6749 4.1.2: no state comes back that was not sent', async () => {
    const { to } = await (await client()).authorize({ state: undefined })
    assert.ok(!to.searchParams.has('state'))
  })

  test('FAPI 2.0 SP 5.3.2.2: the browser is sent on with 303 or 302, never 307', async () => {
    const { status } = await (await client()).authorize()
    assert.ok([302, 303].includes(status), String(status))
  })

  test('FAPI 2.0 SP 5.4.1: codes and tokens hold at least 128 bits', async () => {
    const c = await client()
    const code = await c.code()
    const tokens = (await c.exchange(code)).json
    for (const [name, value] of Object.entries({ code, token: tokens.access_token })) assert.ok(value.length >= 22, `${name} has ${value.length} characters`)
    assert.notEqual(await c.code(), code)
  })

  test('RFC 6749 4.1.2.1: an unknown client is not redirected anywhere', async () =>
    pageOnly(await browse(`${target.metadata.authorization_endpoint}?${new URLSearchParams({ client_id: 'nobody', response_type: 'code', redirect_uri: evil })}`)))

  test('FAPI 2.0 SP 5.3.2.1: no open redirector, when the address is not the client\'s', async () => {
    const c = await client()
    pageOnly(await browse(c.authorizationURL({ ...c.request(), redirect_uri: evil })))
  })

  test('RFC 6749 4.1.2.1: a plain client\'s wrong address is not redirected to', async () => {
    const plain = await Client.register(target, { token_endpoint_auth_method: 'client_secret_basic', token_endpoint_auth_signing_alg: undefined,
      dpop_bound_access_tokens: false, require_pushed_authorization_requests: false, jwks: undefined })
    pageOnly(await browse(plain.authorizationURL({ ...plain.request(), redirect_uri: evil })))
    assert.ok((await browse(plain.authorizationURL(plain.request()))).to.searchParams.get('code'), 'with the right address it works')
  })

  test('RFC 6749 3.1: a parameter given twice at the authorization endpoint is refused', async () => {
    const c = await client()
    const { request_uri: uri } = (await c.push()).json
    const url = c.authorizationURL({ request_uri: uri })
    url.searchParams.append('client_id', c.id)
    const back = await browse(url)
    assert.ok(!back.to?.searchParams.has('code'), 'a code came back')
  })

  test('RFC 9700 4.16: the provider\'s pages cannot be framed', async () => {
    const { headers, to } = await browse((await client()).authorizationURL({ request_uri: 'urn:ietf:params:oauth:request_uri:unknown' }))
    if (to) return // no page was shown
    const policy = headers.get('content-security-policy') ?? ''
    assert.ok(/frame-ancestors 'none'/.test(policy) || /deny/i.test(headers.get('x-frame-options') ?? ''), `Content-Security-Policy: ${policy}`)
  })

  test('RFC 9700 4.2: the provider\'s pages send no address on, and are not kept', async () => {
    const answer = await browse((await client()).authorizationURL({ request_uri: 'urn:ietf:params:oauth:request_uri:unknown' }))
    if (answer.to) return
    noStore(answer)
    assert.match(answer.headers.get('referrer-policy') ?? '', /no-referrer|same-origin|strict-origin/)
  })

  test('Praya, safety: what a request says is not run on the error page', async () => {
    const { text } = await browse((await client()).authorizationURL({ request_uri: '"><script>alert(1)</script>', state: '"><script>alert(2)</script>' }))
    assert.ok(!/<script>alert/.test(text))
  })
}
