// An independent validator judges answers to forms: node forms.mjs FILE, where FILE holds
// [{form, schema, answers: [...]}]. It prints [[verdict, ...], ...]. Schemas are compiled in
// Ajv's strict mode; a schema that does not compile is said, and the exit code is 1.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
const { Ajv2020 } = require('ajv/dist/2020')
const formats = require('ajv-formats').default

// Our two formats, written from docs/apis/forms.md and the rule of the check digit, not from our code.
const value = c => c === ' ' ? 36 : parseInt(c, 36)
function hkid(s) {
  const m = /^([A-Z]{1,2})([0-9]{6})\(([0-9A])\)$/.exec(s)
  if (!m) return false
  const sum = [...(m[1].padStart(2, ' ') + m[2])].reduce((n, c, i) => n + value(c) * (9 - i), 0)
  return (sum + value(m[3])) % 11 === 0
}
const phone = s => /^[2-9][0-9]{7}$/.test(s) || /^\+(?!852)[1-9][0-9]{6,14}$/.test(s)

const verdicts = []
for (const { form, schema, answers } of JSON.parse(await readFile(process.argv[2], 'utf8'))) {
  const ajv = new Ajv2020({ strict: true, allErrors: false })
  formats(ajv)
  ajv.addFormat('hkid', hkid)
  ajv.addFormat('phone', phone)
  try {
    const validate = ajv.compile(schema)
    verdicts.push(answers.map(a => validate(a)))
  } catch (e) {
    console.error(`${form}: ${e.message}`)
    process.exitCode = 1
    verdicts.push([])
  }
}
console.log(JSON.stringify(verdicts))
