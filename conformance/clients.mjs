// Clients that we did not write read what Praya publishes: node clients.mjs CHECK BASE DIR.
// Whatever is wrong is said, and the exit code is 1.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)

const [check, base, dir] = process.argv.slice(2)
let wrong = 0
const say = text => { wrong++; console.error(text) }

async function get(path) {
  const r = await fetch(base + path)
  if (!r.ok) throw new Error(`${path} answers ${r.status}`)
  return r
}

// datapackage: the descriptor is valid, and every row casts to the types that it names.
async function datapackage() {
  const { Package } = require('datapackage')
  for (const head of ['2025-26/901/paper', '2025-26/47/paper', '2023-24/47/paper', '2015-16/37/csv']) {
    const p = await Package.load(`${base}/api/estimates/download/${head}/datapackage.json`, { strict: true })
    if (!p.valid) say(`${head}: ${p.errors}`)
    if (p.descriptor.profile !== 'tabular-data-package') say(`${head}: profile ${p.descriptor.profile}`)
    const rows = await p.getResource('facts').read({ keyed: true, cast: true })
    const lines = (await (await get(`/api/estimates/download/${head}/facts.jsonl`)).text()).trim().split('\n').map(JSON.parse)
    if (rows.length !== lines.length || rows.length < 20) say(`${head}: ${rows.length} rows, ${lines.length} facts`)
    rows.forEach((row, i) => {
      const value = lines[i].value
      if ((row.value === null) !== (value === null) || value !== null && Number(row.value) !== value) say(`${head}, row ${i + 1}: ${row.value} is not ${value}`)
      if (row.line !== lines[i].line || row.kind !== lines[i].kind) say(`${head}, row ${i + 1}: line ${row.line}, kind ${row.kind}`)
    })
    console.log(`datapackage ${head}: ${rows.length} rows`)
  }
}

// xlsx: an independent reader opens the spreadsheet; every number is the CSV's, and a number.
async function xlsx() {
  const ExcelJS = require('exceljs')
  for (const head of ['2025-26/901/paper', '2025-26/47/paper']) {
    const book = new ExcelJS.Workbook()
    await book.xlsx.load(await (await get(`/api/estimates/download/${head}/tables.xlsx`)).arrayBuffer())
    const facts = (await (await get(`/api/estimates/download/${head}/facts.jsonl`)).text()).trim().split('\n').map(JSON.parse)
    const sheet = book.getWorksheet('facts')
    if (sheet.rowCount !== facts.length + 1) say(`${head}: ${sheet.rowCount} rows for ${facts.length} facts`)
    const column = Object.fromEntries(sheet.getRow(1).values.slice(1).map((name, i) => [name, i + 1]))
    facts.forEach((f, i) => {
      const row = sheet.getRow(i + 2)
      const value = row.getCell(column.value).value
      if (f.value === null ? value !== null : typeof value !== 'number' || value !== f.value) say(`${head}, fact ${i + 1}: ${JSON.stringify(value)} is not ${f.value}`)
      if ((row.getCell(column.kind).value ?? '') !== f.kind) say(`${head}, fact ${i + 1}: ${row.getCell(column.kind).value}`)
      row.eachCell(c => { if (c.type === ExcelJS.ValueType.Formula) say(`${head}, ${c.address} is a formula`) })
    })
    const provision = book.getWorksheet('provision')
    let numbers = 0
    const heading = provision.getRow(1).values
    provision.eachRow((row, n) => {
      if (n === 1) return
      row.eachCell((c, i) => {
        if (i < 7) return
        numbers++
        const [code, total] = [row.getCell(1).value ?? '', row.getCell(4).value ?? '']
        const same = facts.some(f => f.kind === 'provision' && f.column === heading[i] && f.value === c.value && (f.code ?? '') === code && (f.total ?? '') === total)
        if (!same && !(total === 'head')) say(`${head}: provision ${c.address} = ${c.value} is no fact of ${code} ${heading[i]}`)
      })
    })
    if (numbers < 8) say(`${head}: ${numbers} numbers in the table of provision`)
    console.log(`xlsx ${head}: ${facts.length} facts, ${numbers} figures of provision`)
  }
}

// openapi: the document is kept for spectral, and what the API answers is what it says.
async function openapi() {
  const text = await (await get('/api/estimates/v1/openapi.json')).text()
  await writeFile(join(dir, 'openapi.json'), text)
  const document = JSON.parse(text)
  if (!document.openapi.startsWith('3.1')) say(`openapi ${document.openapi}`)
  for (const path of Object.keys(document.paths)) {
    for (const [method, operation] of Object.entries(document.paths[path])) {
      if (!operation.operationId || !operation.responses['200']) say(`${method} ${path} has no id or no 200`)
    }
  }
  await writeFile(join(dir, 'ruleset.json'), JSON.stringify({ extends: ['spectral:oas'] }))
}

try {
  await { datapackage, xlsx, openapi }[check]()
} catch (e) {
  say(e.stack + '\n' + (e.errors ?? []).join('\n'))
}
process.exit(wrong ? 1 : 0)
