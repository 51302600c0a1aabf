// npm's jsonld expands the catalogue of public services, and what CPSV-AP 3.2 asks of a public
// service is looked up by IRI, not by our names: node catalogue.mjs BASE. Whatever is wrong is
// said, and the exit code is 1.
import jsonld from 'jsonld'

const [base] = process.argv.slice(2)
let wrong = 0
const say = text => { wrong++; console.error(text) }
const cv = 'http://data.europa.eu/m8g/', cpsv = 'http://purl.org/vocab/cpsv#', dct = 'http://purl.org/dc/terms/'

const r = await fetch(`${base}/api/services/catalogue.jsonld`)
if (!r.ok || !/^application\/ld\+json/.test(r.headers.get('content-type'))) say(`${r.status} ${r.headers.get('content-type')}`)
// The context stands in the file: nothing is fetched to understand it.
const options = { safe: true, documentLoader: url => { throw new Error(`${url} is fetched`) } }
const graph = await jsonld.expand(await r.json(), options)
const all = new Map(graph.map(n => [n['@id'], n]))
const languages = n => new Set((n?.[dct + 'title'] ?? []).map(t => t['@language'].toLowerCase()))
const named = (of, n, what) => {
  const l = languages(n)
  for (const want of ['en', 'zh-hant', 'zh-hans']) // ranges of RFC 4647, 3.3.1
    if (![...l].some(tag => tag === want || tag.startsWith(want + '-'))) say(`${of}: ${what} has no title in ${want}, but in ${[...l]}`)
}
const to = (of, n, property, type, least = 1) => {
  const out = (n[property] ?? []).map(x => all.get(x['@id']))
  if (out.length < least) say(`${of}: ${out.length} ${property}`)
  for (const x of out) if (!x?.['@type']?.includes(type)) say(`${of}: ${property} is no ${type}, but ${JSON.stringify(x)}`)
  return out.filter(Boolean)
}

const services = graph.filter(n => n['@type']?.includes(cpsv + 'PublicService'))
const identifiers = new Set()
for (const s of services) {
  const id = s[dct + 'identifier']?.[0]['@value']
  identifiers.add(id)
  named(id, s, 'it')
  if (!s[dct + 'description']?.length) say(`${id}: no description`)
  for (const o of to(id, s, cv + 'hasCompetentAuthority', cv + 'PublicOrganisation')) named(id, o, 'the authority')
  to(id, s, cv + 'hasCost', cv + 'Cost')
  to(id, s, cv + 'hasChannel', cv + 'Channel')
  to(id, s, cv + 'isGroupedBy', cv + 'Event')
  const issues = !['living-benefit', 'decision-review'].includes(id)
  for (const o of to(id, s, cpsv + 'produces', cv + 'Output', issues ? 1 : 0)) named(id, o, 'the output')
  if (!(await fetch(s['@id'])).ok) say(`${s['@id']} leads nowhere`)
}
for (const want of ['address-certificate', 'decision-review', 'food-licence', 'hall-booking', 'living-benefit', 'vehicle-renewal'])
  if (!identifiers.has(want)) say(`no service ${want}`)
const quads = (await jsonld.toRDF(graph, { ...options, format: 'application/n-quads' })).trim().split('\n').length
console.log(`catalogue: ${services.length} services, ${graph.length} nodes, ${quads} statements`)
process.exit(wrong ? 1 : 0)
