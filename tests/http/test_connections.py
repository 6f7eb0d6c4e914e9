"""Requests in good order, and connections that do not stay so: what the client and the guest see."""

import json

import pytest

from support.manifest import manifest
from support.paths import guest
from support.raw import Connection, exchange

LAST = "connection: close\r\n"


@pytest.fixture(scope="module")
def app(shared_platforms):
    services = {
        "echo": {"module": guest("echo"), "routes": ["/*"]},
        "inspect": {"module": guest("inspect"), "routes": ["/inspect/*"]},
    }
    return shared_platforms.start(manifest(services, http={"head_timeout": "1s"}))


def get(target, fields="", method="GET", version="HTTP/1.1"):
    return f"{method} {target} {version}\r\nhost: shop.test\r\n{fields}\r\n"


def seen_by_guest(app, target="/inspect/a", fields="", method="GET", version="HTTP/1.1"):
    """What the guest knows of a request: `path_with_query`, `authority`, `headers` as pairs, and so on."""
    return json.loads(body_of(exchange(app.port, get(target, fields + LAST, method, version))))


def body_of(reply):
    """The body of a 200, its chunks joined."""
    head, _, rest = reply.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 "), reply
    if "\r\ntransfer-encoding: chunked" not in head:
        return rest
    text = ""
    while True:
        size, _, rest = rest.partition("\r\n")
        if int(size, 16) == 0:
            return text
        text += rest[: int(size, 16)]
        rest = rest[int(size, 16) + 2 :]


def names(seen):
    return {name for name, _ in seen["headers"]}


def test_a_guest_sees_nothing_of_one_hop_nor_what_connection_names(app):
    fields = (
        "connection: x-secret, keep-alive\r\nx-secret: 1\r\nkeep-alive: 5\r\nte: trailers\r\ntrailer: x\r\n"
        "upgrade: h2c\r\nproxy-connection: x\r\nproxy-authorization: x\r\nx-kept: 2\r\n"
    )

    seen = seen_by_guest(app, fields=fields)

    hop = {"connection", "x-secret", "keep-alive", "te", "trailer", "upgrade", "proxy-connection", "proxy-authorization"}
    assert names(seen).isdisjoint(hop | {"transfer-encoding", "content-length"})
    assert ["x-kept", "2"] in seen["headers"]


def test_a_guest_sees_the_target_byte_for_byte(app):
    target = "/inspect//a%2Fb%20c/%7e;p=1//?x=%2e%2e/&y=a+b"

    assert seen_by_guest(app, target)["path_with_query"] == target


def test_the_authority_of_an_absolute_target_wins_over_host(app):
    seen = seen_by_guest(app, "http://other.test:81/inspect/a?b")

    assert (seen["authority"], seen["path_with_query"]) == ("other.test:81", "/inspect/a?b")


def test_a_method_keeps_its_letter_case(app):
    assert seen_by_guest(app, method="purge")["method"] == "purge"


def test_values_are_trimmed_and_keep_what_stands_within(app):
    seen = seen_by_guest(app, fields="x-a: \t one\ttwo  \r\nx-a:\r\n")

    assert [value for name, value in seen["headers"] if name == "x-a"] == ["one\ttwo", ""]


def test_head_has_the_length_of_get_and_no_body(app):
    reply = exchange(app.port, get("/length?n=1234", method="HEAD") + get("/status/200", LAST))

    head, _, rest = reply.partition("\r\n\r\n")
    assert "\r\ncontent-length: 1234" in head
    assert rest.startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_body_is_sent_without_one(app, status):
    reply = exchange(app.port, get(f"/status/{status}") + get("/status/200", LAST))

    head, _, rest = reply.partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert "transfer-encoding" not in head
    assert "content-length" not in head
    assert rest.startswith("HTTP/1.1 200 ")


def test_a_hundred_pipelined_requests_are_answered_in_order(app):
    requests = [get(f"/length?n={n}") for n in range(1, 100)]

    reply = exchange(app.port, "".join(requests) + get("/length?n=100", LAST))

    bodies = [part.partition("\r\n\r\n")[2] for part in reply.split("HTTP/1.1 200 ")[1:]]
    assert bodies == ["x" * n for n in range(1, 101)]


def test_a_malformed_request_among_pipelined_ones_ends_the_connection_there(app):
    good = get("/length?n=1")

    reply = exchange(app.port, good * 49 + "GET /status/200 HTTP/1.1\r\n\r\n" + good * 50)

    assert reply.count("HTTP/1.1 200 ") == 49
    assert reply.count("HTTP/1.1 ") == 50
    assert reply.rpartition("HTTP/1.1 ")[2].startswith("400 ")


@pytest.mark.parametrize("framing", ["content-length: 5\r\n\r\nhello", "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"])
def test_a_request_behind_a_body_that_the_guest_did_not_read_is_answered(app, framing):
    unread = "POST /status/200 HTTP/1.1\r\nhost: h\r\n" + framing

    reply = exchange(app.port, unread + get("/status/201", LAST))

    assert reply.startswith("HTTP/1.1 200 ")
    assert "HTTP/1.1 201 " in reply


def test_http_1_0_without_host_reaches_a_guest(app):
    reply = exchange(app.port, "GET /inspect/a HTTP/1.0\r\n\r\n")

    assert json.loads(body_of(reply))["authority"] == f"127.0.0.1:{app.port}"


def test_http_1_0_closes_after_its_reply(app):
    reply = exchange(app.port, "GET /length?n=2 HTTP/1.0\r\n\r\n")

    head, _, body = reply.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 ")
    assert "\r\nconnection: close" in head
    assert body == "xx"


def test_http_1_0_keeps_a_connection_that_asks_for_it(app):
    reply = exchange(app.port, get("/length?n=2", "connection: keep-alive\r\n", version="HTTP/1.0") + get("/length?n=3", LAST))

    head, _, rest = reply.partition("\r\n\r\n")
    assert "\r\nconnection: keep-alive" in head
    assert rest.startswith("xxHTTP/1.1 200 ")
    assert rest.endswith("\r\n\r\nxxx")


def test_http_1_0_gets_a_stream_without_chunks(app):
    reply = exchange(app.port, get("/stream?chunks=3&size=4", "connection: keep-alive\r\n", version="HTTP/1.0"))

    head, _, body = reply.partition("\r\n\r\n")
    assert "transfer-encoding" not in head
    assert body == "x" * 12


def test_100_continue_comes_before_the_reply_once_the_guest_reads(app):
    with Connection(app.port) as connection:
        connection.send(get("/echo", f"content-length: 3\r\nexpect: 100-continue\r\n{LAST}", "POST"))
        interim = connection.read_head()
        connection.send("abc")
        reply = connection.read_all().decode()

    assert interim == "HTTP/1.1 100 Continue\r\n\r\n"
    assert reply.startswith("HTTP/1.1 200 ")
    assert body_of(reply) == "abc"


def test_no_100_continue_comes_for_a_body_that_nobody_reads(app):
    reply = exchange(app.port, get("/status/200", "content-length: 3\r\nexpect: 100-continue\r\n", "POST"))

    assert reply.startswith("HTTP/1.1 200 ")
    assert "\r\nconnection: close\r\n" in reply


def test_trailers_reach_the_guest_and_come_back(app):
    body = "3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n"

    reply = exchange(app.port, get("/echo", f"trailer: x-sum\r\ntransfer-encoding: chunked\r\n{LAST}", "POST") + body)

    assert reply.endswith("3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n")


CHUNKS = {
    "no number": "g\r\nabc\r\n0\r\n\r\n",
    "prefix": "0x3\r\nabc\r\n0\r\n\r\n",
    "negative": "-3\r\nabc\r\n0\r\n\r\n",
    "plus": "+3\r\nabc\r\n0\r\n\r\n",
    "empty size": "\r\nabc\r\n0\r\n\r\n",
    "overflow": "10000000000000003\r\nabc\r\n0\r\n\r\n",
    "sign bit": "ffffffffffffffff\r\nabc\r\n0\r\n\r\n",
    "space behind the size": "3 \r\nabc\r\n0\r\n\r\n",
    "extension without name": "3;\r\nabc\r\n0\r\n\r\n",
    "bare line feed behind the size": "3\nabc\r\n0\r\n\r\n",
    "bare line feed in an extension": "3;a=\nb\r\nabc\r\n0\r\n\r\n",
    "bare carriage return in an extension": "3;a\rb\r\nabc\r\n0\r\n\r\n",
    "endless extension": f"3;{'a' * 300}\r\nabc\r\n0\r\n\r\n",
    "longer than its size": "3\r\nabcd\r\n0\r\n\r\n",
    "bare line feed behind a chunk": "3\r\nabc\n0\r\n\r\n",
    "content-length as a trailer": "3\r\nabc\r\n0\r\ncontent-length: 3\r\n\r\n",
    "transfer-encoding as a trailer": "3\r\nabc\r\n0\r\ntransfer-encoding: chunked\r\n\r\n",
    "host as a trailer": "3\r\nabc\r\n0\r\nhost: h\r\n\r\n",
    "malformed trailer": "3\r\nabc\r\n0\r\nx-a : 1\r\n\r\n",
    "folded trailer": "3\r\nabc\r\n0\r\nx-a: 1\r\n 2\r\n\r\n",
}


@pytest.mark.parametrize("body", CHUNKS.values(), ids=CHUNKS.keys())
def test_malformed_chunks_are_answered_with_400_and_the_end_of_the_connection(app, body):
    request = get("/status/200", "transfer-encoding: chunked\r\n", "POST")

    reply = exchange(app.port, request + body + get("/status/200"))

    assert reply.startswith("HTTP/1.1 400 ")
    assert reply.count("HTTP/1.1 ") == 1


def test_malformed_chunks_replace_a_reply_that_echoes_them(app):
    request = get("/echo", "transfer-encoding: chunked\r\n", "POST")

    reply = exchange(app.port, request + "3\r\nabc\r\nxyz\r\n0\r\n\r\n" + get("/status/200"))

    assert reply.startswith("HTTP/1.1 400 ")
    assert reply.count("HTTP/1.1 ") == 1


def test_many_tiny_chunks_arrive_as_one_body(app):
    request = get("/echo", f"transfer-encoding: chunked\r\n{LAST}", "POST")

    reply = exchange(app.port, request + "1\r\nx\r\n" * 10_000 + "0\r\n\r\n")

    assert body_of(reply) == "x" * 10_000


def test_a_client_that_has_closed_its_direction_is_answered(app):
    with Connection(app.port) as connection:
        connection.send(get("/length?n=3"))
        connection.end()
        reply = connection.read_all().decode()

    assert reply.endswith("\r\n\r\nxxx")


def test_a_client_that_resets_the_connection_ends_the_guest(app):
    with Connection(app.port) as connection:
        connection.send(get("/stream?chunks=1000000&size=1000&delay=1"))
        connection.read_head()
        app.wait_for_guests(1)
        connection.reset()

    app.wait_for_guests(0)


def test_a_slow_head_is_answered_with_408(app):
    reply = exchange(app.port, "GET /status/200 HTTP/1.1\r\nhost: h\r\n")

    assert reply.startswith("HTTP/1.1 408 ")
    assert "\r\nconnection: close\r\n" in reply


def test_lines_without_line_feeds_are_refused_without_waiting(app):
    reply = exchange(app.port, "GET /status/200 HTTP/1.1\rhost: h\r\r")

    assert reply.startswith("HTTP/1.1 400 ")
