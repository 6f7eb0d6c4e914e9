"""How a platform ends: requests in flight, new ones, and signals."""

import json
import signal

import httpx
import pytest

from support.manifest import manifest
from support.paths import guest
from support.polling import eventually
from support.raw import Connection

SERVICES = {
    "hello": {"module": guest("hello_p2"), "routes": ["/hello"]},
    "reused": {"module": guest("hello_p3"), "routes": ["/reused"]},
    "echo": {"module": guest("echo"), "routes": ["/echo", "/stream"]},
}
STREAM = "GET /stream?chunks={chunks}&size=10&delay=10 HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.fixture
def app(platforms):
    return platforms.start(manifest(SERVICES))


def refuses_connections(app):
    try:
        Connection(app.port).socket.close()
    except ConnectionError:  # refused, or reset by a listener that just closes
        return True
    return False


def is_ready(app):
    try:
        return httpx.get(app.control_url + "/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_zero(app, number):
    app.signal(number)

    assert app.wait() == 0


@pytest.mark.parametrize("path", ["/hello", "/reused"])
def test_connections_without_a_request_do_not_hold_up_the_end(app, path):
    app.http.get(path)
    app.status()

    app.signal(signal.SIGTERM)

    assert app.wait(patience=5) == 0


def test_a_request_in_flight_is_answered_whole(app):
    with Connection(app.port) as connection:
        connection.send(STREAM.format(chunks=30))
        connection.read_head()
        app.signal(signal.SIGTERM)
        eventually(lambda: refuses_connections(app), "the closed port")
        body = connection.read_all()

    assert body.count(b"xxxxxxxxxx") == 30
    assert body.endswith(b"0\r\n\r\n")
    assert app.wait() == 0


def test_a_request_whose_body_still_comes_is_answered_and_the_connection_closed(app):
    with Connection(app.port) as connection:
        connection.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 6\r\n\r\nabc")
        app.wait_for_guests(1)
        app.signal(signal.SIGTERM)
        eventually(lambda: refuses_connections(app), "the closed port")
        connection.send("def")
        reply = connection.read_all()

    assert reply.startswith(b"HTTP/1.1 200 ")
    assert reply.endswith(b"def\r\n0\r\n\r\n")
    assert app.wait() == 0


def test_a_call_over_the_control_api_does_not_keep_the_port_open(app):
    call = json.dumps({"service": "echo", "path": "/stream?chunks=100000&size=10&delay=10"})
    with Connection(httpx.URL(app.control_url).port) as connection:
        connection.send("POST /api/v1/call HTTP/1.1\r\nhost: x\r\n")
        connection.send(f"authorization: Bearer {app.token}\r\ncontent-length: {len(call)}\r\n\r\n{call}")
        app.wait_for_guests(1)
        app.signal(signal.SIGTERM)

        eventually(lambda: refuses_connections(app), "the closed port")

    assert app.wait() == 0


def test_it_is_not_ready_while_it_drains(app):
    ready_before = is_ready(app)
    with Connection(app.port) as connection:
        connection.send(STREAM.format(chunks=100000))
        connection.read_head()
        app.signal(signal.SIGTERM)
        eventually(lambda: not is_ready(app), "the end of its readiness")

        assert ready_before
        assert app.is_alive

    assert app.wait() == 0


def test_a_second_signal_stops_at_once(app):
    with Connection(app.port) as connection:
        connection.send(STREAM.format(chunks=100000))
        connection.read_head()
        app.signal(signal.SIGTERM)
        eventually(lambda: refuses_connections(app), "the closed port")
        app.signal(signal.SIGTERM)

        assert app.wait(patience=5) == -signal.SIGTERM


def test_a_second_signal_stops_at_once_what_a_script_started_in_the_background(platforms):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell without job control does
    try:
        app = platforms.start(manifest(SERVICES))
    finally:
        signal.signal(signal.SIGINT, before)

    with Connection(app.port) as connection:
        connection.send(STREAM.format(chunks=100000))
        connection.read_head()
        app.signal(signal.SIGINT)
        eventually(lambda: refuses_connections(app), "the closed port")
        app.signal(signal.SIGINT)

        assert app.wait(patience=5) == -signal.SIGINT


def test_a_reload_while_it_drains_changes_nothing(app):
    with Connection(app.port) as connection:
        connection.send(STREAM.format(chunks=30))
        connection.read_head()
        app.signal(signal.SIGTERM)
        eventually(lambda: refuses_connections(app), "the closed port")
        app.signal(signal.SIGHUP)
        body = connection.read_all()

    assert body.endswith(b"0\r\n\r\n")
    assert app.wait() == 0


def test_a_platform_that_was_killed_starts_again(platforms, tmp_path):
    first = platforms.start(manifest(SERVICES), folder=tmp_path)
    first.process.kill()
    first.wait()

    second = platforms.start(manifest(SERVICES), folder=tmp_path)

    assert second.http.get("/hello").status_code == 200
