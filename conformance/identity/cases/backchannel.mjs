// The phone and the way out: CIBA Core, FAPI-CIBA, RP-Initiated Logout.
import assert from 'node:assert/strict'
import { browse, Client, random } from '../client.mjs'
import { pageOnly, refused } from '../expect.mjs'
import { test } from '../tap.mjs'

const grant = 'urn:openid:params:grant-type:ciba'

export function backchannel(target) {
  let one, two
  const make = () => Client.register(target, { grant_types: ['authorization_code', grant], backchannel_token_delivery_mode: 'poll' })
  const client = async () => one ??= await make()
  const other = async () => two ??= await make()
  const ask = async (change = {}, how) => {
    const params = { scope: 'openid', login_hint: 'persona:slow', ...change }
    for (const name of Object.keys(params)) if (params[name] === undefined) delete params[name]
    return (await client()).post('backchannel_authentication_endpoint', params, { proof: null, ...how })
  }
  const poll = async (id, c) => (c ?? await client()).post('token_endpoint', { grant_type: grant, auth_req_id: id })
  const no = (name, change, errors, status = 400) => test(name, async () => refused(await ask(change), errors, status))

  no('CIBA 7.1: a request that names nobody is refused', { login_hint: undefined }, 'invalid_request')
  no('CIBA 7.1: a request that names somebody twice is refused', { login_hint_token: 'x' }, 'invalid_request')
  no('CIBA 13: a person who is not known is unknown_user_id', { login_hint: 'nobody' }, 'unknown_user_id')
  no('CIBA 7.1: a request without scope is refused', { scope: undefined }, ['invalid_request', 'invalid_scope'])
  no('CIBA 7.1: a request without openid is refused', { scope: target.scopes.extra }, ['invalid_request', 'invalid_scope'])
  no('CIBA 13: a binding message that a phone cannot show is refused', { binding_message: 'x'.repeat(500) }, 'invalid_binding_message')
  no('CIBA 7.1: a requested_expiry that is not a number is refused', { requested_expiry: 'soon' }, 'invalid_request')

  test('CIBA 7.1: a request without client authentication is refused', async () => {
    const c = await client()
    refused(await ask({}, { auth: { client_id: c.id } }), 'invalid_client')
  })

  test('CIBA 7.3: a request answers with an id of at least 128 bits and its life', async () => {
    const { status, json } = await ask()
    assert.equal(status, 200)
    assert.match(json.auth_req_id, /^[A-Za-z0-9._-]{22,}$/)
    assert.ok(Number.isInteger(json.expires_in) && json.expires_in > 0)
  })

  test('CIBA 11: a request lives as long as requested_expiry says, and then is expired_token', async () => {
    const { auth_req_id: id, expires_in: life } = (await ask({ requested_expiry: '2' })).json
    assert.equal(life, 2)
    await new Promise(done => setTimeout(done, 3000))
    refused(await poll(id), 'expired_token')
  })

  test('CIBA 11: while the person has not answered, authorization_pending', async () =>
    refused(await poll((await ask()).json.auth_req_id), 'authorization_pending'))

  test('CIBA 11: polling too fast is slow_down', async () => {
    const { auth_req_id: id } = (await ask()).json
    await poll(id)
    refused(await poll(id), 'slow_down')
  })

  test('CIBA 11: a request of another client is invalid_grant', async () =>
    refused(await poll((await ask()).json.auth_req_id, await other()), 'invalid_grant'))

  test('CIBA 11: an unknown request is invalid_grant', async () => refused(await poll(random()), 'invalid_grant'))

  test('CIBA 10.1: an answered request is taken once', async () => {
    const { auth_req_id: id, interval = 5 } = (await ask({ login_hint: 'persona:approves' })).json
    await new Promise(done => setTimeout(done, 1000 * interval))
    assert.equal((await poll(id)).status, 200)
    refused(await poll(id), ['invalid_grant', 'slow_down'])
  })

  test('FAPI-CIBA 5.2.2: a client that did not register CIBA is unauthorized_client', async () => {
    const c = await Client.register(target)
    refused(await c.post('backchannel_authentication_endpoint', { scope: 'openid', login_hint: 'persona:slow' }, { proof: null }), 'unauthorized_client')
  })

  test('CIBA 7.1: ping without a notification token is refused', async () => {
    const c = await Client.register(target, { grant_types: ['authorization_code', grant], backchannel_token_delivery_mode: 'ping',
      backchannel_client_notification_endpoint: 'https://client.example/ping' })
    refused(await c.post('backchannel_authentication_endpoint', { scope: 'openid', login_hint: 'persona:slow' }, { proof: null }), 'invalid_request')
  })

  test('RP-Initiated Logout 3: an address that is not registered is not redirected to', async () => {
    const c = await client()
    const { id_token: hint } = await c.tokens()
    const url = new URL(target.metadata.end_session_endpoint)
    url.search = new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: 'https://attacker.example/' })
    const back = await browse(url)
    assert.equal(back.to, undefined, `redirected to ${back.to}`)
  })

  test('RP-Initiated Logout 4: a hint that is not our ID token is refused', async () => {
    const url = new URL(target.metadata.end_session_endpoint)
    url.search = new URLSearchParams({ id_token_hint: 'not.a.token', post_logout_redirect_uri: 'https://client.example/after' })
    pageOnly(await browse(url))
  })
}
