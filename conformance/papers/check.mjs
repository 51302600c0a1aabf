// A client that we did not write reads the tables of a written paper:
// node check.mjs DIR, where DIR holds the unpacked data package and totals.json,
// the sums that the paper prints. Whatever is wrong is said, and the exit code is 1.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
const { Package } = require('datapackage')

const [dir] = process.argv.slice(2)
let wrong = 0
const say = text => { wrong++; console.error(text) }

const p = await Package.load(join(dir, 'datapackage.json'), { strict: true, basePath: dir })
if (!p.valid) say(String(p.errors))
if (p.descriptor.profile !== 'tabular-data-package') say(`profile ${p.descriptor.profile}`)
const names = p.resourceNames.join(' ')
if (names !== 'provision targets indicators subheads expenses commitments posts footnotes') say(`resources ${names}`)

const sums = {}
let rows = 0
for (const resource of p.resources) {
  if (!resource.tabular || !resource.valid) say(`${resource.name}: ${resource.errors}`)
  for (const row of await resource.read({ keyed: true, cast: true })) {
    rows++
    for (const [key, value] of Object.entries(row)) {
      if (typeof value === 'string' && /^[=+@\t\r-]/.test(value)) say(`${resource.name}: ${key} would be a formula: ${value}`)
      if (!/^(hkd_|.*_hkd_)/.test(key)) continue
      const at = [resource.name, row.year ?? '', row.phase ?? '', key].join(' ')
      sums[at] = Math.round(((sums[at] ?? 0) + Number(value)) * 10) / 10
    }
  }
}
const totals = JSON.parse(await readFile(join(dir, 'totals.json'), 'utf8'))
for (const [at, want] of Object.entries(totals)) {
  if ((sums[at] ?? 0) !== want) say(`${at}: ${sums[at]} is not ${want}`)
}
if (Object.keys(totals).length < 9) say('too few totals to say anything')
console.log(`papers: ${rows} rows, ${Object.keys(totals).length} totals`)
process.exit(wrong ? 1 : 0)
