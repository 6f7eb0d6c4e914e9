"""The trace of a request: in the reply, in the log, in what is called."""

import re

import pytest

from support.manifest import manifest
from support.paths import guest

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01"
NO_TRACE = "0" * 32


@pytest.fixture(scope="module")
def app(shared_platforms):
    services = {
        "inspect": {"module": guest("inspect"), "routes": ["/inspect"]},
        "platform": {
            "module": guest("platform_p2"),
            "routes": ["/invoke", "/log"],
            "secrets": ["key"],
            "calls": ["inspect"],
        },
        "failing": {"module": guest("hostile_p2"), "routes": ["/trap-before"]},
    }
    return shared_platforms.start(manifest(services, secrets={"key": {"value": "hush"}}))


def fields_seen(reply):
    return dict(tuple(field) for field in reply.json()["headers"])


def trace_of(traceparent):
    """(trace id, parent id) of a traceparent."""
    return re.fullmatch(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}", traceparent).groups()


def test_a_request_without_a_trace_gets_one(app):
    reply = app.http.get("/inspect")

    trace_id, _ = trace_of(fields_seen(reply)["traceparent"])
    assert trace_id != NO_TRACE
    assert reply.headers["x-trace-id"] == trace_id


def test_each_request_gets_a_trace_of_its_own(app):
    traces = {app.http.get("/inspect").headers["x-trace-id"] for _ in range(20)}

    assert len(traces) == 20


def test_a_given_trace_goes_on_as_a_child(app):
    reply = app.http.get("/inspect", headers={"traceparent": TRACEPARENT})

    trace_id, parent = trace_of(fields_seen(reply)["traceparent"])
    assert trace_id == TRACE_ID
    assert parent != "b7ad6b7169203331"
    assert fields_seen(reply)["traceparent"].endswith("-01")


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        "nonsense",
        f"00-{NO_TRACE}-b7ad6b7169203331-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"ff-{TRACE_ID}-b7ad6b7169203331-01",
        TRACEPARENT.upper(),
    ],
)
def test_a_malformed_trace_is_replaced(app, traceparent):
    reply = app.http.get("/inspect", headers={"traceparent": traceparent})

    trace_id, _ = trace_of(fields_seen(reply)["traceparent"])
    assert trace_id not in (TRACE_ID, NO_TRACE)


def test_the_trace_is_in_the_log(app):
    app.http.get("/inspect", headers={"traceparent": TRACEPARENT.replace("319c", "0001")})

    record = app.wait_for_log(lambda record: record.get("trace_id") == TRACE_ID.replace("319c", "0001"))
    assert record["message"] == "GET /inspect"


def test_what_a_service_logs_has_the_trace_and_the_service(app):
    app.http.get("/log?level=info&message=hello", headers={"traceparent": TRACEPARENT.replace("319c", "0002")})

    record = app.wait_for_log(lambda record: record.get("message") == "hello")
    assert record["trace_id"] == TRACE_ID.replace("319c", "0002")
    assert record["service"] == "platform"


def test_a_call_between_services_stays_in_the_trace(app):
    reply = app.http.get("/invoke?service=inspect&call=GET%20/inspect", headers={"traceparent": TRACEPARENT})

    assert TRACE_ID in reply.json()["ok"]


@pytest.mark.parametrize("given", ["abc", "x" * 128, "!~a-b_c.d/e:f"])
def test_an_own_id_is_echoed_and_logged(app, given):
    reply = app.http.get("/inspect", headers={"x-trace-id": given})

    assert reply.headers["x-trace-id"] == given
    record = app.wait_for_log(lambda record: record.get("request_id") == given)
    assert re.fullmatch("[0-9a-f]{32}", record["trace_id"])


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "ümlaut".encode()])
def test_an_own_id_of_another_form_is_replaced(app, given):
    reply = app.http.get("/inspect", headers={"x-trace-id": given})

    assert re.fullmatch("[0-9a-f]{32}", reply.headers["x-trace-id"])


@pytest.mark.parametrize("path", ["/trap-before", "/nowhere"])
def test_a_refused_request_tells_its_id_too(app, path):
    assert app.http.get(path, headers={"x-trace-id": "my-id"}).headers["x-trace-id"] == "my-id"


def test_what_a_handler_does_in_its_store_is_logged_as_spans_of_the_trace(platforms):
    service = {"module": guest("data_p2"), "routes": ["/notes"], "data": {"ddl": True}, "log_level": "debug"}
    app = platforms.start(manifest({"notes": service | {"kv": True}}))
    steps = [
        ["execute", "CREATE TABLE notes (text)"],
        ["execute", "INSERT INTO notes VALUES ('secret')"],
        ["query", "SELECT * FROM nowhere"],
        ["set", "key", "value"],
        ["begin"],
    ]

    app.http.post("/notes", json=steps, headers={"traceparent": TRACEPARENT.replace("319c", "0003")})

    app.wait_for_message("db.end")
    trace_id = TRACE_ID.replace("319c", "0003")
    spans = [record for record in app.log() if record.get("trace_id") == trace_id and "span_id" in record]
    assert {"db.execute", "db.query", "kv.set", "db.begin", "db.end"} <= {span["message"] for span in spans}
    assert {span["service"] for span in spans} == {"notes"}
    assert len({span["span_id"] for span in spans}) == len(spans)
    assert [span["code"] for span in spans if span["message"] == "db.query"] == ["sql_invalid"]
    assert "INSERT INTO notes VALUES ( ? )" in {span.get("statement") for span in spans}
