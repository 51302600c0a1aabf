// Metadata and keys: RFC 8414, OpenID Discovery, FAPI 2.0 5.3.2.1 and 5.4.
import assert from 'node:assert/strict'
import { get, keyPair, redirectURI, register } from '../client.mjs'
import { noStore } from '../expect.mjs'
import { test } from '../tap.mjs'

const good = ['ES256', 'PS256', 'EdDSA', 'Ed25519'] // FAPI 2.0 5.4.1; Ed25519 is EdDSA's name in RFC 9864

export function discovery(target) {
  const { issuer, metadata } = target

  test('RFC 8414 3.3: the issuer in the metadata is the issuer that was asked', async () => {
    const answer = await get(`${issuer}/.well-known/openid-configuration`)
    assert.match(answer.headers.get('content-type'), /^application\/json/)
    assert.equal(answer.json.issuer, issuer)
  })

  test('RFC 8414 3.1: the OAuth form of the metadata says the same', async () => {
    const { origin, pathname } = new URL(issuer)
    const answer = await get(`${origin}/.well-known/oauth-authorization-server${pathname === '/' ? '' : pathname}`)
    assert.deepEqual(answer.json, metadata)
  })

  test('FAPI 2.0 SP 5.3.2.1: metadata names every endpoint, under the issuer', async () => {
    for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'pushed_authorization_request_endpoint', 'userinfo_endpoint',
      'introspection_endpoint', 'revocation_endpoint', 'end_session_endpoint', 'registration_endpoint', 'backchannel_authentication_endpoint']) {
      assert.ok(metadata[name]?.startsWith(`${issuer}/`), `${name} is ${metadata[name]}`)
    }
  })

  test('FAPI 2.0 SP 5.3.2.2: only the code flow, with S256, and iss in responses', async () => {
    assert.deepEqual(metadata.response_types_supported, ['code'])
    assert.deepEqual(metadata.code_challenge_methods_supported, ['S256'])
    assert.equal(metadata.authorization_response_iss_parameter_supported, true)
    for (const grant of ['implicit', 'password']) assert.ok(!metadata.grant_types_supported.includes(grant), grant)
    for (const grant of ['authorization_code', 'refresh_token', 'client_credentials', 'urn:openid:params:grant-type:ciba']) assert.ok(metadata.grant_types_supported.includes(grant), grant)
  })

  test('FAPI 2.0 SP 5.4.1: only PS256, ES256 and EdDSA are offered', async () => {
    for (const name of ['token_endpoint_auth', 'id_token', 'request_object', 'authorization', 'dpop', 'backchannel_authentication_request']) {
      const values = metadata[`${name}_signing_alg_values_supported`]
      assert.ok(values?.includes('ES256'), `${name} has no ES256`)
      assert.deepEqual(values.filter(v => !good.includes(v)), [], name)
    }
  })

  test('FAPI 2.0 SP 5.3.2.1: clients must authenticate', async () => {
    assert.ok(metadata.token_endpoint_auth_methods_supported.includes('private_key_jwt'))
    assert.ok(!metadata.token_endpoint_auth_methods_supported.includes('none'))
  })

  test('OpenID Discovery 3: subject types, scopes, and what is not supported is said', async () => {
    assert.ok(metadata.subject_types_supported.includes('pairwise'))
    assert.ok(metadata.scopes_supported.includes('openid'))
    assert.equal(metadata.request_uri_parameter_supported, false, 'its default is true')
    assert.ok(metadata.response_modes_supported.some(m => /jwt/.test(m)), 'no JARM')
  })

  test('FAPI-CIBA 5.2.2: poll and ping are offered, push is not', async () => {
    const modes = metadata.backchannel_token_delivery_modes_supported
    assert.ok(modes.includes('poll') && modes.includes('ping') && !modes.includes('push'), String(modes))
  })

  test('FAPI 2.0 SP 5.4.2: the key set has public keys only, each with a kid of its own', async () => {
    const { keys } = (await get(metadata.jwks_uri)).json
    assert.ok(keys.length > 0)
    assert.equal(new Set(keys.map(k => k.kid)).size, keys.length)
    for (const key of keys) {
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.equal(key[secret], undefined, `${key.kid} has ${secret}`)
      if (key.kty === 'RSA') assert.ok(Buffer.from(key.n, 'base64url').length >= 256, `${key.kid} is short`)
      assert.notEqual(key.kty, 'oct')
    }
  })

  registration(target)
}

function registration(target) {
  const metadata = async change => {
    const key = await keyPair()
    return {
      redirect_uris: [redirectURI], response_types: ['code'], grant_types: ['authorization_code'], token_endpoint_auth_method: 'private_key_jwt',
      dpop_bound_access_tokens: true, jwks: { keys: [{ ...key.jwk, kid: key.kid, use: 'sig' }] }, id_token_signed_response_alg: 'ES256', ...change,
    }
  }
  const no = (name, errors, change) => test(`${name} is not registered`, async () => {
    const answer = await register(target, await (typeof change === 'function' ? change() : metadata(change)))
    assert.ok([400, 413].includes(answer.status), `${answer.status} ${answer.text.slice(0, 200)}`)
    assert.ok([errors].flat().includes(answer.json?.error), `${answer.json?.error}: ${answer.json?.error_description}`)
  })

  test('RFC 7591 3.2.1: a registration answers 201 with all that was registered', async () => {
    const sent = await metadata()
    const answer = await register(target, sent)
    assert.equal(answer.status, 201, answer.text)
    noStore(answer)
    for (const [name, value] of Object.entries(sent)) assert.deepEqual(answer.json[name], value, name)
  })

  test('RFC 7591 3.2.1: a secret comes with the time when it ends', async () => {
    const { json, text } = await register(target, await metadata({ token_endpoint_auth_method: 'client_secret_basic', jwks: undefined, dpop_bound_access_tokens: false }))
    assert.ok(json.client_secret?.length >= 22, text)
    assert.ok(Number.isInteger(json.client_secret_expires_at), 'no client_secret_expires_at')
  })

  const uri = ['invalid_redirect_uri', 'invalid_client_metadata']
  no('FAPI 2.0 SP 5.3.2.2: an address of plain http', uri, { redirect_uris: ['http://client.example/callback'] })
  no('RFC 6749 3.1.2: an address with a fragment', uri, { redirect_uris: [`${redirectURI}#part`] })
  no('RFC 6749 3.1.2: an address that is not absolute', uri, { redirect_uris: ['/callback'] })
  no('RFC 9700 4.11: an address that runs script', uri, { redirect_uris: ['javascript:alert(1)//'] })
  no('RFC 7591 2: a client of the code flow without an address', uri, { redirect_uris: [] })
  no('Praya, bad input: thousands of addresses', [...uri, 'invalid_request'], { redirect_uris: Array.from({ length: 5000 }, (_, i) => `${redirectURI}/${i}`) })
  no('FAPI 2.0 SP 5.3.2.1: a public client', 'invalid_client_metadata', { token_endpoint_auth_method: 'none', jwks: undefined })
  no('FAPI 2.0 SP 5.4.1: RS256 for ID tokens', 'invalid_client_metadata', { id_token_signed_response_alg: 'RS256' })
  no('OpenID Connect Core 2: none for ID tokens', 'invalid_client_metadata', { id_token_signed_response_alg: 'none' })
  no('FAPI 2.0 SP 5.4.1: RS256 for client authentication', 'invalid_client_metadata', { token_endpoint_auth_signing_alg: 'RS256' })
  no('FAPI 2.0 SP 5.3.2.2: the implicit flow', 'invalid_client_metadata', { response_types: ['token'], grant_types: ['implicit'] })
  no('RFC 7591 2: private_key_jwt without keys', 'invalid_client_metadata', { jwks: undefined })
  no('RFC 7591 2: both jwks and jwks_uri', 'invalid_client_metadata', { jwks_uri: 'https://client.example/keys' })
  no('RFC 7517 9.3: a private key', 'invalid_client_metadata', async () => {
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])
    return metadata({ jwks: { keys: [await crypto.subtle.exportKey('jwk', privateKey)] } })
  })
  no('FAPI 2.0 SP 5.4.1: an RSA key under 2048 bits', 'invalid_client_metadata', async () => {
    const short = { name: 'RSA-PSS', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }
    const { publicKey } = await crypto.subtle.generateKey(short, true, ['sign', 'verify'])
    const { kty, n, e } = await crypto.subtle.exportKey('jwk', publicKey)
    return metadata({ jwks: { keys: [{ kty, n, e, use: 'sig', alg: 'PS256', kid: 'short' }] } })
  })
  no('RFC 7591 3.2.2: what is not JSON', ['invalid_request', 'invalid_client_metadata'], () => '{"redirect_uris":')
  no('RFC 7591 3.2.2: what is not an object', ['invalid_request', 'invalid_client_metadata'], () => '[]')
}
