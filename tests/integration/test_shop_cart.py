"""The shop's cart where the customer changes it while it is checked out."""

import pytest

from support.manifest import manifest
from support.paths import SHOP, guest
from support.upstream import answering

CHECKOUT_KEY = {"Idempotency-Key": "checkout-0123456789"}


class Cart:
    """The cart of customer 1. `meanwhile` is run while an order is placed."""

    def __init__(self):
        self.meanwhile = lambda: None

    def start(self, platforms, orders):
        services = {
            "cart": {
                "module": guest("cart"),
                "routes": ["/carts/*"],
                "calls": ["orders"],
                "data": True,
                "migrations": str(SHOP / "cart/migrations"),
            },
            "orders": {"url": orders.url},
        }
        self._http = platforms.start(manifest(services)).http

    def order(self, wanted):
        """What the process `orders` answers."""
        self.meanwhile()
        return {"order_id": 1, "currency": "EUR", "total_minor": 1, **wanted}

    def put(self, product, quantity):
        reply = self._http.put(f"/carts/1/items/{product}", json={"quantity": quantity})
        assert reply.status_code == 200, reply.text

    def remove(self, product):
        assert self._http.delete(f"/carts/1/items/{product}").status_code == 200

    def check_out(self):
        """What was ordered, {product: quantity}."""
        reply = self._http.post("/carts/1/checkout", headers=CHECKOUT_KEY)
        assert reply.status_code == 201, reply.text
        return quantities(reply)

    def show(self):
        return quantities(self._http.get("/carts/1"))


@pytest.fixture
def cart(platforms):
    cart = Cart()
    with answering(cart.order) as orders:
        cart.start(platforms, orders)
        yield cart


def quantities(reply):
    return {item["product_id"]: item["quantity"] for item in reply.json()["items"]}


def test_what_is_put_in_while_the_rest_is_ordered_stays(cart):
    cart.put(3, 1)
    cart.meanwhile = lambda: (cart.put(3, 7), cart.put(4, 2))

    ordered = cart.check_out()

    assert ordered == {3: 1}
    assert cart.show() == {3: 6, 4: 2}


def test_what_is_lowered_while_it_is_ordered_is_taken_out_whole(cart):
    cart.put(3, 5)
    cart.meanwhile = lambda: cart.put(3, 2)

    ordered = cart.check_out()

    assert ordered == {3: 5}
    assert cart.show() == {}


def test_what_is_removed_while_it_is_ordered_is_not_there_afterwards(cart):
    cart.put(3, 5)
    cart.meanwhile = lambda: cart.remove(3)

    ordered = cart.check_out()

    assert ordered == {3: 5}
    assert cart.show() == {}
