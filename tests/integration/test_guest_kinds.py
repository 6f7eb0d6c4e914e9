"""Each kind of guest answers over HTTP."""

import pytest

from support.manifest import manifest
from support.paths import guest

HELLO = ["hello_p2", "hello_p3", "hello_cgi"]


@pytest.fixture(scope="module")
def app(shared_platforms):
    services = {name: {"module": guest(name), "routes": [f"/{name}"]} for name in HELLO}
    return shared_platforms.start(manifest(services))


@pytest.mark.parametrize("name", HELLO)
def test_a_guest_answers(app, name):
    reply = app.http.get(f"/{name}")

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/plain"
    assert reply.text == "Hello from Skep!\n"


@pytest.mark.parametrize("name", HELLO)
def test_a_request_is_logged_with_its_trace(app, name):
    reply = app.http.get(f"/{name}")

    record = app.wait_for_log(lambda record: record.get("trace_id") == reply.headers["x-trace-id"])
    assert record["message"] == f"GET /{name} -> {name}"
    assert record["status"] == "200"
