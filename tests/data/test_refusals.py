"""What the store refuses, as guests and clients of a real binary see it; and what it keeps over restarts and reloads."""

import concurrent.futures
import threading

import pytest
from support.commands import skep
from support.manifest import manifest
from support.paths import guest
from support.polling import eventually

TABLE = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text)"
FOREVER = "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT count(*) FROM c"
KEY = {"Idempotency-Key": "refusals-0123456789"}


def services():
    return {
        "notes": {
            "module": guest("data_p2"),
            "routes": ["/notes", "/notes/*"],
            "data": {"ddl": True, "quota": "2MiB"},
            "kv": True,
            "route_options": [{"match": "/notes", "transaction_timeout": "5s"}],
        },
        "other": {"module": guest("data_cgi"), "routes": ["/other"], "data": {"ddl": True}},
    }


@pytest.fixture
def app(platforms):
    app = platforms.start(manifest(services()))
    do(app, ["execute", TABLE])
    return app


def post(app, *steps, path="/notes", **options):
    return app.http.post(path, json=list(steps), **options)


def do(app, *steps, **options):
    reply = post(app, *steps, **options)
    assert reply.status_code == 200, reply.text
    return reply.json()


def insert(text):
    return ["execute", "INSERT INTO notes (text) VALUES (?)", [text]]


def texts(app, **options):
    (rows,) = do(app, ["query", "SELECT text FROM notes ORDER BY id"], **options)
    return [row["text"] for row in rows["ok"]]


def problem_of(reply):
    return reply.status_code, reply.json()["code"]


def test_a_handler_that_holds_the_turn_too_long_is_answered_503(app):
    reply = post(app, insert("tea"), ["query", FOREVER], path="/notes/quick")

    assert problem_of(reply) == (503, "transaction_timeout")
    assert texts(app) == []


def test_others_are_not_harmed_by_handlers_that_hold_the_turn_too_long(app):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        slow = [pool.submit(post, app, ["query", FOREVER], path="/notes/quick") for _ in range(3)]
        well = [pool.submit(post, app, insert(str(number))) for number in range(5)]

    assert {problem_of(each.result()) for each in slow} == {(503, "transaction_timeout")}
    assert [each.result().status_code for each in well] == [200] * 5
    assert sorted(texts(app)) == list("01234")


def test_more_writers_than_the_queue_holds_are_refused_by_name(platforms):
    route = {"match": "/notes", "transaction_timeout": "1s"}
    queue = {"data": {"ddl": True, "turn_queue": 2}, "route_options": [route]}
    app = platforms.start(manifest({"notes": services()["notes"] | queue}))
    do(app, ["execute", TABLE])

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: post(app, ["query", FOREVER], path="/notes"), range(5)))

    # One holds the turn, two wait for it.
    codes = [reply.json()[0].get("code") for reply in replies if reply.status_code == 200]
    assert codes.count("turn_queue_full") == 2
    assert {problem_of(reply) for reply in replies if reply.status_code != 200} == {(503, "transaction_timeout")}


def test_a_read_longer_than_a_snapshot_lasts_is_an_error_value(app):
    reply = app.http.get("/notes", headers={"x-do": f'[["query", "{FOREVER}"]]'})

    assert reply.status_code == 200
    assert "statement_timeout" in reply.text
    assert texts(app) == []


def test_a_full_store_says_so_and_lets_rows_be_deleted(app):
    large = "INSERT INTO notes (text) VALUES (zeroblob(300000))"

    outcomes = do(app, *[["execute", large]] * 8)

    assert outcomes[-1]["code"] == "quota_exceeded"
    assert "ok" in do(app, ["execute", "DELETE FROM notes"])[0]
    assert "ok" in do(app, insert("tea"))[0]


def test_a_result_that_is_too_large_is_an_error_value(app):
    many = "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 6000) SELECT zeroblob(1000) FROM c"

    (outcome,) = do(app, ["query", many])

    assert outcome["code"] == "result_too_large"


@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA journal_mode = DELETE",
        "SELECT * FROM _skep_kv",
        "DELETE FROM _skep_replies",
        "COMMIT",
        "SAVEPOINT mine",
        "INSERT OR ROLLBACK INTO notes VALUES (1, 'x')",
        "CREATE TEMP TABLE mine (a)",
        "VACUUM",
    ],
)
def test_what_guests_may_not_do_is_refused_by_name(app, statement):
    (outcome,) = do(app, ["execute", statement])

    assert outcome["code"] == "sql_refused"


def test_ddl_is_refused_where_it_is_not_granted(platforms):
    plain = services()
    plain["notes"]["data"] = True
    app = platforms.start(manifest(plain))

    (outcome,) = do(app, ["execute", TABLE])

    assert outcome["code"] == "sql_refused"


def test_a_key_with_another_body_is_refused(app):
    do(app, insert("tea"), headers=KEY)

    assert problem_of(post(app, insert("cup"), headers=KEY)) == (422, "idempotency_key_reused")


def test_a_key_that_is_running_is_answered_409(app):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, app, ["sleep", 1000], insert("tea"), headers=KEY)
        eventually(lambda: app.status()["slots_used"] == 1, "the first request")
        second = post(app, ["sleep", 1000], insert("tea"), headers=KEY)

    assert problem_of(second) == (409, "idempotency_key_running")
    assert second.headers["retry-after"]
    assert first.result().status_code == 200
    assert texts(app) == ["tea"]


def test_64_requests_of_one_key_are_one_execution(app):
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        replies = list(pool.map(lambda _: post(app, insert("tea"), headers=KEY), range(64)))

    assert {reply.status_code for reply in replies} <= {200, 409}
    assert texts(app) == ["tea"]


def test_a_failed_request_of_a_key_is_executed_again(app):
    assert post(app, insert("tea"), ["status", 503], headers=KEY).status_code == 503

    assert post(app, insert("tea"), ["status", 503], headers=KEY).status_code == 503

    assert texts(app) == []


def test_a_restart_keeps_rows_and_records(platforms, app):
    first = post(app, insert("tea"), headers=KEY)
    app.stop()

    again = platforms.start(manifest(services()), folder=app.folder)

    assert texts(again) == ["tea"]
    replayed = post(again, insert("tea"), headers=KEY)
    assert (replayed.json(), replayed.headers["idempotency-replayed"]) == (first.json(), "true")
    assert texts(again) == ["tea"]


def test_a_reload_under_load_keeps_rows_and_fails_no_request(app):
    is_over = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        load = pool.submit(insert_until, is_over, app)
        for number in range(3):
            changed = services()
            changed["notes"]["env"] = {"REVISION": str(number)}
            app.write_manifest(manifest(changed))
            assert app.reload()["message"].startswith("reloaded")
        is_over.set()

    assert texts(app) == ["tea"] * load.result()


def test_a_migration_that_fails_in_a_reload_under_load_fails_no_request(app):
    migrations = app.folder / "migrations"
    migrations.mkdir()
    (migrations / "0001_well.sql").write_text("CREATE TABLE well (id INTEGER);\n")
    (migrations / "0002_wrong.sql").write_text("ALTER TABLE nowhere ADD COLUMN weight REAL;\n")
    changed = services()
    changed["notes"]["migrations"] = str(migrations)
    app.write_manifest(manifest(changed))
    is_over = threading.Event()

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        load = pool.submit(insert_until, is_over, app)
        reloads = [app.control.post("/api/v1/reload") for _ in range(3)]
        is_over.set()

    assert {reply.json()["code"] for reply in reloads} == {"service_failed"}
    assert all("0002_wrong.sql" in reply.text and "nowhere" in reply.text for reply in reloads), reloads[0].text
    assert texts(app) == ["tea"] * load.result()
    assert app.service("notes")["state"] == "running"


def test_a_second_process_on_the_data_directory_is_refused_by_name(app):
    outcome = skep("up", app.folder, "-o", "json")

    assert outcome.exit_code == 4
    assert "data_directory_locked" in outcome.codes
    assert texts(app) == []


def insert_until(is_over, app):
    """How often a row was inserted, without a failure, before the end."""
    count = 0
    while not is_over.is_set():
        do(app, insert("tea"))
        count += 1
    return count


def flip_a_bit_of_each_page(file):
    content = bytearray(file.read_bytes())
    for at in range(2048, len(content), 4096):
        content[at] ^= 1
    file.write_bytes(content)


def test_a_damaged_store_is_named_and_harms_no_other(platforms, app):
    do(app, *[insert("x" * 3000)] * 20)
    do(app, ["execute", TABLE], insert("tea"), path="/other")
    app.stop()
    for file in (app.data_directory / "services/notes").glob("store.db*"):
        if not file.name.endswith("mark"):
            flip_a_bit_of_each_page(file)

    again = platforms.start(manifest(services()), folder=app.folder)
    reply = post(again, ["query", "SELECT text FROM notes ORDER BY id"])

    assert "store_damaged" in reply.text
    assert "store.db" in reply.text
    assert texts(again, path="/other") == ["tea"]
