"""What guests of each kind see of the store: SQL, keys, transactions, the key they run for; and where calls may be made.

Every guest does the steps that the test sends (tests/guests/README.md).
"""

import json

import pytest
from support.manifest import manifest
from support.paths import guest

KINDS = ["data_cgi", "data_cpp", "data_p2", "data_p3"]
TABLE = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT UNIQUE, weight REAL)"
OK = {"ok": None}


def path_of(kind):
    return "/" + kind.removeprefix("data_")


@pytest.fixture(scope="module")
def app(shared_platforms):
    services = {
        kind.replace("_", "-"): {
            "module": guest(kind),
            "routes": [path_of(kind)],
            "data": {"ddl": True},
            "kv": True,
            "calls": ["inspect", "data-cpp", "data-p2"],
        }
        for kind in KINDS
    }
    services["inspect"] = {"module": guest("inspect_cgi"), "routes": ["/inspect"]}
    services["poor"] = {"module": guest("data_cgi"), "routes": ["/poor"]}
    return shared_platforms.start(manifest(services))


class Guest:
    """A service that does steps, its table empty at first."""

    def __init__(self, app, kind):
        self._app, self._path = app, path_of(kind)
        self.kind = kind
        self.do(["execute", TABLE])
        self.do(["execute", "DELETE FROM notes"], *[["delete", key] for key in ("a", "b", "b/1", "b/2")])

    def post(self, *steps, **options):
        return self._app.http.post(self._path, json=list(steps), **options)

    def post_body(self, body, steps):
        return self._app.http.post(self._path, content=body, headers={"X-Do": json.dumps(steps)})

    def do(self, *steps, **options):
        reply = self.post(*steps, **options)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def texts(self):
        (rows,) = self.do(["query", "SELECT text FROM notes ORDER BY id"])
        return [row["text"] for row in rows["ok"]]


@pytest.fixture(params=KINDS)
def data(app, request):
    return Guest(app, request.param)


def insert(text):
    return ["execute", "INSERT INTO notes (text) VALUES (?)", [text]]


def code_of(outcome):
    return outcome.get("code")


def test_rows_come_with_their_types(data):
    rows = data.do(
        ["execute", "INSERT INTO notes VALUES (?, ?, ?)", [7, "tea", 2.5]],
        ["execute", "INSERT INTO notes VALUES ($2, $1, $3)", ["cup", 8, None]],
        ["query", "SELECT * FROM notes ORDER BY id"],
    )[2]

    assert rows == {"ok": [{"id": 7, "text": "tea", "weight": 2.5}, {"id": 8, "text": "cup", "weight": None}]}


def test_a_write_says_what_it_did(data):
    outcomes = data.do(["execute", "INSERT INTO notes (id, text) VALUES (41, 'a'), (42, 'b')"])

    assert outcomes == [{"ok": {"rows_affected": 2, "last_insert_id": 42}}]


def test_a_query_of_what_gives_no_rows_does_its_work(data):
    answers = data.do(["query", "INSERT INTO notes (id, text) VALUES (1, 'ann')"])

    assert answers == [{"ok": []}]
    assert data.texts() == ["ann"]


def test_a_whole_real_stays_a_real(data):
    (rows,) = data.do(["query", "SELECT typeof(?) AS type", [2.0]])

    assert rows == {"ok": [{"type": "real"}]}


def test_what_was_written_is_there_afterwards(data):
    data.do(insert("tea"), ["set", "a", "1"])

    assert data.texts() == ["tea"]
    assert data.do(["get", "a"]) == [{"ok": "1"}]


@pytest.mark.parametrize(
    "statement, params, code",
    [
        ("SELEC 1", [], "sql_invalid"),
        ("SELECT * FROM nothing", [], "sql_invalid"),
        ("SELECT ?", [], "sql_params"),
        ("SELECT ?", [1, 2], "sql_params"),
        ("BEGIN", [], "sql_refused"),
        ("SELECT 1; SELECT 2", [], "sql_refused"),
        ("ATTACH 'x' AS y", [], "sql_refused"),
    ],
)
def test_a_statement_that_cannot_be_run_is_an_error_value(data, statement, params, code):
    outcomes = data.do(["query", statement, params], ["query", "SELECT 1 AS one"])

    assert [code_of(outcomes[0]), outcomes[1]] == [code, {"ok": [{"one": 1}]}]


def test_a_broken_constraint_names_it(data):
    outcome = data.do(insert("tea"), insert("tea"))[1]

    assert outcome["code"] == "constraint"
    assert "notes.text" in outcome["message"]


def test_a_reply_of_500_undoes_everything(data):
    reply = data.post(insert("tea"), ["set", "a", "1"], ["status", 500])

    assert reply.status_code == 500
    assert data.texts() == []
    assert data.do(["get", "a"]) == [OK]


def test_a_reply_of_400_keeps_it(data):
    assert data.post(insert("tea"), ["status", 400]).status_code == 400

    assert data.texts() == ["tea"]


def test_a_trap_undoes_everything(data):
    assert data.post(insert("tea"), ["trap"]).status_code == 500

    assert data.texts() == []


def test_a_rollback_undoes_what_was_done_so_far(data):
    outcomes = data.do(insert("tea"), ["rollback"], insert("cup"))

    assert outcomes[1] == OK
    assert data.texts() == ["cup"]


def test_a_commit_keeps_what_was_done_so_far(data):
    assert data.post(insert("tea"), ["commit"], insert("cup"), ["status", 500]).status_code == 500

    assert data.texts() == ["tea"]


def test_keys_are_listed_in_order(data):
    outcomes = data.do(
        ["set", "b/2", ""], ["set", "b/1", "x"], ["set", "b", ""], ["list", "b", "", 0], ["list", "b/", "b/1", 5]
    )

    assert outcomes[3:] == [{"ok": ["b", "b/1", "b/2"]}, {"ok": ["b/2"]}]


def test_a_removed_key_is_gone(data):
    outcomes = data.do(["set", "a", "1"], ["delete", "a"], ["get", "a"], ["delete", "a"])

    assert outcomes == [OK] * 4


def test_a_key_that_is_too_long_is_refused(data):
    assert code_of(data.do(["set", "x" * 1025, "1"])[0]) == "kv_invalid"


def test_a_call_after_a_write_is_refused_by_name(data):
    outcome = data.do(insert("tea"), ["call", "inspect", "GET /inspect", ""])[1]

    if data.kind == "data_p3":  # by wasi:http, whose error has the reason in its text
        assert "call_inside_transaction" in outcome["message"]
    else:
        assert outcome["code"] == "call_inside_transaction"


def test_a_call_before_a_write_is_made(data):
    outcomes = data.do(["query", "SELECT 1"], ["call", "inspect", "GET /inspect", ""], insert("tea"))

    assert "ok" in outcomes[1]
    assert data.texts() == ["tea"]


@pytest.mark.parametrize("kind", ["data_p2", "data_p3"])
def test_a_guest_that_waits_for_a_timer_after_a_write_is_stopped_by_name(app, kind):
    data = Guest(app, kind)

    reply = data.post(insert("tea"), ["sleep", 5])

    assert (reply.status_code, reply.json()["code"]) == (500, "wait_inside_transaction")
    assert data.texts() == []


@pytest.mark.parametrize("kind", ["data_p2", "data_p3"])
def test_a_guest_may_wait_for_a_timer_before_it_writes(app, kind):
    data = Guest(app, kind)

    outcomes = data.do(["query", "SELECT 1"], ["sleep", 5], insert("tea"))

    assert outcomes[1] == OK
    assert data.texts() == ["tea"]


def test_a_program_cannot_wait_for_a_timer_after_a_write(app):
    """`poll_oneoff` fails with ENOTSUP, and the program goes on."""
    data = Guest(app, "data_cgi")

    outcomes = data.do(insert("tea"), ["sleep", 5])

    assert outcomes[1] == {"code": "not_supported", "message": "58"}
    assert data.texts() == ["tea"]


def test_the_key_of_the_request_is_told(data):
    key = f"{data.kind}-0123456789abcdef"

    assert data.do(["key"], headers={"Idempotency-Key": key}) == [{"ok": key}]
    assert data.do(["key"]) == [OK]


def test_a_key_that_is_repeated_is_answered_from_its_record(data):
    headers = {"Idempotency-Key": f"{data.kind}-repeated-0123456789"}

    first = data.post(insert("tea"), headers=headers)
    second = data.post(insert("tea"), headers=headers)

    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert second.headers["idempotency-replayed"] == "true"
    assert data.texts() == ["tea"]


def test_a_commit_with_a_key_is_refused(data):
    headers = {"Idempotency-Key": f"{data.kind}-commit-0123456789"}

    assert code_of(data.do(insert("tea"), ["commit"], headers=headers)[1]) == "commit_inside_keyed_execution"


def test_calls_of_a_keyed_execution_carry_keys_of_their_own(data):
    headers = {"Idempotency-Key": f"{data.kind}-calls-0123456789"}

    outcomes = data.do(
        ["call", "inspect", "POST /inspect", ""], ["call", "inspect", "POST /inspect", ""], headers=headers
    )

    first, second = [json.loads(outcome["ok"])["environment"]["HTTP_IDEMPOTENCY_KEY"] for outcome in outcomes]
    assert first.endswith(".1") and second.endswith(".2")
    assert first[:-2] == second[:-2]


def test_a_request_that_is_repeated_after_a_failure_does_everything_once(app, data):
    """The caller fails after its call; the called service answers the second time from its record."""
    other = Guest(app, "data_cpp" if data.kind != "data_cpp" else "data_p2")
    headers = {"Idempotency-Key": f"{data.kind}-chain-0123456789"}
    service = other.kind.replace("_", "-")
    call = ["call", service, f"POST {path_of(other.kind)}", json.dumps([insert("tea")])]

    assert data.post(call, ["status", 500], headers=headers).status_code == 500
    assert data.post(call, ["status", 500], headers=headers).status_code == 500

    assert other.texts() == ["tea"]


def test_a_handler_may_query_before_it_reads_a_large_body(data):
    steps = [insert("tea"), ["body"], ["query", "SELECT count(*) AS n FROM notes"]]

    reply = data.post_body(b"x" * (1 << 20), steps)

    assert reply.json()[1:] == [{"ok": 1 << 20}, {"ok": [{"n": 1}]}]


def test_nothing_remains_of_a_handler_whose_body_is_too_large_though_it_answers(data):
    pieces = (b"x" * (1 << 20) for _ in range(12))

    reply = data.post_body(pieces, [insert("tea"), ["body"]])

    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")
    assert data.texts() == []


def test_a_service_without_a_store_is_told_which_line_to_add(app):
    outcomes = app.http.post("/poor", json=[["query", "SELECT 1"], ["get", "a"], ["begin"]]).json()

    assert [outcome["code"] for outcome in outcomes] == ["data_not_granted", "kv_not_granted", "data_not_granted"]
    assert "add kv = true to [services.poor]" in outcomes[1]["message"]
