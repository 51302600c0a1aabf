#!/usr/bin/env bash
# Signs the test person "approves" in to a plain client: code, PKCE and a client secret.
#   ./curl.sh https://id.example/sandbox
# Needs curl, openssl and jq.
set -euo pipefail
issuer=${1:?give the issuer of the test environment}
back=https://client.example/callback

# The provider says itself where everything is.
discovery=$(curl -fsS "$issuer/.well-known/openid-configuration")
endpoint() { jq -r ".$1" <<<"$discovery"; }

# Register a client. Anybody may, in the test environment.
client=$(curl -fsS -H 'Content-Type: application/json' "$(endpoint registration_endpoint)" -d '{
  "client_name": "curl example", "praya_profile": "plain", "redirect_uris": ["'"$back"'"],
  "token_endpoint_auth_method": "client_secret_basic", "scope": "openid profile"
}')
id=$(jq -r .client_id <<<"$client")
secret=$(jq -r .client_secret <<<"$client")

# PKCE: the challenge goes with the request, the verifier with the code.
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
verifier=$(openssl rand 32 | base64url)
challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | base64url)
state=$(openssl rand -hex 16)

# A person's browser would be sent there. The test person in login_hint answers at once.
to=$(curl -fsS -o /dev/null -w '%{redirect_url}' -G "$(endpoint authorization_endpoint)" \
  -d response_type=code -d "client_id=$id" --data-urlencode "redirect_uri=$back" --data-urlencode 'scope=openid profile' \
  -d "state=$state" -d "code_challenge=$challenge" -d code_challenge_method=S256 -d login_hint=persona:approves)
value() { sed -n "s/.*[?&]$1=\([^&]*\).*/\1/p" <<<"$to"; }
[ "$(value state)" = "$state" ] || { echo "this answer is not to our question: $to" >&2; exit 1; }

tokens=$(curl -fsS -u "$id:$secret" "$(endpoint token_endpoint)" -d grant_type=authorization_code \
  -d "code=$(value code)" --data-urlencode "redirect_uri=$back" -d "code_verifier=$verifier")

curl -fsS -H "Authorization: Bearer $(jq -r .access_token <<<"$tokens")" "$(endpoint userinfo_endpoint)" | jq .
