// What is under test: the anchor, or the issuer that PRAYA_CONFORMANCE_ISSUER names.
import * as oauth from 'oauth4webapi'
import { start } from './anchor.mjs'

export async function open() {
  const named = process.env.PRAYA_CONFORMANCE_ISSUER
  const { issuer, stop } = named ? { issuer: named, stop() {} } : await start()
  const found = await oauth.discoveryRequest(new URL(issuer), { [oauth.allowInsecureRequests]: true })
  const metadata = await oauth.processDiscoveryResponse(new URL(issuer), found)
  return { name: named ? 'praya' : 'anchor', issuer, stop, metadata }
}

// details is a request of RFC 9396 that the target knows.
export function details(target) {
  if (target.name === 'anchor') return [{ type: 'form', number: 'IR56B', fields: ['name'] }]
  if (process.env.PRAYA_CONFORMANCE_DETAILS) return JSON.parse(process.env.PRAYA_CONFORMANCE_DETAILS)
  const [type] = target.metadata.authorization_details_types_supported ?? []
  return [{ type, form: { number: 'IR56B', name: 'A form' }, fields: ['name'] }]
}
