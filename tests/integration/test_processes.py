"""Services that are ordinary processes at a `url`."""

import re
import socket

import httpx
import pytest

from support.manifest import manifest
from support.paths import guest
from support.upstream import Scripted, mirror

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def upstream():
    with mirror() as server:
        yield server


@pytest.fixture(scope="module")
def app(shared_platforms, upstream):
    services = {
        "process": {"url": upstream.url, "routes": ["/process", "/process/*"]},
        "hop": {"module": guest("platform_p2"), "routes": ["/invoke"], "calls": ["process"], "secrets": ["key"]},
    }
    return shared_platforms.start(manifest(services, secrets={"key": {"value": "hush"}}))


@pytest.fixture
def behind(platforms):
    """Starts a platform whose one service is the scripted upstream, on one io thread, so on one pool."""
    upstreams = []

    def start(*connections):
        upstreams.append(Scripted(*connections))
        services = {"process": {"url": upstreams[-1].url, "routes": ["/*"]}}
        return platforms.start(manifest(services, runtime={"io_threads": 1})), upstreams[-1]

    yield start
    for upstream in upstreams:
        upstream.close()


def fields_seen(reply):
    head = reply.text.split("\n\n", 1)[0]
    return dict(line.lower().split(": ", 1) for line in head.split("\n")[1:] if line)


# What it is asked.


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_process_is_asked_with_the_clients_method_path_and_body(app, method):
    reply = app.http.request(method, "/process/a%20b?x=1", content=b"a body")

    assert reply.status_code == 200
    assert reply.text.startswith(f"{method} /process/a%20b?x=1\n")
    assert reply.text.endswith("\na body")


def test_head_reaches_a_process(app):
    reply = app.http.head("/process")

    assert reply.status_code == 200
    assert int(reply.headers["content-length"]) > 0
    assert reply.content == b""


@pytest.mark.parametrize("status", [201, 404, 500, 503])
def test_the_status_of_a_process_reaches_the_client(app, status):
    assert app.http.get("/process", headers={"x-status": str(status)}).status_code == status


def test_a_process_is_told_who_asked_and_how_long_it_has(app, upstream):
    seen = fields_seen(app.http.get("/process"))

    assert seen["host"] == upstream.url.removeprefix("http://")
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-host"] == app.url.removeprefix("http://")
    assert seen["x-forwarded-proto"] == "http"
    assert 0 < int(seen["x-skep-deadline-ms"]) <= 15_000


def test_a_process_is_not_told_what_a_client_says_of_its_way(app):
    forged = {
        "forwarded": "for=10.0.0.1;proto=https",
        "x-forwarded-for": "10.0.0.1",
        "x-forwarded-proto": "https",
        "x-forwarded-port": "443",
        "x-forwarded-host": "bank.example",
        "x-real-ip": "10.0.0.1",
    }

    seen = fields_seen(app.http.get("/process", headers=forged))

    assert {"forwarded", "x-forwarded-port", "x-real-ip"}.isdisjoint(seen)
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-forwarded-host"] == app.url.removeprefix("http://")


def test_a_process_is_told_the_trace(app):
    seen = fields_seen(app.http.get("/process", headers={"traceparent": TRACEPARENT}))

    assert re.fullmatch(f"00-{TRACE_ID}-[0-9a-f]{{16}}-01", seen["traceparent"])
    assert TRACEPARENT not in seen["traceparent"]


def test_fields_of_the_clients_connection_stay_outside(app):
    seen = fields_seen(
        app.http.get("/process", headers={"connection": "keep-alive, x-hop", "x-hop": "1", "x-skep-identity": "root"})
    )

    assert {"x-hop", "x-skep-identity", "keep-alive"}.isdisjoint(seen)


def test_a_body_of_megabytes_reaches_a_process_and_comes_back(app):
    body = b"0123456789abcdef" * (1 << 18)

    assert app.http.post("/process", content=body).content.endswith(body)


def test_a_guest_reaches_a_process_as_any_service(app):
    told = app.http.get("/invoke?service=process&call=GET%20/process/x").json()

    assert told["ok"].startswith("GET /process/x\n")


TARGETS = ["/process/../a", "/%2e%2e/a", "/process/a%00", "/p%zz"]


@pytest.mark.parametrize("target", TARGETS)
def test_a_guest_sends_a_process_no_target_that_a_client_may_not_send(app, upstream, target):
    asked = len(upstream.requests)

    told = app.http.get("/invoke", params={"service": "process", "call": f"GET {target}"}).json()

    assert told["code"] == "malformed_request"
    assert len(upstream.requests) == asked


@pytest.mark.parametrize("target", TARGETS)
def test_a_call_from_outside_sends_a_process_no_such_target_either(app, upstream, target):
    asked = len(upstream.requests)

    reply = app.control.post("/api/v1/call", json={"service": "process", "path": target})

    assert reply.status_code == 400
    assert reply.json()["code"] == "malformed_request"
    assert len(upstream.requests) == asked


def test_status_tells_that_it_is_a_process(app):
    assert app.service("process")["kind"] == "process"
    assert app.http.get("/_services/process/health").json()["status"] == "healthy"


# Connections.


def test_connections_are_reused(behind):
    app, upstream = behind([OK, OK, OK])

    replies = [app.http.get("/").text for _ in range(3)]

    assert replies == ["ok"] * 3
    assert len(upstream.heads) == 3


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_was_closed_between_requests_is_replaced(behind, method):
    app, upstream = behind([OK], [OK])
    app.http.get("/")
    upstream.wait_until_closed()

    assert app.http.request(method, "/").status_code == 200


def test_a_get_is_repeated_where_the_reused_connection_was_closed_upon_it(behind):
    app, upstream = behind([OK, None], [OK])
    app.http.get("/")

    assert app.http.get("/again").status_code == 200
    assert upstream.heads[-1].startswith(b"GET /again ")


def test_a_post_is_never_repeated_once_it_was_sent(behind):
    app, upstream = behind([OK, None], [OK])
    app.http.get("/")

    refused = app.http.post("/again", content=b"order")

    assert refused.status_code == 502
    assert refused.json()["code"] == "upstream_closed"
    assert len(upstream.heads) == 1


# Failures.


def test_a_process_that_is_gone_is_told(platforms):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    app = platforms.start(manifest({"process": {"url": url, "routes": ["/*"]}}))

    reply = app.http.get("/")

    assert reply.status_code == 502
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == "connect_failed"


def test_a_name_that_is_not_there_is_told(platforms):
    app = platforms.start(manifest({"process": {"url": "http://nowhere.invalid:80", "routes": ["/*"]}}))

    reply = app.http.get("/")

    assert reply.status_code == 502
    assert reply.json()["code"] == "name_not_resolved"


def test_a_process_that_comes_back_is_reached_again(behind):
    app, _ = behind([None], [OK])
    first = app.http.get("/")

    second = app.http.get("/")

    assert [first.status_code, second.status_code] == [502, 200]


@pytest.mark.parametrize(
    "reply, code",
    [
        (None, "upstream_closed"),
        (b"HTTP/1.1 200 OK\r\ncontent-le", "upstream_protocol_error"),
        (b"SSH-2.0-OpenSSH\r\n", "upstream_protocol_error"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok", "upstream_protocol_error"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "upstream_protocol_error",
        ),
        (b"HTTP/1.1 200 OK\r\nx: a\x00b\r\ncontent-length: 0\r\n\r\n", "upstream_protocol_error"),
    ],
)
def test_an_answer_that_is_none_is_a_bad_gateway(behind, reply, code):
    app, _ = behind([reply])

    refused = app.http.get("/")

    assert refused.status_code == 502
    assert refused.json()["code"] == code


def test_an_answer_that_never_comes_is_a_gateway_timeout(platforms):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        app = platforms.start(manifest({"process": {"url": url, "routes": ["/*"]}}, gateway={"deadline": "300ms"}))

        reply = app.http.get("/")

    assert reply.status_code == 504
    assert reply.json()["code"] in ("request_deadline_exceeded", "upstream_timeout")


def test_an_answer_that_breaks_off_never_ends_in_good_order(behind):
    app, _ = behind([b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + b"x" * 70000])

    with pytest.raises(httpx.RemoteProtocolError):
        app.http.get("/")


def test_surplus_bytes_never_become_anothers_answer(behind):
    app, _ = behind([OK + b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged"], [OK])

    replies = [app.http.get("/").text for _ in range(2)]

    assert "forged" not in replies
