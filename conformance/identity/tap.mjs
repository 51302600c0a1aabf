// A suite of tests that prints TAP: "ok name", or "not ok name: why".
// A test that fails does not stop the others.
const tests = []

// test declares one; its name begins with the standard and section that it proves.
export const test = (name, run, { slow = false } = {}) => tests.push({ name, run, slow })

export const names = () => tests.map(t => t.name)

// run runs them. differences names the tests that this target is known to fail, with the
// reason; one that passes all the same must come off the list. together starts all at once, for
// tests that share nothing and mostly wait.
export async function run({ differences = {}, only = '', slow = false, together = false } = {}) {
  let bad = 0
  const unknown = only ? [] : Object.keys(differences).filter(name => !tests.some(t => t.name === name))
  const say = (ok, text) => { if (!ok) bad++; console.log(`${ok ? 'ok' : 'not ok'} ${text}`) }
  for (const name of unknown) say(false, `${name}: declared as a difference, but there is no such test`)
  const chosen = tests.filter(t => t.name.includes(only))
  const started = together ? chosen.map(t => failure(t.run, 60)) : []
  for (const [i, { name, run, slow: isSlow }] of chosen.entries()) {
    if (isSlow && !slow) { console.log(`ok ${name} # SKIP slow: set PRAYA_CONFORMANCE_SLOW`); continue }
    const why = await (started[i] ?? failure(run, isSlow ? 700 : 60))
    const known = differences[name]
    if (!known) say(!why, why ? `${name}: ${why}` : name)
    else if (why) say(true, `${name} # differs: ${known} (${why})`)
    else say(false, `${name}: declared as a difference, but it passes`)
  }
  console.log(`1..${unknown.length + chosen.length}`)
  return bad
}

async function failure(run, seconds) {
  let timer
  const late = new Promise((_, no) => { timer = setTimeout(() => no(new Error(`no answer in ${seconds} seconds`)), seconds * 1000) })
  try {
    await Promise.race([run(), late])
  } catch (e) {
    return explain(e)
  } finally {
    clearTimeout(timer)
  }
}

function explain(e) {
  const parts = [e.message, e.error, e.error_description, e.cause?.message, e.cause?.error && JSON.stringify(e.cause), e.cause?.body && JSON.stringify(e.cause.body)]
  return [...new Set(parts.filter(Boolean))].join('; ').replaceAll('\n', ' ').slice(0, 600)
}
