// Clients that we did not write check what a service issued: node licence.mjs BASE PICTURE FILE,
// where PICTURE is {width, height, points}, the QR code of a licence as a camera sees it, and FILE a
// booking's calendar file. Whatever is wrong is said, and the exit code is 1.
import { readFile } from 'node:fs/promises'
import { createLocalJWKSet, compactVerify, flattenedVerify } from 'jose'
import ICAL from 'ical.js'
import jsqr from 'jsqr'

const [base, picture, file] = process.argv.slice(2)
let wrong = 0
const say = text => { wrong++; console.error(text) }
const json = async path => {
  const r = await fetch(base + path)
  if (!r.ok) throw new Error(`${path} answers ${r.status}`)
  return r.json()
}
const read = bytes => JSON.parse(new TextDecoder().decode(bytes))
const refused = async (what, attempt) => {
  try { await attempt() } catch { return }
  say(`${what} verifies`)
}

// What a phone reads: ISO/IEC 18004.
const { width, height, points } = JSON.parse(await readFile(picture, 'utf8'))
const scanned = (jsqr.default ?? jsqr)(Uint8ClampedArray.from(Buffer.from(points, 'base64')), width, height)
if (!scanned) throw new Error(`no code in ${width} by ${height} points`)
const address = new URL(scanned.data), code = address.searchParams.get('c')
if (address.origin !== base || !address.pathname.endsWith('/licences/verify')) say(`the code leads to ${address}`)
const page = await fetch(address)
if (!page.ok) say(`${address} answers ${page.status}`)

// What verifies without a network: RFC 7515, RFC 8037.
const set = await json('/api/licences/jwks.json')
if (set.keys.some(k => 'd' in k)) say('a private key is published')
const keys = createLocalJWKSet(set)
const only = { algorithms: ['EdDSA'] }
const { payload, protectedHeader } = await compactVerify(code, keys, only)
const said = read(payload)
if (protectedHeader.typ !== 'licence') say(`type ${protectedHeader.typ}`)
if (said.iss !== base) say(`issuer ${said.iss}, not ${base}`)
if (!/^[A-Z]{2}-[0-9A-Z-]+$/.test(said.sub)) say(`number ${said.sub}`)
if (new Date(`${said.from}T00:00+08:00`) > new Date()) say(`from ${said.from}`)
if (said.exp <= Date.now() / 1000) say(`expired ${said.exp}`)

// What was altered does not.
const [header, body, signature] = code.split('.')
const other = Buffer.from(JSON.stringify({ ...said, sub: 'XX-0000-0000-0' })).toString('base64url')
await refused('another number', () => compactVerify([header, other, signature].join('.'), keys, only))
const none = Buffer.from('{"alg":"none","typ":"licence"}').toString('base64url')
await refused('alg none', () => compactVerify([none, body, ''].join('.'), keys, only))

// How it stands: the signed list, and the answer to a number.
const list = await flattenedVerify(await json('/api/licences/status.json'), keys, only)
if (list.protectedHeader.typ !== 'licence-status') say(`list of type ${list.protectedHeader.typ}`)
const { invalid, iat, exp } = read(list.payload)
const hash = async number => Buffer.from((await crypto.subtle.digest('SHA-256', new TextEncoder().encode(number))).slice(0, 16)).toString('base64url')
if (!Array.isArray(invalid) || invalid.includes(await hash(said.sub))) say('the list has the licence as not valid')
if (!(iat <= Date.now() / 1000 + 60 && exp > iat)) say(`list from ${iat} to ${exp}`)
const now = await json(`/api/licences/${said.sub}`)
if (now.number !== said.sub) say(`the API says ${JSON.stringify(now)}`)
console.log(`licence ${said.kind}: ${code.length} characters, ${protectedHeader.alg}`)

// The booking, as a calendar reads it: RFC 5545.
const calendar = new ICAL.Component(ICAL.parse(await readFile(file, 'utf8')))
const all = calendar.getAllSubcomponents('vevent')
if (all.length !== 1) say(`${all.length} events`)
const event = new ICAL.Event(all[0])
const minutes = event.duration.toSeconds() / 60
if (!event.uid || !event.summary || !event.location) say(`uid ${event.uid}, summary ${event.summary}, location ${event.location}`)
if (event.startDate.toJSDate() <= new Date() || minutes <= 0 || minutes > 24 * 60) say(`${event.startDate} for ${minutes} minutes`)
if (all[0].getFirstPropertyValue('status') !== 'CONFIRMED') say('it is not confirmed')
if (!String(all[0].getFirstPropertyValue('url')).startsWith(base)) say(`address ${all[0].getFirstPropertyValue('url')}`)
console.log(`booking ${event.startDate}: ${event.summary}, ${event.location}, ${minutes} minutes`)
process.exit(wrong ? 1 : 0)
