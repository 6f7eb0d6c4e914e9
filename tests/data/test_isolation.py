"""Many clients read and write one row at once: no update is lost, in whichever way their routes use the store."""

import collections
import concurrent.futures
import itertools
import json
import threading

import httpx
import pytest
from support.manifest import manifest
from support.paths import guest
from support.polling import PATIENCE

CLIENTS = 64
REQUESTS = 8  # of each client
# Each handler reads the row, then adds one to it: those that succeed have read different values.
READ_THEN_ADD = [["query", "SELECT n FROM counter"], ["execute", "UPDATE counter SET n = n + 1"]]
RETRIED = {429, 503}


@pytest.fixture(scope="module")
def app(shared_platforms):
    service = {
        "module": guest("data_p2"),
        "routes": ["/turn", "/late", "/alone", "/failing"],
        "data": {"ddl": True},
        "route_options": [
            {"match": "/turn", "transaction_timeout": "5s"},
            {"match": "/failing", "transaction_timeout": "5s"},
            {"match": "/late", "transaction_timeout": "5s", "transaction": "late"},
            {"match": "/alone", "transaction_timeout": "5s", "batch": "alone"},
        ],
    }
    return shared_platforms.start(manifest({"counter": service}))


def do(app, *steps, path="/turn", **options):
    return app.http.post(path, json=list(steps), **options)


@pytest.fixture(autouse=True)
def counter(app):
    do(app, ["execute", "CREATE TABLE IF NOT EXISTS counter (n INTEGER)"])
    outcomes = do(app, ["execute", "DELETE FROM counter"], ["execute", "INSERT INTO counter VALUES (0)"]).json()
    assert all("ok" in outcome for outcome in outcomes)


def read_counter(app):
    return do(app, ["query", "SELECT n FROM counter"]).json()[0]["ok"][0]["n"]


def values_read(app, requests):
    """What the handlers that succeeded had read, by CLIENTS clients that send `requests` in turn."""
    values = []
    lock = threading.Lock()

    def work(client_number):
        turns = itertools.islice(itertools.cycle(requests), client_number, client_number + REQUESTS)
        with httpx.Client(base_url=app.url, timeout=PATIENCE, trust_env=False) as client:
            for request in turns:
                value = _one(client, request)
                with lock:
                    values.append(value)

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, range(CLIENTS)))
    return [value for value in values if value is not None]


def _one(client, request):
    """The value that a handler read; None where it is one that fails."""
    method, path = request.split()
    is_failing = path == "/failing"
    steps = json.dumps(READ_THEN_ADD + ([["status", 500]] if is_failing else []))
    while True:
        reply = client.request(method, path, headers={"x-do": steps})
        if reply.status_code not in RETRIED:
            break
        # Not to be repeated without a key: what a disk does that takes seconds for a flush.
        assert reply.json()["code"] != "outcome_unknown", "the machine is too slow for this test"
    if is_failing:
        assert reply.status_code == 500, reply.text
        return None
    assert reply.status_code == 200, reply.text
    assert reply.json()[1] == {"ok": {"rows_affected": 1, "last_insert_id": 0}}
    return reply.json()[0]["ok"][0]["n"]


@pytest.mark.parametrize(
    "requests",
    [
        ["POST /turn"],
        ["POST /late"],
        ["GET /late"],
        ["POST /turn", "POST /late"],
        ["POST /turn", "GET /late"],
        ["POST /turn", "POST /late", "GET /late", "POST /alone", "POST /failing"],
    ],
    ids=", ".join,
)
def test_no_update_of_64_clients_is_lost(app, requests):
    values = values_read(app, requests)

    twice = [value for value, count in collections.Counter(values).items() if count > 1]
    assert twice == []
    assert read_counter(app) == len(values)
    assert sorted(values) == list(range(len(values)))
