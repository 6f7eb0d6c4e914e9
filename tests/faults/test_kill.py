"""Skep is killed under load, again and again; a journal of what clients were told is held against what is there.

SKEP_KILL_ROUNDS sets how often (50).
"""

import collections
import itertools
import os
import random
import signal
import threading

import httpx
from support.manifest import manifest
from support.paths import guest
from support.polling import PATIENCE, eventually
from support.running import launch

ROUNDS = int(os.environ.get("SKEP_KILL_ROUNDS", "50"))
WRITERS = 6
ORDERS = (1, 60)  # acknowledged in a round before the kill
TABLE = "CREATE TABLE IF NOT EXISTS orders (number INTEGER, part INTEGER)"
PARTS = 2  # rows of one order, in statements of their own
RETRIED = {409, 429, 503}


class Journal:
    """What clients were told, kept outside of the process that is killed."""

    def __init__(self):
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self.acknowledged = set()
        self.refused = set()  # answered 500: nothing of them may be there
        self.open_keys = {}  # orders with a key whose answer did not come
        self.keyed = set()
        self.shown = 0  # the most orders that a reply has shown

    def next_order(self):
        with self._lock:
            return next(self._numbers)

    def note(self, order, outcome):
        with self._lock:
            if outcome == 200:
                self.acknowledged.add(order)
            elif outcome == 500:
                self.refused.add(order)

    def note_key(self, order, outcome):
        with self._lock:
            self.keyed.add(order)
            if outcome != 200:
                self.open_keys[order] = True

    def note_shown(self, count):
        with self._lock:
            self.shown = max(self.shown, count)


def steps_of(order):
    inserts = [["execute", "INSERT INTO orders VALUES (?, ?)", [order, part]] for part in range(PARTS)]
    return inserts + ([["status", 500]] if fails(order) else [])


def fails(order):
    return order % 7 == 0


def key_of(order):
    return {"Idempotency-Key": f"order-of-the-journal-{order}"} if order % 3 == 0 and not fails(order) else {}


def place(client, order):
    """The reply's status; None where there was none. One that says `try again` has done nothing."""
    try:
        return client.post("/orders", json=steps_of(order), headers=key_of(order)).status_code
    except httpx.HTTPError:
        return None


def write_until(is_over, url, journal):
    with httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False) as client:
        while not is_over.is_set():
            order = journal.next_order()
            outcome = place(client, order)
            journal.note(order, outcome)
            if key_of(order):
                journal.note_key(order, outcome)


def read_until(is_over, url, journal):
    with httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False) as client:
        while not is_over.is_set():
            try:
                reply = client.get("/orders", headers={"x-do": '[["query", "SELECT count(*) AS n FROM orders"]]'})
            except httpx.HTTPError:
                continue
            if reply.status_code == 200:
                journal.note_shown(reply.json()[0]["ok"][0]["n"])


def hammer_and_kill(running, journal, chance):
    """Load for a moment, in the midst of which the process is killed."""
    is_over = threading.Event()
    threads = [threading.Thread(target=write_until, args=(is_over, running.url, journal)) for _ in range(WRITERS)]
    threads.append(threading.Thread(target=read_until, args=(is_over, running.url, journal)))
    for thread in threads:
        thread.start()
    enough = len(journal.acknowledged) + chance.randint(*ORDERS)
    eventually(lambda: len(journal.acknowledged) >= enough, "acknowledged orders")
    running.signal(signal.SIGKILL)
    is_over.set()
    for thread in threads:
        thread.join(PATIENCE)
    running.stop()


def repeat_open_keys(running, journal):
    """Orders whose answer did not come are placed again with their key, as a careful client does."""
    for order in list(journal.open_keys):
        outcome = place(running.http, order)
        while outcome in RETRIED:
            outcome = place(running.http, order)
        assert outcome == 200, f"order {order} repeated: {outcome}"
        journal.acknowledged.add(order)
        del journal.open_keys[order]


def orders_of(running):
    """How many rows each order has."""
    steps = '[["query", "SELECT number, count(*) AS n FROM orders GROUP BY number"]]'
    reply = running.http.get("/orders", headers={"x-do": steps})
    assert reply.status_code == 200, reply.text
    return collections.Counter({row["number"]: row["n"] for row in reply.json()[0]["ok"]})


def violations(journal, rows):
    """Every way in which what is there contradicts the journal."""
    wrong = [f"order {order} was acknowledged and is lost" for order in journal.acknowledged if rows[order] == 0]
    wrong += [f"order {order} was refused and is there" for order in journal.refused if rows[order] > 0]
    for order, count in rows.items():
        if count > PARTS and order in journal.keyed:
            wrong.append(f"order {order} was executed twice: {count} rows")
        elif count != PARTS:
            wrong.append(f"order {order} is there in part: {count} of {PARTS} rows")
    if sum(rows.values()) < journal.shown:
        wrong.append(f"{journal.shown} rows were shown, {sum(rows.values())} are there")
    return wrong


def start(folder):
    service = {
        "module": guest("data_p2"),
        "routes": ["/orders"],
        "data": {"ddl": True},
        "route_options": [{"match": "/orders", "transaction_timeout": "5s"}],
    }
    return launch(folder, manifest({"orders": service}))


def test_nothing_that_was_acknowledged_is_lost_by_kills(tmp_path):
    seed = int(os.environ.get("SKEP_SEED", "1"))
    print(f"seed {seed}, {ROUNDS} rounds")
    chance = random.Random(seed)
    journal = Journal()
    running = start(tmp_path)
    assert "ok" in running.http.post("/orders", json=[["execute", TABLE]]).json()[0]
    for number in range(ROUNDS):
        hammer_and_kill(running, journal, chance)
        running = start(tmp_path)
        repeat_open_keys(running, journal)
        assert violations(journal, orders_of(running)) == [], f"round {number} of seed {seed}"
    running.stop()

    assert len(journal.acknowledged) >= ROUNDS
    assert journal.keyed & journal.acknowledged


def journal_of(acknowledged=(), refused=(), keyed=(), shown=0):
    journal = Journal()
    journal.acknowledged.update(acknowledged)
    journal.refused.update(refused)
    journal.keyed.update(keyed)
    journal.note_shown(shown)
    return journal


def test_the_check_finds_nothing_where_all_is_well():
    assert violations(journal_of([1], [2], [1], 2), collections.Counter({1: 2, 3: 2})) == []


def test_the_check_finds_a_lost_order():
    assert violations(journal_of([1]), collections.Counter()) == ["order 1 was acknowledged and is lost"]


def test_the_check_finds_a_refused_order_that_is_there():
    assert violations(journal_of(refused=[1]), collections.Counter({1: 2})) == ["order 1 was refused and is there"]


def test_the_check_finds_half_an_order():
    assert violations(journal_of(), collections.Counter({1: 1})) == ["order 1 is there in part: 1 of 2 rows"]


def test_the_check_finds_an_order_that_was_executed_twice():
    wrong = violations(journal_of(keyed=[3]), collections.Counter({3: 4}))

    assert wrong == ["order 3 was executed twice: 4 rows"]


def test_the_check_finds_rows_that_were_shown_too_early():
    assert violations(journal_of(shown=4), collections.Counter({1: 2})) == ["4 rows were shown, 2 are there"]
