// A client in raw HTTP, for what a certified library would never send. Every part of a
// request can be bent; what is not bent is right.
import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'

export const redirectURI = 'https://client.example/callback' // nothing is sent there: the browser stops
const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export const now = () => Math.floor(Date.now() / 1000)
export const random = () => randomUUID().replaceAll('-', '')
const digest = text => createHash('sha256').update(text).digest('base64url')

export async function keyPair(alg = 'ES256', options = {}) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true, ...options })
  const jwk = { ...await exportJWK(publicKey), alg }
  return { alg, privateKey, publicKey, jwk, kid: await calculateJwkThumbprint(jwk), thumbprint: await calculateJwkThumbprint(jwk) }
}

// sign makes a JWT; header and claims that are undefined are left out.
export const sign = (key, header, claims) =>
  new SignJWT(JSON.parse(JSON.stringify(claims))).setProtectedHeader({ alg: key.alg, ...header }).sign(key.privateKey)

const encode = value => Buffer.from(JSON.stringify(value)).toString('base64url')
export const unsigned = (header, claims) => `${encode({ alg: 'none', ...header })}.${encode(claims)}.`

export class Client {
  nonce = undefined // the server's last DPoP nonce

  constructor(target, id, key, metadata, secret) {
    Object.assign(this, { target, id, key, metadata, secret, redirectURI: metadata.redirect_uris?.[0] })
  }

  // register makes a FAPI 2.0 client with keys of its own; what is given changes its metadata.
  static async register(target, change = {}) {
    const key = await keyPair(change.token_endpoint_auth_signing_alg)
    const dpop = await keyPair()
    const metadata = {
      redirect_uris: [redirectURI], response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256',
      id_token_signed_response_alg: 'ES256', require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true, jwks: { keys: [{ ...key.jwk, kid: key.kid, use: 'sig' }] },
      scope: target.scopes.all, ...change,
    }
    const answer = await register(target, metadata)
    if (answer.status !== 201) throw new Error(`registration answers ${answer.status} ${answer.text}`)
    const client = new Client(target, answer.json.client_id, key, answer.json, answer.json.client_secret)
    client.dpop = dpop
    return client
  }

  get #aud() { return this.target.issuer }

  async assertion(change = {}, header = {}, key = this.key) {
    const t = now()
    return sign(key, { kid: this.key.kid, ...header },
      { iss: this.id, sub: this.id, aud: this.#aud, jti: random(), iat: t, nbf: t, exp: t + 60, ...change })
  }

  async auth(assertion) {
    return { client_id: this.id, client_assertion_type: jwtBearer, client_assertion: assertion ?? await this.assertion() }
  }

  async proof(url, change = {}, { header = {}, key = this.dpop, method = 'POST' } = {}) {
    return sign(key, { typ: 'dpop+jwt', jwk: key.jwk, ...header },
      { jti: random(), htm: method, htu: url, iat: now(), nonce: this.nonce, ...change })
  }

  // post sends a form with assertion and proof, and again when a nonce is asked for. What is
  // given in `auth` or `proof` is sent as it is, once.
  async post(endpoint, params, { auth, proof, headers = {} } = {}) {
    const url = this.target.metadata[endpoint]
    for (let tries = 0; ; tries++) {
      const sent = { ...headers }
      const made = proof === undefined ? await this.proof(url) : proof
      if (made) sent.dpop = made
      const answer = await post(url, { ...(auth ?? await this.auth()), ...params }, sent)
      this.nonce = answer.headers.get('dpop-nonce') ?? this.nonce
      if (answer.json?.error !== 'use_dpop_nonce' || proof !== undefined || tries) return answer
    }
  }

  // freshNonce asks for one, as a client does that has none.
  async freshNonce() {
    const url = this.target.metadata.token_endpoint
    const answer = await this.post('token_endpoint', { grant_type: 'client_credentials' }, { proof: await this.proof(url, { nonce: undefined }) })
    this.nonce = answer.headers.get('dpop-nonce') ?? this.nonce
    return this.nonce
  }

  request(change = {}) {
    this.verifier = random() + random()
    return {
      response_type: 'code', redirect_uri: this.redirectURI, scope: 'openid', state: random(), nonce: random(),
      code_challenge: digest(this.verifier), code_challenge_method: 'S256', login_hint: 'persona:approves', ...change,
    }
  }

  // push sends an authorization request; what is undefined is left out of it.
  push = (change, how) => this.post('pushed_authorization_request_endpoint', present(this.request(change)), { proof: null, ...how })

  authorizationURL(params) {
    const url = new URL(this.target.metadata.authorization_endpoint)
    for (const [name, value] of Object.entries(present({ client_id: this.id, ...params }))) url.searchParams.append(name, value)
    return url
  }

  // authorize pushes a request and goes to it as a browser; it gives what came back.
  async authorize(change, how) {
    const pushed = await this.push(change, how)
    if (pushed.status !== 201) throw new Error(`the request was not taken: ${pushed.status} ${pushed.text}`)
    return browse(this.authorizationURL({ request_uri: pushed.json.request_uri }))
  }

  async code(change, how) {
    const { to, status, text } = await this.authorize(change, how)
    const code = to?.searchParams.get('code')
    if (!code) throw new Error(`no code came back: ${to ?? `${status} ${text.slice(0, 200)}`}`)
    return code
  }

  exchange = (code, change, how) => this.post('token_endpoint', present({
    grant_type: 'authorization_code', code, redirect_uri: this.redirectURI, code_verifier: this.verifier, ...change,
  }), how)

  // tokens goes the whole way once.
  async tokens(change) {
    const answer = await this.exchange(await this.code(change))
    if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${answer.text}`)
    return answer.json
  }

  refreshable = () => this.tokens({ scope: this.target.scopes.refresh, prompt: 'consent' })

  refresh = (token, change, how) => this.post('token_endpoint', { grant_type: 'refresh_token', refresh_token: token, ...change }, how)

  // userinfo is a resource that checks tokens.
  async userinfo(token, { scheme = 'DPoP', proof, method = 'GET', url = this.target.metadata.userinfo_endpoint } = {}) {
    for (let tries = 0; ; tries++) {
      const made = proof === undefined ? await this.proof(this.target.metadata.userinfo_endpoint, { ath: digest(token) }, { method }) : proof
      const headers = { ...scheme && { authorization: `${scheme} ${token}` }, ...made && { dpop: made } }
      const answer = await read(await fetch(url, { method, headers, redirect: 'manual' }))
      this.nonce = answer.headers.get('dpop-nonce') ?? this.nonce
      if (!/use_dpop_nonce/.test(answer.headers.get('www-authenticate')) || proof !== undefined || tries) return answer
    }
  }

  ath = digest
  introspect = (token, how) => this.post('introspection_endpoint', { token }, { proof: null, ...how })
}

const present = params => Object.fromEntries(Object.entries(params).filter(([, v]) => v !== undefined))

async function read(response) {
  const text = await response.text()
  let json
  try { json = JSON.parse(text) } catch { /* a page, or nothing */ }
  return { url: response.url, status: response.status, headers: response.headers, text, json }
}

export async function post(url, params, headers = {}) {
  const body = params instanceof URLSearchParams ? params : new URLSearchParams(params)
  return read(await fetch(url, { method: 'POST', body, headers, redirect: 'manual' }))
}

export async function get(url, headers = {}) {
  return read(await fetch(url, { headers, redirect: 'manual' }))
}

export async function register(target, metadata) {
  const response = await fetch(target.metadata.registration_endpoint, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
  })
  return read(response)
}

// browse goes to an address with a jar of cookies, follows redirects within the provider and
// stops at the first that leaves it. `to` is where that goes; without one, a page was shown.
export async function browse(url, jar = new Map(), init = {}) {
  const home = new URL(url).origin
  let at = new URL(url), how = init
  for (let hops = 0; hops < 10; hops++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await read(await fetch(at, { ...how, headers: { ...how.headers, cookie, accept: 'text/html' }, redirect: 'manual' }))
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      value && !/expires=thu, 01 jan 1970|max-age=0/i.test(line) ? jar.set(name, value) : jar.delete(name)
    }
    const location = answer.headers.get('location')
    if (!location) return { ...answer, jar }
    const next = new URL(location, at)
    if (next.origin !== home) return { ...answer, to: next, jar }
    at = next
    how = {} // after a redirect of 302 or 303 a browser asks with GET
  }
  throw new Error('more than ten redirects')
}
