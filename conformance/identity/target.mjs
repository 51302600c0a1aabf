// What is under test: the issuer that PRAYA_CONFORMANCE_ISSUER names, or else the anchor; with
// PRAYA_CONFORMANCE_ANCHOR=weak one that is not FAPI 2.0, on which tests must fail.
import * as oauth from 'oauth4webapi'
import { start } from './anchor.mjs'

export async function open() {
  const named = process.env.PRAYA_CONFORMANCE_ISSUER
  const weak = process.env.PRAYA_CONFORMANCE_ANCHOR === 'weak'
  const { issuer, stop } = named ? { issuer: named, stop() {} } : await start({ weak })
  const found = await oauth.discoveryRequest(new URL(issuer), { [oauth.allowInsecureRequests]: true })
  const metadata = await oauth.processDiscoveryResponse(new URL(issuer), found)
  return { name: named ? 'praya' : weak ? 'weak' : 'anchor', issuer, stop, metadata, scopes: scopes(metadata.scopes_supported ?? []) }
}

// scopes: what a client registers, what it asks for to refresh, and one scope beyond that.
function scopes(supported) {
  const refresh = ['openid', 'offline_access'].filter(s => supported.includes(s)).join(' ')
  const extra = supported.find(s => !refresh.includes(s)) ?? 'profile'
  return { refresh, extra, all: `${refresh} ${extra}` }
}

// details is a request of RFC 9396 that the target knows.
export function details(target) {
  if (target.name !== 'praya') return [{ type: 'form', number: 'IR56B', fields: ['name'] }]
  return [{ type: 'form_filling', form_name: 'A form', form_number: 'IR56B', purpose: 'To test', fields: ['enName'], optional_fields: ['emailAddress'] }]
}
