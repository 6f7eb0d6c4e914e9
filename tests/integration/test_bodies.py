"""Bodies in both directions: whole, streamed, with trailers, and at their limits."""

import hashlib

import pytest

from support.manifest import manifest
from support.paths import guest
from support.raw import Connection

MIB = 1 << 20


@pytest.fixture(scope="module")
def app(shared_platforms):
    services = {
        "echo": {"module": guest("echo"), "routes": ["/*"], "limits": {"request_body": "8MiB"}},
        "narrow": {"module": guest("echo"), "routes": [{"path": "/*", "host": "narrow.test"}], "limits": {"request_body": "64KiB"}},
        "inspect_cgi": {"module": guest("inspect_cgi"), "routes": ["/cgi"], "limits": {"request_body": "1KiB"}},
        "inspect": {"module": guest("inspect"), "routes": ["/write"], "limits": {"request_body": "1KiB"}},
        "relay": {"module": guest("relay"), "routes": ["/pour/*"], "calls": ["echo", "narrow"]},
    }
    return shared_platforms.start(manifest(services))


def pieces(count, size):
    return (bytes([index % 251]) * size for index in range(count))


@pytest.mark.parametrize("size", [0, 1, 4095, 65536, 65537, 7 * MIB])
def test_a_body_with_a_length_comes_back(app, size):
    body = bytes(range(251)) * (size // 251) + b"x" * (size % 251)

    reply = app.http.post("/echo", content=body, headers={"content-type": "application/x-test"})

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/x-test"
    assert hashlib.sha256(reply.content).digest() == hashlib.sha256(body).digest()


@pytest.mark.parametrize("count, size", [(1, 1), (3, 100), (64, 65536)])
def test_a_chunked_body_comes_back(app, count, size):
    reply = app.http.post("/echo", content=pieces(count, size))

    assert reply.content == b"".join(pieces(count, size))


def test_a_guest_sees_each_piece_as_it_arrives(app):
    with Connection(app.port) as connection:
        connection.send("POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        head = connection.read_head()
        first = connection.read_chunk()
        connection.send("6\r\nsecond\r\n0\r\n\r\n")
        second = connection.read_chunk()
        end = connection.read_chunk()

    assert head.startswith("HTTP/1.1 200 ")
    assert [first, second, end] == [b"first", b"second", b""]


def test_the_first_piece_reaches_the_client_while_the_guest_runs(app):
    with app.http.stream("GET", "/stream?chunks=1000000&size=10&delay=1") as reply:
        rest = reply.iter_raw()  # dropping it would close the connection
        first = next(rest)
        app.wait_for_guests(1)

    assert first.startswith(b"x" * 10)


def test_a_client_that_leaves_ends_the_guest(app):
    with app.http.stream("GET", "/stream?chunks=1000000&size=1000&delay=1") as reply:
        next(reply.iter_raw())

    app.wait_for_guests(0)


def test_a_streamed_reply_of_many_megabytes_arrives_whole(app):
    reply = app.http.get("/stream?chunks=2000&size=16384")

    assert len(reply.content) == 2000 * 16384


def test_a_stated_length_is_kept(app):
    reply = app.http.get("/length?n=100000")

    assert reply.headers["content-length"] == "100000"
    assert "transfer-encoding" not in reply.headers
    assert len(reply.content) == 100000


def test_head_of_a_stated_length_tells_it_without_a_body(app):
    reply = app.http.head("/length?n=100")

    assert reply.headers["content-length"] == "100"
    assert reply.content == b""


def test_head_leaves_the_connection_in_order(app):
    with Connection(app.port) as connection:
        connection.send("HEAD /length?n=5 HTTP/1.1\r\nhost: x\r\n\r\nGET /length?n=5 HTTP/1.1\r\nhost: x\r\n\r\n")
        heads = [connection.read_head(), connection.read_head()]
        body = connection.read_exactly(5)

    assert all(head.startswith("HTTP/1.1 200 ") for head in heads)
    assert body == b"xxxxx"


def test_trailers_of_a_guest_reach_the_client(app):
    with Connection(app.port) as connection:
        connection.send("GET /trailers HTTP/1.1\r\nhost: x\r\nte: trailers\r\nconnection: close\r\n\r\n")
        reply = connection.read_all().decode()

    assert reply.endswith("0\r\nx-checksum: 42\r\n\r\n")


def test_trailers_of_a_request_come_back(app):
    with Connection(app.port) as connection:
        connection.send(
            "POST /echo HTTP/1.1\r\nhost: x\r\nte: trailers\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n0\r\nx-checksum: 7\r\n\r\n"
        )
        reply = connection.read_all().decode()

    assert "3\r\nabc\r\n0\r\nx-checksum: 7\r\n\r\n" in reply


@pytest.mark.parametrize("status", [200, 201, 204, 304, 404, 418, 500, 503])
def test_any_status_of_a_guest_reaches_the_client(app, status):
    assert app.http.get(f"/status/{status}").status_code == status


def test_a_body_longer_than_the_limit_is_refused_by_its_length(app):
    reply = app.http.post("/cgi", content=b"x" * 1025)

    assert reply.status_code == 413
    assert reply.json()["code"] == "body_too_large"


def test_a_body_longer_than_the_limit_is_refused_while_it_arrives(app):
    reply = app.http.post("/cgi", content=pieces(20, 100))

    assert reply.status_code == 413
    assert reply.json()["code"] == "body_too_large"


def test_a_body_longer_than_the_limit_is_refused_though_its_guest_answers(app):
    reply = app.http.post("/write?path=/nowhere", content=pieces(20, 100))

    assert reply.status_code == 413
    assert reply.json()["code"] == "body_too_large"


def test_a_body_of_the_limit_is_taken(app):
    assert app.http.post("/cgi", content=b"x" * 1024).status_code == 200


FAULTY = {
    "too large": [f"11000\r\n{'x' * 0x11000}\r\n"],
    "malformed": ["3\r\nabc\r\n", "3\r\ndef\r\n", "zz\r\n"],
}


@pytest.mark.parametrize("parts", FAULTY.values(), ids=FAULTY.keys())
def test_a_body_that_fails_after_its_reply_began_cuts_the_reply(app, parts):
    with Connection(app.port) as connection:
        connection.send("POST /echo HTTP/1.1\r\nhost: narrow.test\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n")
        assert connection.read_head().startswith("HTTP/1.1 200 ")
        assert connection.read_chunk() == b"x"
        for part in parts:
            connection.send(part)
        rest = connection.read_to_break()

    assert not rest.endswith(b"0\r\n\r\n")


def test_a_body_that_breaks_off_after_its_reply_began_cuts_the_reply(app):
    with Connection(app.port) as connection:
        connection.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc")
        assert connection.read_head().startswith("HTTP/1.1 200 ")
        assert connection.read_chunk() == b"abc"
        connection.end()

        assert connection.read_to_break() == b""


def test_a_body_that_one_guest_streams_to_another_comes_back(app):
    assert app.http.get("/pour/echo?chunks=40").text == f"ended after {40 * 4096} bytes\n"


def test_a_body_longer_than_the_callee_takes_cuts_the_reply_that_began(app):
    assert app.http.get("/pour/narrow?chunks=40").text == "cut after 65536 bytes\n"


def test_a_client_that_waits_is_told_to_continue(app):
    with Connection(app.port) as connection:
        connection.send("POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n")
        interim = connection.read_head()
        connection.send("body")
        head = connection.read_head()

    assert interim.startswith("HTTP/1.1 100 ")
    assert head.startswith("HTTP/1.1 200 ")
