// What only Praya's sandbox has: test persons for each case, and forms that fill themselves.
import assert from 'node:assert/strict'
import * as oidc from 'openid-client'
import { Client } from './client.mjs'
import { test } from './tap.mjs'
import { details } from './target.mjs'

export function personas(target, app, login) {
  const essential = JSON.stringify({ id_token: { acr: { essential: true, values: target.metadata.acr_values_supported?.slice(-1) } } })

  test('openid-client: a form fills itself, and only with the fields that were asked for (RFC 9396)', async () => {
    const asked = details(target)
    const client = await app({ authorization_details_types: asked.map(d => d.type) })
    const { tokens, claims } = await login(client, { authorization_details: JSON.stringify(asked) })
    const user = await oidc.fetchUserInfo(client.config, tokens.access_token, claims.sub, { DPoP: client.DPoP })
    const [{ values }] = user.authorization_details
    assert.deepEqual(Object.keys(values).sort(), [...asked[0].fields, ...asked[0].optional_fields].sort())
    for (const field of asked[0].fields) assert.ok(values[field].value && values[field].source && values[field].as_of, field)
  })

  test('openid-client: a field that does not exist is invalid_authorization_details (RFC 9396 5)', async () => {
    const [asked] = details(target)
    await assert.rejects(login(await app({ authorization_details_types: [asked.type] }), { authorization_details: JSON.stringify([{ ...asked, fields: ['shoeSize'] }]) }),
      { error: 'invalid_authorization_details' })
  })

  test('openid-client: a closed account is access_denied', async () => {
    await assert.rejects(login(await app(), { login_hint: 'persona:closed' }), { error: 'access_denied' })
  })

  test('openid-client: a level that is too low is unmet_authentication_requirements (OpenID Connect Core 5.5.1.1)', async () => {
    await assert.rejects(login(await app(), { login_hint: 'persona:basic', claims: essential }), { error: 'unmet_authentication_requirements' })
    const { claims } = await login(await app(), { claims: essential })
    assert.equal(claims.acr, target.metadata.acr_values_supported.at(-1))
    assert.ok(claims.amr.length > 0)
  })

  test('a page that waits for a person cannot be framed, and is not kept (RFC 9700 4.16)', async () => {
    const page = await (await Client.register(target)).authorize({ login_hint: 'persona:slow' })
    assert.equal(page.status, 200, 'no page is shown')
    assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
    assert.match(page.headers.get('cache-control') ?? '', /no-store/)
  })
}
