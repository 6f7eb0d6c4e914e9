"""Each metric of a store moves when that happens which it counts."""

import concurrent.futures

import pytest
from support.manifest import manifest
from support.paths import guest

TABLE = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text)"
COUNT = ["query", "SELECT count(*) FROM notes"]
TEA = ["execute", "INSERT INTO notes (text) VALUES ('tea')"]
LARGE = ["execute", "INSERT INTO notes (text) VALUES (zeroblob(100000))"]
SLOW = ["query", "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 200000) SELECT count(*) FROM c"]
WITHOUT_END = [
    "execute",
    "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) "
    "INSERT OR REPLACE INTO notes SELECT i % 100, i FROM c",
]
KEY = {"Idempotency-Key": "metrics-0123456789"}


@pytest.fixture
def app(platforms, tmp_path):
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/0001_notes.sql").write_text(TABLE)
    service = {
        "module": guest("data_p2"),
        "routes": ["/turn", "/late", "/quick"],
        "data": {"quota": "4MiB"},
        "migrations": str(tmp_path / "migrations"),
        "route_options": [
            {"match": "/turn", "transaction_timeout": "5s"},
            {"match": "/late", "transaction_timeout": "5s", "transaction": "late"},
            {"match": "/quick", "transaction_timeout": "100ms"},
        ],
    }
    return platforms.start(manifest({"notes": service}), folder=tmp_path)


def do(app, *steps, path="/turn", **options):
    reply = app.http.post(path, json=list(steps), **options)
    assert reply.status_code == 200, reply.text
    return reply.json()


def value_of(app, metric):
    begin = f'skep_store_{metric}{{service="notes"}} '
    (line,) = [line for line in app.control.get("/metrics").text.splitlines() if line.startswith(begin)]
    return float(line.removeprefix(begin))


def write_once(app):
    do(app, TEA)


def read_again_and_again(app):
    for _ in range(20):
        do(app, ["query", "SELECT text FROM notes WHERE id = ?", [1]])


def wait_for_the_turn(app):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for written in [pool.submit(do, app, *[LARGE, ["execute", "DELETE FROM notes"]] * 5) for _ in range(8)]:
            written.result()


def write_what_was_read_before_somebody_else_wrote(app):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for written in [pool.submit(do, app, COUNT, SLOW, TEA, path="/late") for _ in range(4)]:
            written.result()


def repeat_under_a_key(app):
    do(app, TEA, headers=KEY)
    do(app, TEA, headers=KEY)


def be_cut_off_while_writing(app):
    reply = app.http.post("/quick", json=[WITHOUT_END])
    assert (reply.status_code, reply.json()["code"]) == (503, "transaction_timeout")


MOVED_BY = {
    "bytes": write_once,
    "wal_bytes": write_once,
    "turns_total": write_once,
    "turn_wait_seconds_total": wait_for_the_turn,
    "batches_total": write_once,
    "batch_handlers_total": write_once,
    "dropped_batches_total": be_cut_off_while_writing,
    "conflicts_total": write_what_was_read_before_somebody_else_wrote,
    "reruns_total": write_what_was_read_before_somebody_else_wrote,
    "replays_total": repeat_under_a_key,
    "flushes_total": write_once,
    "flush_seconds_total": write_once,
    "inline_statements_total": read_again_and_again,
    "pool_statements_total": write_once,
}
STATES = {"up", "quota_bytes", "migrations"}


@pytest.mark.parametrize("metric", MOVED_BY)
def test_a_metric_moves_when_what_it_counts_happens(app, metric):
    before = value_of(app, metric)

    MOVED_BY[metric](app)

    assert value_of(app, metric) > before


def test_migrations_and_quota_are_shown(app):
    assert value_of(app, "migrations") == 1
    assert value_of(app, "quota_bytes") == 4 << 20


def test_a_store_that_cannot_be_opened_is_not_up(platforms, app):
    do(app, TEA)
    assert value_of(app, "up") == 1
    app.stop()
    (app.data_directory / "services/notes/store.db").unlink()
    without_migrations = {"module": guest("data_p2"), "routes": ["/turn"], "data": True}

    again = platforms.start(manifest({"notes": without_migrations}), folder=app.folder)
    refused = again.http.post("/turn", json=[COUNT])

    assert "store_damaged" in refused.text
    assert value_of(again, "up") == 0


def test_every_metric_of_a_store_has_a_test(app):
    shown = {
        line.partition("{")[0].removeprefix("skep_store_")
        for line in app.control.get("/metrics").text.splitlines()
        if line.startswith("skep_store_")
    }

    assert shown == STATES | set(MOVED_BY)
