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

// identity: the documents of both realms are kept for spectral; in the test environment the
// program does what they describe, and each answer is held against the schema that it should
// have, by ajv.
async function identity() {
  const { default: Ajv } = await import('ajv/dist/2020.js')
  const { default: formats } = await import('ajv-formats')
  const path = '/api/identity/v1/openapi.json'
  const documents = {}
  for (const [realm, prefix] of [['production', ''], ['sandbox', '/sandbox']]) {
    const text = await (await get(prefix + path)).text()
    await writeFile(join(dir, realm + '.json'), text)
    documents[realm] = JSON.parse(text)
    if (documents[realm].servers[0].url !== base + prefix) say(`${realm} is served at ${documents[realm].servers[0].url}`)
  }
  await writeFile(join(dir, 'ruleset.json'), JSON.stringify({ extends: ['spectral:oas'] }))
  const document = documents.sandbox
  if (documents.production.paths['/register']) say('production takes registrations')
  const ajv = formats(new Ajv({ strict: false }))
  ajv.addSchema(document, 'document')
  const pointer = (...steps) => 'document#/' + steps.map(s => encodeURIComponent(s.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
  const holds = (what, at, value) => {
    const validate = ajv.getSchema(at)
    if (!validate) return say(`${what}: no schema at ${at}`)
    if (!validate(value)) say(`${what}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`)
  }
  // call does one operation, and holds what it sends and gets against the document.
  const call = async (operation, path, method, body, headers, want) => {
    const described = document.paths[operation][method]
    if (body !== undefined && want < 400) holds(`${operation} asks`, pointer('paths', operation, method, 'requestBody', 'content', 'application/json', 'schema'), body)
    const r = await fetch(document.servers[0].url + path, { method: method.toUpperCase(), headers: { 'content-type': 'application/json', ...headers }, body: body && JSON.stringify(body) })
    const text = await r.text()
    if (r.status !== want) say(`${method} ${path}: ${r.status}, not ${want}: ${text}`)
    const response = described.responses[r.status]
    if (!response) { say(`${method} ${operation} answers ${r.status}, which is not described`); return {} }
    const kind = (r.headers.get('content-type') ?? '').split(';')[0]
    if (!text) { if (response.content) say(`${method} ${operation} ${r.status} has no body`); return {} }
    const value = JSON.parse(text)
    holds(`${method} ${operation} ${r.status}`, pointer('paths', operation, method, 'responses', String(r.status), 'content', kind, 'schema'), value)
    return value
  }
  const client = await call('/register', '/register', 'post', {
    client_name: 'validator', redirect_uris: ['https://validator.example/cb'], token_endpoint_auth_method: 'client_secret_basic', praya_profile: 'plain',
    scope: 'openid notify', grant_types: ['authorization_code', 'client_credentials'], praya_department: 'FEHD',
  }, {}, 201)
  await call('/register', '/register', 'post', { redirect_uris: ['ftp://x'] }, {}, 400)
  const flow = document.components.securitySchemes.token.flows.clientCredentials
  const basic = 'Basic ' + Buffer.from(encodeURIComponent(client.client_id) + ':' + encodeURIComponent(client.client_secret)).toString('base64')
  const token = async form => (await (await fetch(flow.tokenUrl, { method: 'POST', headers: { authorization: basic }, body: new URLSearchParams(form) })).json())
  const { access_token: access } = await token({ grant_type: 'client_credentials', scope: Object.keys(flow.scopes)[0] })
  if (!access) say('no token at the tokenUrl')
  const headers = { authorization: 'Bearer ' + access }
  const verifier = 'a'.repeat(64)
  const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString('base64url')
  const where = await fetch(document.servers[0].url + '/authorize?' + new URLSearchParams({
    client_id: client.client_id, response_type: 'code', redirect_uri: 'https://validator.example/cb', scope: 'openid', state: 's', nonce: 'n',
    code_challenge: challenge, code_challenge_method: 'S256', login_hint: 'persona:approves',
  }), { redirect: 'manual' })
  const code = new URL(where.headers.get('location')).searchParams.get('code')
  const { id_token: id } = await token({ grant_type: 'authorization_code', code, redirect_uri: 'https://validator.example/cb', code_verifier: verifier })
  const { sub } = JSON.parse(Buffer.from(id.split('.')[1], 'base64url'))

  const three = text => ({ tc: text, en: text, sc: text })
  const notices = '/api/identity/v1/notices', one = notices + '/{id}'
  const notice = { sub, category: 'bill', title: three('Bill'), text: three('Pay.'), link: 'https://validator.example/1', due: '2030-01-02', idempotency_key: 'one' }
  const sent = await call(notices, notices, 'post', notice, headers, 201)
  await call(notices, notices, 'post', notice, headers, 200)
  await call(one, `${notices}/${sent.id}`, 'get', undefined, headers, 200)
  const soon = new Date(Date.now() + 3 * 24 * 3600e3).toISOString()
  const { idempotency_key, link, due, ...rest } = notice
  const later = await call(notices, notices, 'post', { ...rest, send_at: soon }, { ...headers, 'Idempotency-Key': 'two' }, 201)
  await call(one, `${notices}/${later.id}`, 'delete', undefined, headers, 204)
  const withdrawn = await call(one, `${notices}/${later.id}`, 'get', undefined, headers, 200)
  if (withdrawn.state !== 'withdrawn') say(`the withdrawn notice is ${withdrawn.state}`)
  await call(one, `${notices}/${sent.id}`, 'delete', undefined, headers, 409)
  await call(notices, notices, 'post', { ...notice, category: 'account' }, headers, 422)
  await call(notices, notices, 'post', { ...notice, sub: 'nobody', idempotency_key: 'three' }, headers, 404)
  await call(notices, notices, 'post', notice, {}, 401)
  await call(one, `${notices}/none`, 'get', undefined, headers, 404)
  const { access_token: narrow } = await token({ grant_type: 'client_credentials', scope: 'openid' })
  await call(notices, notices, 'post', notice, { authorization: 'Bearer ' + narrow }, 403)
}

try {
  await { datapackage, xlsx, openapi, identity }[check]()
} catch (e) {
  say(e.stack + '\n' + (e.errors ?? []).join('\n'))
}
process.exit(wrong ? 1 : 0)
