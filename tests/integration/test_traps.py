"""What a failing guest leaves behind: a documented reply, a backtrace in the log, unharmed neighbours."""

import re

import pytest

from support.manifest import manifest
from support.paths import guest

TRAPS = ["trap_rust", "trap_cpp"]


@pytest.fixture(scope="module")
def app(shared_platforms):
    services = {name: {"module": guest(name), "routes": [f"/{name}"]} for name in TRAPS}
    services["hello"] = {"module": guest("hello_p2"), "routes": ["/hello"]}
    services["hostile_p2"] = {"module": guest("hostile_p2"), "routes": ["/trap-after", "/exit", "/never-reply"]}
    return shared_platforms.start(manifest(services))


def backtrace_of(app, name):
    app.http.get(f"/{name}")
    return app.wait_for_log(lambda record: record.get("service") == name and "backtrace" in record)["backtrace"]


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_answered_by_a_problem(app, name):
    reply = app.http.get(f"/{name}")

    assert reply.status_code == 500
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == "guest_trap"


@pytest.mark.parametrize("name", TRAPS)
def test_the_reply_tells_nothing_of_the_inside(app, name):
    assert "price_item" not in app.http.get(f"/{name}").text


@pytest.mark.parametrize("name", TRAPS)
def test_the_log_line_is_an_error_with_the_code_and_the_trace(app, name):
    reply = app.http.get(f"/{name}")

    record = app.wait_for_log(
        lambda record: record.get("trace_id") == reply.headers["x-trace-id"] and "backtrace" in record
    )
    assert record["level"] == "error"
    assert record["service"] == name
    assert record["code"] == "guest_trap"


@pytest.mark.parametrize("name", TRAPS)
def test_the_backtrace_has_the_names_of_functions_innermost_first(app, name):
    backtrace = backtrace_of(app, name)

    assert 0 < backtrace.index("price_item") < backtrace.index("price_basket")


@pytest.mark.parametrize(
    "name, place", [("trap_rust", r"trap_rust/src/lib\.rs:26:"), ("trap_cpp", r"trap_cpp/main\.cpp:[78]:")]
)
def test_the_backtrace_has_file_and_line_of_the_fault(app, name, place):
    frames = backtrace_of(app, name).splitlines()

    assert re.search(place, next(frame for frame in frames if "price_item" in frame))


@pytest.mark.parametrize("name", TRAPS)
def test_the_next_request_is_served_again(app, name):
    app.http.get(f"/{name}")

    assert app.http.get("/hello").text == "Hello from Skep!\n"
    assert app.http.get(f"/{name}").json()["code"] == "guest_trap"


@pytest.mark.parametrize("path, code", [("/exit", "guest_exit"), ("/never-reply", "guest_no_response")])
def test_other_ends_have_their_own_codes(app, path, code):
    reply = app.http.get(path)

    assert reply.status_code == 500
    assert reply.json()["code"] == code
