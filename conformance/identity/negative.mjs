// What must be refused, or must always hold: one test for each MUST of FAPI 2.0 and of what it
// pulls in. `node negative.mjs [part of a name]` prints TAP.
import { declare } from './cases/all.mjs'
import { differences } from './differences.mjs'
import { run } from './tap.mjs'
import { open } from './target.mjs'

const target = await open()
declare(target)
const only = process.argv[2] ?? ''
const bad = await run({ differences: differences[target.name], only, slow: Boolean(process.env.PRAYA_CONFORMANCE_SLOW) })
target.stop()
process.exit(bad ? 1 : 0)
