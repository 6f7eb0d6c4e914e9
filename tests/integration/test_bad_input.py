"""What a client may send wrong, and how it is told."""

import concurrent.futures
import contextlib
import json

import pytest

from support.load import hammering
from support.manifest import manifest
from support.paths import guest
from support.raw import Connection, exchange

GET = "GET /echo HTTP/1.1\r\nhost: x\r\n"
POST = "POST /echo HTTP/1.1\r\nhost: x\r\n"


@pytest.fixture(scope="module")
def app(shared_platforms):
    services = {
        "echo": {"module": guest("echo"), "routes": ["/echo", "/status/*"]},
        "program": {"module": guest("inspect_cgi"), "routes": ["/program"]},
        "narrow": {
            "module": guest("hostile_p2"),
            "routes": ["/sleep"],
            "limits": {"time": "1s"},
            "concurrency": 1,
            "queue": 1,
            "queue_wait": "100ms",
        },
    }
    return shared_platforms.start(
        manifest(
            services, http={"target": "1KiB", "header_block": "4KiB", "header_fields": 20}, runtime={"io_threads": 1}
        )
    )


def body_of(reply):
    return json.loads(reply.split("\r\n\r\n", 1)[1])


def statuses_at_once(port, request_text, count):
    """The statuses of `count` requests, each on a connection of its own, sent before any is answered."""
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(Connection(port)) for _ in range(count)]
        for connection in connections:
            connection.send(request_text)
        return [connection.read_head().split()[1] for connection in connections]


@pytest.mark.parametrize(
    "request_text",
    [
        "GET /echo\r\n\r\n",
        "GET /echo HTTP/1.1\r\n\r\n",
        "GET /echo HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        "GET /echo HTTP/1.1\r\nhost: a b\r\n\r\n",
        "G\x01T /echo HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET /echo HTTP/1.1\nhost: x\n\n",
        GET + "x : y\r\n\r\n",
        GET + "x: y\r\n folded\r\n\r\n",
        GET + "x: a\x00b\r\n\r\n",
        GET + "x_y: 1\r\n\r\n",
        GET + ": empty\r\n\r\n",
        POST + "content-length: 1\r\ncontent-length: 2\r\n\r\na",
        POST + "content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + "content-length: -1\r\n\r\n",
        POST + "content-length: 99999999999999999999\r\n\r\n",
        "POST /program HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
        "POST /program HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
    ],
)
def test_a_malformed_request_is_refused_and_the_connection_closed(app, request_text):
    reply = exchange(app.port, request_text)

    assert reply.startswith("HTTP/1.1 400 ")
    assert "\r\nconnection: close\r\n" in reply
    assert body_of(reply)["code"] == "malformed_request"


@pytest.mark.parametrize(
    "request_text, status, code",
    [
        (f"GET /{'x' * 2000} HTTP/1.1\r\nhost: x\r\n\r\n", 414, "target_too_long"),
        (GET + f"x: {'y' * 5000}\r\n\r\n", 431, "headers_too_large"),
        (GET + "".join(f"x{index}: y\r\n" for index in range(30)) + "\r\n", 431, "headers_too_large"),
        (POST + "content-length: 99999999\r\n\r\n", 413, "body_too_large"),
        (POST + "transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, "transfer_coding_unsupported"),
        (GET + "expect: a miracle\r\n\r\n", 417, "expectation_failed"),
        ("GET /echo HTTP/2.0\r\nhost: x\r\n\r\n", 505, "http_version_not_supported"),
    ],
    ids=["target", "field", "fields", "body", "coding", "expectation", "version"],
)
def test_what_is_too_much_or_unknown_has_a_status_of_its_own(app, request_text, status, code):
    reply = exchange(app.port, request_text)

    assert reply.startswith(f"HTTP/1.1 {status} ")
    assert body_of(reply)["code"] == code


def test_a_request_behind_a_malformed_one_is_never_served(app):
    reply = exchange(app.port, GET + "x : y\r\n\r\n" + "GET /status/418 HTTP/1.1\r\nhost: x\r\n\r\n")

    assert reply.count("HTTP/1.1 ") == 1
    assert "418" not in reply


def test_pipelined_requests_are_answered_in_order(app):
    statuses = [201, 404, 202]
    requests = "".join(f"GET /status/{status} HTTP/1.1\r\nhost: x\r\n\r\n" for status in statuses[:-1])
    last = f"GET /status/{statuses[-1]} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"

    reply = exchange(app.port, requests + last)

    heads = [line.split()[1] for line in reply.splitlines() if line.startswith("HTTP/1.1 ")]
    assert heads == ["201", "404", "202"]


def test_malformed_requests_harm_no_neighbour(app):
    with hammering(app.url + "/status/200") as load:
        refused = [exchange(app.port, GET + "x : y\r\n\r\n")[9:12] for _ in range(50)]

    assert set(refused) == {"400"}
    assert set(load.outcomes) == {200}


def test_a_client_that_leaves_amid_its_request_harms_nobody(app):
    for _ in range(20):
        with Connection(app.port) as connection:
            connection.send(POST + "content-length: 100\r\n\r\nabc")

    app.wait_for_guests(0)
    assert app.http.get("/status/200").status_code == 200


def test_a_service_without_a_free_place_says_when_to_come_again(app):
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        replies = list(pool.map(lambda _: app.http.get("/sleep"), range(3)))

    busy = [reply for reply in replies if reply.status_code == 503]
    assert sorted(reply.status_code for reply in replies) == [503, 503, 504]
    assert [reply.json()["code"] for reply in busy] == ["service_busy"] * 2
    assert [reply.headers["retry-after"] for reply in busy] == ["1"] * 2


def test_a_full_service_holds_up_no_other(app):
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(app.http.get, "/sleep") for _ in range(3)]
        others = [app.http.get("/status/200").status_code for _ in range(20)]
        refused = [future.result().status_code for future in waiting]

    assert set(others) == {200}
    assert set(refused) <= {503, 504}


def test_the_places_of_a_service_are_counted_over_all_threads(platforms):
    narrow = {"module": guest("hostile_p2"), "routes": ["/sleep"], "limits": {"time": "1s"}}
    places = {"concurrency": 1, "queue": 1, "queue_wait": "100ms"}
    app = platforms.start(manifest({"narrow": {**narrow, **places}}, runtime={"io_threads": 4}))

    statuses = sorted(statuses_at_once(app.port, "GET /sleep HTTP/1.1\r\nhost: x\r\n\r\n", 16))

    assert statuses == ["503"] * 15 + ["504"]
