// What every refusal has in common.
import assert from 'node:assert/strict'

const list = value => [value].flat()

// refused: the endpoint says no with one of these codes, as RFC 6749 5.2 has it.
export function refused(answer, errors, status = defaultStatus(errors)) {
  assert.ok(answer.json?.error, `no error in the answer: ${answer.status} ${answer.text.slice(0, 200)}`)
  assert.ok(list(errors).includes(answer.json.error), `${answer.json.error} (${answer.json.error_description}) is not ${list(errors).join(' or ')}`)
  assert.ok(list(status).includes(answer.status), `status ${answer.status} is not ${list(status).join(' or ')}`)
  if (answer.json.error_description !== undefined) assert.match(answer.json.error_description, /^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/, 'RFC 6749 5.2: characters of error_description')
}

// RFC 6749 5.2: 400, except that a failed client authentication may answer 401.
const defaultStatus = errors => list(errors).includes('invalid_client') ? [400, 401] : 400

export const noStore = answer => assert.match(answer.headers.get('cache-control') ?? '', /no-store/, 'no Cache-Control: no-store')

// unauthorized: a resource says no, as RFC 6750 3 and RFC 9449 7.1 have it.
export function unauthorized(answer, error, status = 401) {
  assert.ok(list(status).includes(answer.status), `status ${answer.status}, ${answer.text.slice(0, 200)}`)
  const challenge = answer.headers.get('www-authenticate') ?? ''
  assert.match(challenge, /DPoP /, 'no DPoP in WWW-Authenticate')
  if (error) assert.ok(list(error).some(e => challenge.includes(`error="${e}"`)), `WWW-Authenticate: ${challenge}`)
}

// stopped: the authorization endpoint gave no code. It may say so on a page, or at the
// client's own address with one of these codes.
export function stopped(back, errors, redirectURI) {
  if (!back.to) {
    assert.ok(back.status >= 400 && back.status < 500, `a page with status ${back.status}`)
    return
  }
  assert.equal(back.to.origin + back.to.pathname, redirectURI, 'sent somewhere else')
  const error = back.to.searchParams.get('error')
  assert.ok(!back.to.searchParams.has('code'), 'a code came back')
  assert.ok(list(errors).includes(error), `${error} is not ${list(errors).join(' or ')}`)
}

// pageOnly: nothing may be redirected, for the address cannot be trusted (RFC 6749 4.1.2.1).
export function pageOnly(back) {
  assert.equal(back.to, undefined, `redirected to ${back.to}`)
  assert.ok(back.status >= 400 && back.status < 500, `a page with status ${back.status}`)
}
