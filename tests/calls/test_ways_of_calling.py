"""Guests call other services in process: by the core interface, by WIT, by outgoing wasi:http."""

import urllib.parse

import pytest

from support.manifest import manifest
from support.paths import guest

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
HOPS = {"hop_core": "core interface", "hop_wit": "WIT", "hop_http": "wasi:http"}


@pytest.fixture(scope="module")
def app(shared_platforms):
    services = {"b": {"module": guest("hello_p2")}, "nine": {"module": guest("hello_cgi")}, "three": {"module": guest("hello_p3")}}
    for hop in HOPS:
        services[hop] = {"module": guest(hop), "routes": [f"/{hop}"], "calls": ["b"]}
        services[f"{hop}_alone"] = {"module": guest(hop), "routes": [f"/{hop}_alone"]}
    called = ["b", "nine", "three", "echo", "inspect", "inspect_cgi", "trapping"]
    services |= {name: {"module": guest(name)} for name in ["echo", "inspect", "inspect_cgi"]}
    services["trapping"] = {"module": guest("hostile_p2")}
    services["wit"] = {
        "module": guest("platform_p2"),
        "routes": [{"path": "/*", "host": "wit.test"}],
        "calls": called,
        "secrets": ["key"],
    }
    services["core"] = {
        "module": guest("platform_cgi"),
        "routes": [{"path": "/*", "host": "core.test"}],
        "calls": called,
        "secrets": ["key"],
    }
    services["http"] = {
        "module": guest("hostile_p2"),
        "routes": [{"path": "/*", "host": "http.test"}],
        "calls": called,
    }
    return shared_platforms.start(manifest(services, secrets={"key": {"value": "s"}}))


def invoke_by_wit(app, service, call, body="", **headers):
    query = urllib.parse.urlencode({"service": service, "call": call}, quote_via=urllib.parse.quote)
    return app.http.post(f"/invoke?{query}", content=body, headers={"host": "wit.test", **headers}).json()


def invoke_by_core(app, service, call, body="", **headers):
    content = f"{service}\n{call}\n{body}"
    return app.http.post("/invoke", content=content, headers={"host": "core.test", **headers}).json()


def get_by_http(app, url, **headers):
    path = f"/get?url={urllib.parse.quote(url, safe='')}"
    return app.http.get(path, headers={"host": "http.test", **headers}).text


INVOKE = pytest.mark.parametrize("invoke", [invoke_by_wit, invoke_by_core])


@pytest.mark.parametrize("hop", HOPS)
def test_a_guest_is_answered_by_the_service_it_calls(app, hop):
    reply = app.http.get(f"/{hop}")

    assert (reply.status_code, reply.text) == (200, "Hello from Skep!\n")


@pytest.mark.parametrize("hop", HOPS)
def test_a_call_without_grant_is_refused_and_names_the_grant(app, hop):
    reply = app.http.get(f"/{hop}_alone")

    assert reply.status_code == 502  # the guest's own answer to a call that failed
    line = app.wait_for_message(f'add calls = ["b"] to [services.{hop}_alone]')
    assert (line["service"], line["code"]) == (f"{hop}_alone", "call_not_granted")


@INVOKE
def test_an_invoke_without_grant_is_told_the_grant(app, invoke):
    refused = invoke(app, "hop_core", "GET /")

    assert refused["code"] == "call_not_granted"
    assert 'add calls = ["hop_core"]' in refused["message"]


@pytest.mark.parametrize("service", ["b", "nine", "three"])
@INVOKE
def test_every_kind_of_guest_can_be_called(app, invoke, service):
    assert invoke(app, service, "GET /") == {"ok": "Hello from Skep!\n"}


@INVOKE
def test_an_invoke_carries_its_body(app, invoke):
    assert invoke(app, "echo", "POST /echo", "a body") == {"ok": "a body"}


@INVOKE
def test_a_bare_name_is_posted_to_its_path(app, invoke):
    seen = invoke(app, "inspect", "get_user")["ok"]

    assert '"method":"POST"' in seen.replace(" ", "")
    assert '"/get_user"' in seen


@INVOKE
def test_a_status_of_400_and_above_is_an_error_with_the_status(app, invoke):
    failed = invoke(app, "echo", "GET /status/418")

    assert failed["code"] == "upstream_status"
    assert "418" in failed["message"]


@INVOKE
def test_a_trap_of_the_callee_is_an_error_to_the_caller(app, invoke):
    assert invoke(app, "trapping", "GET /trap-before")["code"] == "guest_trap"


@pytest.mark.parametrize("suffix", ["skep.internal", "spin.internal", "skep.internal:80"])
def test_a_service_is_reached_by_its_internal_name(app, suffix):
    assert get_by_http(app, f"http://b.{suffix}/") == "200 Hello from Skep!\n\n"


def test_a_status_of_the_callee_reaches_an_outgoing_request_as_it_is(app):
    assert get_by_http(app, "http://echo.skep.internal/status/418").startswith("418 ")


def test_an_outgoing_request_with_a_dot_segment_is_refused(app):
    assert get_by_http(app, "http://echo.skep.internal/%2e%2e/status/200") == "ErrorCode::HttpRequestUriInvalid\n"


def test_an_unknown_service_is_refused(app):
    assert get_by_http(app, "http://nobody.skep.internal/") == "ErrorCode::HttpRequestDenied\n"


@pytest.mark.parametrize("callee", ["inspect", "inspect_cgi"])
@INVOKE
def test_the_trace_goes_on_in_the_service_that_is_invoked(app, invoke, callee):
    seen = invoke(app, callee, "GET /", traceparent=PARENT)["ok"]

    assert TRACE in seen
    assert "b7ad6b7169203331" not in seen  # each call is a span of its own


def test_the_trace_goes_on_in_a_service_that_is_requested(app):
    seen = get_by_http(app, "http://inspect.skep.internal/", traceparent=PARENT)

    assert TRACE in seen
    assert "b7ad6b7169203331" not in seen


def test_the_request_id_goes_on_in_a_service_that_is_requested(app):
    path = f"/get?url={urllib.parse.quote('http://inspect.skep.internal/', safe='')}"

    reply = app.http.get(path, headers={"host": "http.test", "x-trace-id": "order-7"})

    assert reply.headers["x-trace-id"] == "order-7"
    assert "order-7" in reply.text


def test_a_trace_has_one_id_in_the_log_of_every_service(app):
    invoke_by_core(app, "trapping", "GET /trap-before", traceparent=PARENT)

    app.wait_for_log(lambda record: record.get("trace_id") == TRACE and record.get("service") == "trapping")
    app.wait_for_log(lambda record: record.get("trace_id") == TRACE and record.get("service") == "core")
