"""The shop's stores: what was answered is there, however often it is asked for and whenever Skep is killed."""

import signal
import subprocess

import pytest

from support.documents import shell_lines
from support.paths import ROOT, SHOP
from support.polling import PATIENCE, eventually
from support.running import launch_project

CUSTOMER = {"username": "carol", "email": "carol@example.com"}


def order_of(user, product=1, quantity=2):
    return {"user_id": user, "items": [{"product_id": product, "quantity": quantity}]}


class Shop:
    """The shop in a folder of its own; it may be killed and started again."""

    def __init__(self, folder):
        self._folder = folder
        self._start("127.0.0.1:0")
        self.user = self.http.post("/users", json=CUSTOMER).json()["data"]["id"]

    @property
    def http(self):
        return self.running.http

    def place(self, key, order):
        return self.http.post("/orders", json=order, headers={"Idempotency-Key": key})

    def totals(self):
        orders = self.http.get("/orders", params={"user": self.user}).json()["orders"]
        return [order["total_minor"] for order in orders]

    def kill_and_start(self):
        address = self.running.url.removeprefix("http://")
        self.running.signal(signal.SIGKILL)
        self.running.stop()
        self._start(address)

    def _start(self, address):
        arguments = ["--data-dir", self._folder / ".skep", "--listen", address, "--control", "127.0.0.1:0"]
        self.running = launch_project(SHOP, self._folder, arguments)


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    yield shop
    assert shop.running.stop() == 0


def test_an_order_is_there_after_a_kill(shop):
    placed = shop.place("a-first-order-of-carol", order_of(shop.user)).json()

    shop.kill_and_start()

    assert shop.http.get(f"/orders/{placed['order_id']}").json() == placed


def test_an_order_that_is_repeated_after_a_kill_is_answered_from_its_record(shop):
    placed = shop.place("an-order-of-carol", order_of(shop.user))
    shop.kill_and_start()

    repeated = shop.place("an-order-of-carol", order_of(shop.user))

    assert repeated.headers["idempotency-replayed"] == "true"
    assert repeated.json() == placed.json()
    assert shop.totals() == [3780]


def test_one_key_is_one_order(shop):
    shop.place("an-order-of-carol", order_of(shop.user))

    other = shop.place("an-order-of-carol", order_of(shop.user, quantity=3))

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert shop.totals() == [3780]


def test_the_price_of_an_order_stays_when_the_product_becomes_dearer(shop):
    cup = {"name": "Cup", "price_minor": 450, "currency": "EUR"}
    product = shop.http.post("/products", json=cup).json()["id"]
    shop.place("an-order-of-a-cup", order_of(shop.user, product, 1))

    shop.http.put(f"/products/{product}", json={**cup, "price_minor": 480})

    assert shop.totals() == [450]


def test_an_order_with_a_line_that_is_refused_leaves_nothing(shop):
    order = order_of(shop.user)
    order["items"].append({"product_id": 999, "quantity": 1})

    refused = shop.place("an-order-of-nothing", order)

    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_product")
    assert shop.totals() == []


def test_currencies_do_not_mix_in_an_order(shop):
    tea = shop.http.post("/products", json={"name": "Tea", "price_minor": 500, "currency": "USD"}).json()
    order = order_of(shop.user)
    order["items"].append({"product_id": tea["id"], "quantity": 1})

    refused = shop.place("an-order-of-both", order)

    assert (refused.status_code, refused.json()["code"]) == (422, "currency_mixed")


def test_a_cart_is_ordered_once_however_often_it_is_checked_out(shop):
    shop.http.put(f"/carts/{shop.user}/items/3", json={"quantity": 1})
    key = {"Idempotency-Key": "a-checkout-of-carol"}
    first = shop.http.post(f"/carts/{shop.user}/checkout", headers=key)
    shop.kill_and_start()

    second = shop.http.post(f"/carts/{shop.user}/checkout", headers=key)

    assert (first.status_code, first.json()) == (201, second.json())
    assert shop.http.get(f"/carts/{shop.user}").json()["items"] == []
    assert shop.totals() == [7495]


def test_the_tour_meets_no_surprise_where_skep_is_killed_in_between(shop, tmp_path):
    reached, resumed = tmp_path / "reached", tmp_path / "resumed"
    meanwhile = tmp_path / "meanwhile"
    meanwhile.write_text(f"#!/bin/sh\ntouch {reached}\nuntil [ -e {resumed} ]; do sleep 0.05; done\n")
    meanwhile.chmod(0o755)
    tour = subprocess.Popen(
        [ROOT / "examples/shop/tour.sh", shop.running.url, meanwhile],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"PATH": "/usr/bin:/bin", "NO_PROXY": "*"},
        text=True,
    )
    eventually(reached.exists, "the tour's order")

    shop.kill_and_start()
    resumed.touch()

    printed, _ = tour.communicate(timeout=6 * PATIENCE)
    assert tour.returncode == 0, printed
    assert "every reply was the expected one" in printed


@pytest.mark.parametrize("line", shell_lines("examples/shop/README.md", "clang++-19"))
def test_the_test_of_the_orders_passes_as_written(tmp_path, line):
    program = line.replace(" order_test", f" {tmp_path}/order_test").replace("./order_test", f"{tmp_path}/order_test")

    done = subprocess.run(["bash", "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout + done.stderr
