import { authentication } from './authentication.mjs'
import { authorization } from './authorization.mjs'
import { backchannel } from './backchannel.mjs'
import { discovery } from './discovery.mjs'
import { messages } from './messages.mjs'
import { possession } from './possession.mjs'
import { tokens } from './tokens.mjs'

// declare declares every test; nothing is asked of the target before they run.
export function declare(target) {
  for (const cases of [discovery, authentication, authorization, possession, tokens, messages, backchannel]) cases(target)
}
