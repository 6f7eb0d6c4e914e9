#!/usr/bin/env bash
# Plays a customer's journey through the shop, printing each request and its reply.
#
# usage: examples/shop/tour.sh BASE_URL
#
# Exits 0 when every reply is the expected one, 1 on any surprise.
set -euo pipefail

base=${1:?usage: tour.sh BASE_URL, for example http://127.0.0.1:8080}
base=${base%/}
reply=$(mktemp)
trap 'rm -f "$reply"' EXIT
surprises=0

# visit WHAT STATUS TEXT METHOD PATH [BODY]
#
# Sends the request; the reply must have that status and contain that text.
visit() {
    local what=$1 status=$2 text=$3 method=$4 path=$5 body=${6-}
    local arguments=(--silent --show-error --include --max-time 20 --request "$method")
    [ -z "$body" ] || arguments+=(--header 'content-type: application/json' --data "$body")

    printf '\n── %s\n%s %s %s\n' "$what" "$method" "$path" "$body"
    if ! curl "${arguments[@]}" "$base$path" >"$reply" 2>&1; then
        surprise "no reply: $(tail -1 "$reply")"
        return
    fi
    tr -d '\r' <"$reply" | sed 's/^/   /'
    printf '\n'
    local got
    got=$(sed -n '1s/^[^ ]* \([0-9]*\).*/\1/p' "$reply")
    [ "$got" = "$status" ] || surprise "expected status $status, got ${got:-none}"
    grep -qF -- "$text" "$reply" || surprise "expected the reply to contain: $text"
}

surprise() {
    surprises=$((surprises + 1))
    printf '!! %s\n' "$1" >&2
}

visit 'Sign up' 200 '"success":true' POST /users '{"username":"alice","email":"alice@example.com"}'
visit 'The account' 200 '"username":"alice"' GET /users/1
visit 'An account that is not there' 404 '"success":false' GET /users/99
visit 'A sign-up without an e-mail address' 400 'Invalid request' POST /users '{"username":"bob"}'
visit 'The catalogue' 200 'Hand grinder' GET /products
visit 'One product' 200 '"price_minor":7495' GET /products/3
visit 'A product that is not there' 404 'no product 99' GET /products/99
visit 'A quote for two kilos of beans and filter papers' 200 '"total_minor":4129' POST /quotes \
    '{"customer":1,"items":[{"product":1,"quantity":2},{"product":2,"quantity":1}]}'
visit 'A quote with a product that is not there' 200 '"complete":false' POST /quotes \
    '{"customer":1,"items":[{"product":3,"quantity":1},{"product":99,"quantity":1}]}'
visit 'A quote for somebody unknown' 422 'no customer 99' POST /quotes \
    '{"customer":99,"items":[{"product":1,"quantity":1}]}'
visit 'A quote for an empty basket' 400 'items must not be empty' POST /quotes '{"customer":1,"items":[]}'
visit 'The wrong method' 405 'GET' DELETE /products
visit 'A page that is not there' 404 '404' GET /nowhere

printf '\n'
if [ "$surprises" -gt 0 ]; then
    printf 'tour: %d surprises\n' "$surprises" >&2
    exit 1
fi
printf 'tour: every reply was the expected one\n'
