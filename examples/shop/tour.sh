#!/usr/bin/env bash
# Plays a customer's journey through the shop, printing each request and its reply.
#
# usage: examples/shop/tour.sh BASE_URL [COMMAND]
#
# COMMAND is run between an order and its repetition: a test kills Skep there and starts it again.
# Exits 0 when every reply is the expected one, 1 on any surprise.
set -euo pipefail

base=${1:?usage: tour.sh BASE_URL [COMMAND], for example http://127.0.0.1:8080}
base=${base%/}
meanwhile=${2:-true}
reply=$(mktemp)
trap 'rm -f "$reply"' EXIT
surprises=0
# What one tour keeps must not be in the way of the next one.
tour=tour-$(date +%s%N)-$$

# visit WHAT STATUS TEXT METHOD PATH [BODY [KEY]]
#
# Sends the request, under KEY as its Idempotency-Key; the reply must have that status and contain that text.
visit() {
    local what=$1 status=$2 text=$3 method=$4 path=$5 body=${6-} key=${7-}
    local arguments=(--silent --show-error --include --max-time 20 --request "$method")
    [ -z "$body" ] || arguments+=(--header 'content-type: application/json' --data "$body")
    [ -z "$key" ] || arguments+=(--header "idempotency-key: $key")

    printf '\n── %s\n%s %s %s %s\n' "$what" "$method" "$path" "$body" "${key:+(Idempotency-Key: $key)}"
    if ! curl "${arguments[@]}" "$base$path" >"$reply" 2>&1; then
        surprise "no reply: $(tail -1 "$reply")"
        return
    fi
    tr -d '\r' <"$reply" | sed 's/^/   /'
    printf '\n'
    local got
    got=$(sed -n '1s/^[^ ]* \([0-9]*\).*/\1/p' "$reply")
    [ "$got" = "$status" ] || surprise "expected status $status, got ${got:-none}"
    expect "$text"
}

# Whatever else the last reply must contain.
expect() {
    grep -qiF -- "$1" "$reply" || surprise "expected the reply to contain: $1"
}

# The number that the last reply has under a name.
number() {
    grep -oE "\"$1\":[0-9]+" "$reply" | head -1 | cut -d: -f2 || true
}

surprise() {
    surprises=$((surprises + 1))
    printf '!! %s\n' "$1" >&2
}

visit_users() {
    visit 'Sign up' 200 '"success":true' POST /users "{\"username\":\"alice\",\"email\":\"$tour@example.com\"}"
    user=$(number id)
    visit 'The account' 200 '"username":"alice"' GET "/users/$user"
    visit 'A second account for the same address' 409 email_taken POST /users \
        "{\"username\":\"eve\",\"email\":\"$tour@example.com\"}"
    visit 'An account that is not there' 404 '"success":false' GET /users/999999999
    visit 'A sign-up without an e-mail address' 400 'Invalid request' POST /users '{"username":"bob"}'
}

visit_products() {
    visit 'The catalogue' 200 'Hand grinder' GET /products
    visit 'A search' 200 'Filter papers' GET '/products?q=FILTER'
    visit 'The first page of a search' 200 '"next_after":3' GET '/products?q=coffee&limit=1'
    visit 'The second page' 200 'Filter coffee' GET '/products?q=coffee&limit=1&after=3'
    visit 'One product' 200 '"price_minor":7495' GET /products/3
    visit 'Its picture' 200 '<svg' GET /products/3/picture
    visit 'A product that is not there' 404 product_not_found GET /products/999999999
    visit 'A new product' 201 '"price_minor":450' POST /products \
        "{\"name\":\"Cup of $tour\",\"price_minor\":450,\"currency\":\"EUR\"}"
    visit 'Its price is raised' 200 '"price_minor":480' PUT "/products/$(number id)" \
        "{\"name\":\"Cup of $tour\",\"price_minor\":480,\"currency\":\"EUR\"}"
    visit 'It is found' 200 '"price_minor":480' GET "/products?q=$tour"
    visit 'A product without a price' 400 invalid_product POST /products '{"name":"Cup","currency":"EUR"}'
}

visit_quotes() {
    visit 'A quote for two kilos of beans and filter papers' 200 '"total_minor":4129' POST /quotes \
        "{\"customer\":$user,\"items\":[{\"product\":1,\"quantity\":2},{\"product\":2,\"quantity\":1}]}"
    visit 'A quote with a product that is not there' 200 '"complete":false' POST /quotes \
        "{\"customer\":$user,\"items\":[{\"product\":3,\"quantity\":1},{\"product\":999999999,\"quantity\":1}]}"
    visit 'A quote for somebody unknown' 422 unknown_customer POST /quotes \
        '{"customer":999999999,"items":[{"product":1,"quantity":1}]}'
    visit 'A quote for an empty basket' 400 invalid_basket POST /quotes "{\"customer\":$user,\"items\":[]}"
}

visit_orders() {
    local wanted="{\"user_id\":$user,\"items\":[{\"product_id\":1,\"quantity\":2},{\"product_id\":2,\"quantity\":1}]}"
    local order
    visit 'An order' 201 '"total_minor":4129' POST /orders "$wanted" "$tour-order"
    order=$(number order_id)
    $meanwhile
    visit 'The same order again, under the same key' 201 "\"order_id\":$order," POST /orders "$wanted" "$tour-order"
    expect 'idempotency-replayed: true'
    visit 'Another order under that key' 422 idempotency_key_reused POST /orders \
        "{\"user_id\":$user,\"items\":[{\"product_id\":3,\"quantity\":1}]}" "$tour-order"
    visit 'The order' 200 '"amount_minor":3780' GET "/orders/$order"
    visit 'The orders of the customer' 200 "\"orders\":[{\"order_id\":$order,\"currency\":\"EUR\",\"total_minor\":4129" \
        GET "/orders?user=$user"
    [ "$(grep -o '"order_id"' "$reply" | wc -l)" = 1 ] || surprise 'expected one order of the customer'
    visit 'An order without a key' 400 idempotency_key_invalid POST /orders "$wanted"
    visit 'An order of somebody unknown' 422 unknown_user POST /orders \
        '{"user_id":999999999,"items":[{"product_id":1,"quantity":1}]}' "$tour-unknown-user"
    visit 'An order of a product that is not there' 422 unknown_product POST /orders \
        "{\"user_id\":$user,\"items\":[{\"product_id\":999999999,\"quantity\":1}]}" "$tour-unknown-product"
    visit 'An order of nothing' 400 invalid_order POST /orders "{\"user_id\":$user,\"items\":[]}" "$tour-nothing"
    visit 'An order that is not there' 404 order_not_found GET /orders/999999999
}

visit_cart() {
    local order
    visit 'Into the cart: a grinder' 200 '"quantity":1' PUT "/carts/$user/items/3" '{"quantity":1}'
    visit 'Into the cart: filter papers' 200 '"product_id":2' PUT "/carts/$user/items/2" '{"quantity":4}'
    visit 'Fewer of them' 200 '"quantity":2' PUT "/carts/$user/items/2" '{"quantity":2}'
    visit 'Checking out' 201 '"total_minor":8193' POST "/carts/$user/checkout" '' "$tour-checkout"
    order=$(number order_id)
    visit 'Checking out again, under the same key' 201 "\"order_id\":$order," POST "/carts/$user/checkout" '' "$tour-checkout"
    expect 'idempotency-replayed: true'
    visit 'The cart is empty' 200 '"items":[]' GET "/carts/$user"
    visit 'Checking out an empty cart' 422 cart_empty POST "/carts/$user/checkout" '' "$tour-checkout-of-nothing"
    visit 'The order that the cart became' 200 '"total_minor":8193' GET "/orders/$order"
}

visit_users
visit_products
visit_quotes
visit_orders
visit_cart
visit 'The wrong method' 405 'allow: GET' DELETE /products
visit 'A page that is not there' 404 '404' GET /nowhere

printf '\n'
if [ "$surprises" -gt 0 ]; then
    printf 'tour: %d surprises\n' "$surprises" >&2
    exit 1
fi
printf 'tour: every reply was the expected one\n'
