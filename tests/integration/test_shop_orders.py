"""The shop's stores: what was answered is there, however often it is asked for and whenever Skep is killed."""

import json
import os
import signal
import subprocess

import pytest

from support.documents import shell_lines
from support.paths import ROOT, SHOP
from support.polling import PATIENCE, eventually
from support.running import launch_project

ORDERS = ROOT / "tools/orders"
ENVIRONMENT = {"PATH": os.environ["PATH"], "NO_PROXY": "*"}


class Shop:
    """The shop in a folder of its own; it may be killed and started again."""

    def __init__(self, folder):
        self._folder = folder
        self._start("127.0.0.1:0")

    @property
    def http(self):
        return self.running.http

    @property
    def url(self):
        return self.running.url

    def kill_and_start(self):
        address = self.url.removeprefix("http://")
        self.running.signal(signal.SIGKILL)
        self.running.stop()
        self._start(address)

    def _start(self, address):
        arguments = ["--data-dir", self._folder / ".skep", "--listen", address, "--control", "127.0.0.1:0"]
        self.running = launch_project(SHOP, self._folder, arguments)


class Customer:
    """Somebody new who buys there, under keys of their own."""

    def __init__(self, shop, name):
        self._shop, self._name = shop, name
        account = {"username": "carol", "email": f"{name}@example.com"}
        self.id = shop.http.post("/users", json=account).json()["data"]["id"]

    def place(self, items, key="order"):
        """Orders {product: quantity}."""
        lines = [{"product_id": product, "quantity": quantity} for product, quantity in items.items()]
        return self._post("/orders", key, json={"user_id": self.id, "items": lines})

    def put(self, product, quantity):
        return self._shop.http.put(f"/carts/{self.id}/items/{product}", json={"quantity": quantity})

    def check_out(self):
        return self._post(f"/carts/{self.id}/checkout", "checkout")

    def cart(self):
        return self._shop.http.get(f"/carts/{self.id}").json()["items"]

    def totals(self):
        orders = self._shop.http.get("/orders", params={"user": self.id}).json()["orders"]
        return [order["total_minor"] for order in orders]

    def _post(self, path, key, **options):
        return self._shop.http.post(path, headers={"Idempotency-Key": f"{self._name}-{key}"}, **options)


class Loader:
    """`tools/orders` and its journal."""

    def __init__(self, journal):
        self.journal = journal
        journal.touch()

    def start(self, url):
        """Places orders until the shop goes away."""
        command = [ORDERS, "place", url, self.journal, "4"]
        return subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)

    def acknowledged(self):
        return self.journal.read_text().count('"order_id"')

    def verify(self, url):
        command = [ORDERS, "verify", url, self.journal, "4"]
        return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    shop = Shop(tmp_path_factory.mktemp("shop"))
    yield shop
    assert shop.running.stop() == 0


@pytest.fixture
def carol(shop, request):
    return Customer(shop, request.node.name)


@pytest.fixture
def loader(tmp_path):
    return Loader(tmp_path / "journal")


def new_product(shop, name, price_minor, currency="EUR"):
    product = {"name": name, "price_minor": price_minor, "currency": currency}
    return shop.http.post("/products", json=product).json()


def test_an_order_is_there_after_a_kill(shop, carol):
    placed = carol.place({1: 2}).json()

    shop.kill_and_start()

    assert shop.http.get(f"/orders/{placed['order_id']}").json() == placed


def test_an_order_that_is_repeated_after_a_kill_is_answered_from_its_record(shop, carol):
    placed = carol.place({1: 2})
    shop.kill_and_start()

    repeated = carol.place({1: 2})

    assert repeated.headers["idempotency-replayed"] == "true"
    assert repeated.json() == placed.json()
    assert carol.totals() == [3780]


def test_one_key_is_one_order(carol):
    carol.place({1: 2})

    other = carol.place({1: 3})

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert carol.totals() == [3780]


def test_the_price_of_an_order_stays_when_the_product_becomes_dearer(shop, carol):
    cup = new_product(shop, "Cup", 450)
    carol.place({cup["id"]: 1})

    shop.http.put(f"/products/{cup['id']}", json={**cup, "price_minor": 480})

    assert carol.totals() == [450]


def test_an_order_with_a_line_that_is_refused_leaves_nothing(carol):
    refused = carol.place({1: 2, 999: 1})

    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_product")
    assert carol.totals() == []


def test_currencies_do_not_mix_in_an_order(shop, carol):
    tea = new_product(shop, "Tea", 500, "USD")

    refused = carol.place({1: 2, tea["id"]: 1})

    assert (refused.status_code, refused.json()["code"]) == (422, "currency_mixed")


def test_a_cart_is_ordered_once_however_often_it_is_checked_out(shop, carol):
    carol.put(3, 1)
    first = carol.check_out()
    shop.kill_and_start()

    second = carol.check_out()

    assert (first.status_code, first.json()) == (201, second.json())
    assert carol.cart() == []
    assert carol.totals() == [7495]


def test_what_orders_refuses_stays_in_the_cart(carol):
    carol.put(999, 1)

    refused = carol.check_out()

    assert (refused.status_code, refused.json()["code"]) == (422, "order_refused")
    assert carol.cart() == [{"product_id": 999, "quantity": 1}]


def test_the_tour_meets_no_surprise_where_skep_is_killed_in_between(shop, tmp_path):
    reached, resumed = tmp_path / "reached", tmp_path / "resumed"
    meanwhile = tmp_path / "meanwhile"
    meanwhile.write_text(f"#!/bin/sh\ntouch {reached}\nuntil [ -e {resumed} ]; do sleep 0.05; done\n")
    meanwhile.chmod(0o755)
    tour = subprocess.Popen(
        [ROOT / "examples/shop/tour.sh", shop.url, meanwhile],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=ENVIRONMENT,
        text=True,
    )
    eventually(reached.exists, "the tour's order", 3 * PATIENCE)

    shop.kill_and_start()
    resumed.touch()

    printed, _ = tour.communicate(timeout=6 * PATIENCE)
    assert tour.returncode == 0, printed
    assert "every reply was the expected one" in printed


def test_no_acknowledged_order_is_lost_where_skep_is_killed_under_load(shop, loader):
    placing = loader.start(shop.url)
    eventually(lambda: loader.acknowledged() >= 50, "50 orders", 3 * PATIENCE)

    shop.kill_and_start()

    printed, _ = placing.communicate(timeout=3 * PATIENCE)
    assert placing.returncode == 0, printed
    verified = loader.verify(shop.url)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_an_order_that_is_not_there_is_found_missing(shop, carol, loader):
    placed = carol.place({1: 2}).json()
    entries = [{"user": carol.id}, {"key": "an-order-that-is-lost", "order_id": placed["order_id"] + 1}]
    loader.journal.write_text("".join(json.dumps(entry) + "\n" for entry in entries))

    verified = loader.verify(shop.url)

    assert verified.returncode == 1
    assert json.loads(verified.stdout)["missing"] == 1


@pytest.mark.parametrize("line", shell_lines("examples/shop/README.md", "clang++-19"))
def test_the_test_of_the_orders_passes_as_written(tmp_path, line):
    program = line.replace(" order_test", f" {tmp_path}/order_test").replace("./order_test", f"{tmp_path}/order_test")

    done = subprocess.run(["bash", "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout + done.stderr
