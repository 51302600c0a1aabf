// Signs the test person "approves" in with FAPI 2.0: pushed request, PKCE, private_key_jwt, DPoP.
//   npm install openid-client && node index.mjs https://id.example/sandbox
import * as client from 'openid-client'

const issuer = new URL(process.argv[2])
const back = 'https://client.example/callback'
const options = issuer.protocol === 'http:' ? { execute: [client.allowInsecureRequests] } : {} // on your own machine only

// The service's own key pair. The provider gets the public half only.
const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
const kid = 'service-1'

// Register a client. Anybody may, in the test environment.
const config = await client.dynamicClientRegistration(issuer, {
  client_name: 'openid-client example', redirect_uris: [back], scope: 'openid profile',
  token_endpoint_auth_method: 'private_key_jwt', id_token_signed_response_alg: 'ES256', dpop_bound_access_tokens: true,
  jwks: { keys: [{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }] },
}, client.PrivateKeyJwt({ key: privateKey, kid }), options)
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))

// Push the request. The test person in login_hint answers it without a browser.
const pkceCodeVerifier = client.randomPKCECodeVerifier()
const expectedState = client.randomState()
const expectedNonce = client.randomNonce()
const authorize = await client.buildAuthorizationUrlWithPAR(config, {
  redirect_uri: back, scope: 'openid profile', state: expectedState, nonce: expectedNonce, login_hint: 'persona:approves',
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
}, { DPoP })

// Here a person's browser would be sent to `authorize`, and come back with the code.
const answer = await fetch(authorize, { redirect: 'manual' })
const came = new URL(answer.headers.get('location'))

// The library checks state, nonce, iss and the ID token.
const tokens = await client.authorizationCodeGrant(config, came, { pkceCodeVerifier, expectedState, expectedNonce }, undefined, { DPoP })
const user = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP })
console.log(JSON.stringify(user, null, 2))
