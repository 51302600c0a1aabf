// Where a target differs from a test, by the test's name, with the reason. A test that passes
// all the same must come off the list.
const getOnly = 'GET only: a POST from another site carries no session cookie (SameSite), and a pushed request needs no more than GET'
const library = 'the library leaves it to the site that runs it'

export const differences = {
  anchor: {
    'FAPI 2.0 SP 5.3.2.2: an address of plain http is not registered': library,
    'FAPI 2.0 SP 5.4.1: an RSA key under 2048 bits is not registered': library,
    'FAPI 2.0 SP 5.3.2.1: an assertion with iat over 60 s ahead is refused': 'it looks at nbf and exp, not at iat',
    'RFC 7523 3 (2): an assertion about another client is refused': 'it is refused, as invalid_request: client_id and sub disagree',
    'RFC 7515 5.2: an assertion that is not a JWT is refused': 'it is refused, as invalid_request',
    'RFC 7519 7.2: an assertion that is a list is refused': 'it is refused, as invalid_request',
    'RFC 9126 2.3: PAR answers 405 to GET': 'it knows no such route and answers 404',
    'RFC 6749 B: a pushed request that is not UTF-8 is refused': 'it replaces what it cannot read',
    'RFC 9700 4.16: the provider\'s pages cannot be framed': library,
    'RFC 9700 4.2: the provider\'s pages send no address on, and are not kept': library,
    'RFC 6749 4.1.3: a code without redirect_uri is refused': 'it takes it when the client has one address only',
    'RFC 6749 5.2: a grant that the client did not register is unauthorized_client': 'it is refused, as invalid_request',
    'OpenID Connect Core 3.1.2.1: the authorization endpoint takes POST': getOnly,
    'RFC 9700 2.1.1: a plain client without PKCE is refused': library,
    'CIBA 11: polling too fast is slow_down': 'it does not count polls',
    'FAPI-CIBA 5.2.2: a client that did not register CIBA is unauthorized_client': 'it is refused, as invalid_request',
  },
  praya: {
    'OpenID Connect Core 3.1.2.1: the authorization endpoint takes POST': getOnly,
  },
}
