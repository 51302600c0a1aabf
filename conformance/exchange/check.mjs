// Software that we did not write is a consumer of the exchange: node check.mjs BASE CONSENT KEY.
// BASE is the gateway, CONSENT a consent of "transport" to immd.address, KEY the party's private
// key in PEM. http-message-signatures signs and verifies (RFC 9421), jose and canonicalize check
// the consent's record (RFC 7515, RFC 8785), jsonld reads it. Whatever is wrong ends it with 1.
import { readFile } from 'node:fs/promises'
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import { createRequire } from 'node:module'
import { compactVerify, importJWK } from 'jose'
const require = createRequire(import.meta.url)
const { httpbis } = require('http-message-signatures')
const canonicalize = require('canonicalize')
const jsonld = require('jsonld')

const [base, consent, keyFile] = process.argv.slice(2)
const own = createPrivateKey(await readFile(keyFile))
let wrong = 0
const want = (ok, what) => { console.log((ok ? 'ok ' : 'WRONG ') + what); if (!ok) wrong++ }

const { keys } = await (await fetch(base + '/api/exchange/v1/keys')).json()
const known = id => keys.find(k => k.kid === id)

// signed is a request that another's library signs under the profile.
async function signed(path, headers, more) {
  const created = new Date()
  return httpbis.signMessage({
    key: { id: 'transport/1', alg: 'ed25519', sign: async data => sign(null, data, own) },
    name: 'call', fields: ['@method', '@authority', '@path', '@query', ...more],
    params: ['created', 'expires', 'nonce', 'keyid', 'alg', 'tag'],
    paramValues: { created, expires: new Date(created.getTime() + 30000), nonce: randomBytes(16).toString('hex'), tag: 'praya-exchange' },
  }, { method: 'GET', url: base + path, headers })
}

const send = r => fetch(r.url, { method: r.method, headers: r.headers })

// holds says whether another's library takes an answer, bound to its request.
async function holds(response, request, headers = Object.fromEntries(response.headers)) {
  try {
    return await httpbis.verifyMessage({
      all: true, requiredParams: ['created', 'expires', 'nonce', 'keyid', 'alg', 'tag'], requiredFields: ['@status', 'content-digest'],
      keyLookup: async ({ keyid }) => {
        const k = known(keyid)
        return k && { id: keyid, algs: ['ed25519'], verify: async (data, sig) => verify(null, data, createPublicKey({ key: k, format: 'jwk' }), sig) }
      },
    }, { status: response.status, headers }, request) === true
  } catch { return false }
}

// The call.
const call = await signed('/api/exchange/call/immd.address/', { 'exchange-basis': 'consent ' + consent }, ['exchange-basis'])
const answer = await send(call)
const body = Buffer.from(await answer.arrayBuffer())
want(answer.status === 200 && JSON.parse(body).address, `the call is answered: ${answer.status} ${body}`)
want(await holds(answer, call), 'the provider\'s signature on the answer holds')
want(answer.headers.get('signature-input').includes('keyid="immd/'), 'it is the provider\'s own')
want(answer.headers.get('signature-input').includes('"signature"'), 'it is bound to the consumer\'s signature')
const digest = 'sha-256=:' + createHash('sha256').update(body).digest('base64') + ':'
want(answer.headers.get('content-digest') === digest, 'the digest is the body\'s')
const forged = Object.fromEntries(answer.headers)
forged['content-digest'] = 'sha-256=:' + createHash('sha256').update('other').digest('base64') + ':'
want(!await holds(answer, call, forged), 'another body under the same signature does not hold')
const other = await signed('/api/exchange/call/immd.address/', { 'exchange-basis': 'consent ' + consent }, ['exchange-basis'])
want(!await holds(answer, other), 'the answer does not hold for another question')
want((await send(call)).status === 401, 'the same message a second time is refused')
const unsaid = await signed('/api/exchange/call/immd.address/', { 'exchange-basis': 'consent ' + consent }, [])
want((await send(unsaid)).status === 401, 'a call whose basis is not signed is refused')

// The record.
const state = await (await send(await signed('/api/exchange/v1/consents/' + consent, {}, []))).json()
const [head, signature] = state.jws.split('..')
const payload = record => Buffer.from(canonicalize(record)).toString('base64url')
const kid = JSON.parse(Buffer.from(head, 'base64url')).kid
const key = await importJWK(known(kid), 'EdDSA')
const check = async record => { try { await compactVerify(`${head}.${payload(record)}.${signature}`, key); return true } catch { return false } }
want(kid.startsWith('gateway/'), 'the record is signed by the gateway')
want(await check(state.record), 'its signature holds over another\'s canonical form')
want(await check(Object.fromEntries(Object.entries(state.record).reverse())), 'the order of its members does not matter')
want(!await check({ ...state.record, 'hk:dataService': 'immd.other' }), 'a changed record does not hold')

// The record as JSON-LD: every name means something, and nothing is fetched from elsewhere.
const context = await (await fetch(base + '/api/exchange/v1/record-context')).json()
const documentLoader = async url => {
  if (url !== state.record['@context']) throw new Error('it refers to ' + url)
  return { document: context, documentUrl: url }
}
const [node] = await jsonld.expand(state.record, { documentLoader, safe: true })
const dpv = 'https://w3id.org/dpv#'
want(Object.keys(node).length === Object.keys(state.record).length - 1, 'no name of the record is lost')
want(node['@type'][0] === dpv + 'ConsentRecord', 'it is a consent record of DPV')
want(node[dpv + 'hasConsentStatus'][0]['@id'] === dpv + 'ConsentGiven', 'consent is given')
want(node[dpv + 'hasPurpose'][0]['@type'][0] === dpv + 'ServiceProvision', 'its purpose is a term of DPV')
want(node[dpv + 'hasDuration'][0]['https://schema.org/endTime'][0]['@type'].endsWith('#dateTime'), 'its end is a time')
want(node[dpv + 'hasPurpose'][0]['https://schema.org/description'].some(d => d['@language'] === 'zh-hant'), 'its purpose is said in Chinese')
process.exit(wrong ? 1 : 0)
