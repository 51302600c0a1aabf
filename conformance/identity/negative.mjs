// What must be refused, or must always hold: one test for each MUST of FAPI 2.0 and of what it
// pulls in. `node negative.mjs [part of a name]` prints TAP.
import { authentication } from './cases/authentication.mjs'
import { authorization } from './cases/authorization.mjs'
import { backchannel } from './cases/backchannel.mjs'
import { discovery } from './cases/discovery.mjs'
import { messages } from './cases/messages.mjs'
import { possession } from './cases/possession.mjs'
import { tokens } from './cases/tokens.mjs'
import { differences } from './differences.mjs'
import { run } from './tap.mjs'
import { open } from './target.mjs'

const target = await open()
for (const cases of [discovery, authentication, authorization, possession, tokens, messages, backchannel]) cases(target)
const only = process.argv[2] ?? ''
const bad = await run({ differences: differences[target.name], only, slow: Boolean(process.env.PRAYA_CONFORMANCE_SLOW) })
target.stop()
process.exit(bad ? 1 : 0)
