// Reads {"schema", "cases"} and tells of each case whether ajv takes it. The formats that are ours
// are written here a second time, from the public description of the check digit.
const { createRequire } = require('module')
const load = createRequire(process.argv[2] + '/')
const Ajv = load('ajv/dist/2020').default
const formats = load('ajv-formats').default

function hkid (s) {
  const m = /^([A-Z]{1,2})([0-9]{6})\(([0-9A])\)$/.exec(s)
  if (!m) return false
  const letters = m[1].padStart(2, ' ')
  let sum = 0
  const value = c => c === ' ' ? 36 : c.charCodeAt(0) - 55
  sum += value(letters[0]) * 9 + value(letters[1]) * 8
  for (let i = 0; i < 6; i++) sum += Number(m[2][i]) * (7 - i)
  sum += m[3] === 'A' ? 10 : Number(m[3])
  return sum % 11 === 0
}

let input = ''
process.stdin.on('data', d => { input += d })
process.stdin.on('end', () => {
  const { schema, cases } = JSON.parse(input)
  const ajv = new Ajv({ strict: true })
  formats(ajv)
  ajv.addFormat('hkid', hkid)
  ajv.addFormat('phone', /^([2-9][0-9]{7}|\+[1-9][0-9]{6,14})$/)
  const validate = ajv.compile(schema)
  process.stdout.write(JSON.stringify(cases.map(c => validate(c))))
})
