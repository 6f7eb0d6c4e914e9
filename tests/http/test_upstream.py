"""Replies of process services, byte by byte: what the client gets, what the service saw, and which connections live on."""

import socket

import pytest

from support.manifest import manifest
from support.raw import Connection, exchange
from support.raw_upstream import Upstream

STOLEN = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nstolen"


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as upstream:
        yield upstream


@pytest.fixture(scope="module")
def app(shared_platforms, upstream):
    return shared_platforms.start(manifest({"process": {"url": upstream.url, "routes": ["/*"]}}))


@pytest.fixture
def path(request):
    """A path that only this test uses."""
    return "/" + "".join(c if c.isalnum() else "-" for c in request.node.name)


def request_of(path, fields="", method="GET"):
    return f"{method} {path} HTTP/1.1\r\nhost: shop.test\r\n{fields}\r\n"


def ask(app, path, fields="", method="GET", body=""):
    return exchange(app.port, request_of(path, f"connection: close\r\n{fields}", method) + body)


def fields_of(raw):
    """The fields of a request as a dictionary, its request line, and what follows its head."""
    head, _, rest = raw.decode().partition("\r\n\r\n")
    line, *lines = head.split("\r\n")
    return line, dict(field.split(": ", 1) for field in lines), rest


MALFORMED = {
    "two lengths": "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nab",
    "differing lengths": "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nab",
    "list of lengths": "HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\n\r\nab",
    "signed length": "HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\nab",
    "negative length": "HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nab",
    "length past 64 bits": "HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551618\r\n\r\nab",
    "length beside chunks": "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "unknown coding": "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "coding behind chunked": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunk size that is no number": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
    "chunk size that overflows": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10000000000000001\r\na\r\n",
    "chunk longer than its size": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
    "bare line feeds": "HTTP/1.1 200 OK\ncontent-length: 2\n\nab",
    "bare carriage return": "HTTP/1.1 200 OK\r\nx-a: 1\r2\r\ncontent-length: 2\r\n\r\nab",
    "nul": "HTTP/1.1 200 OK\r\nx-a: 1\x002\r\ncontent-length: 2\r\n\r\nab",
    "folded line": "HTTP/1.1 200 OK\r\nx-a: 1\r\n 2\r\ncontent-length: 2\r\n\r\nab",
    "space before the colon": "HTTP/1.1 200 OK\r\ncontent-length : 2\r\n\r\nab",
    "no name": "HTTP/1.1 200 OK\r\n: 1\r\ncontent-length: 2\r\n\r\nab",
    "no status": "HTTP/1.1 OK\r\n\r\n",
    "status of four digits": "HTTP/1.1 2000 OK\r\n\r\n",
    "status 99": "HTTP/1.1 099 OK\r\n\r\n",
    "another version": "HTTP/2.0 200 OK\r\n\r\n",
    "no HTTP": "220 smtp.test ready\r\n\r\n",
    "switched protocols": "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
    "length in an interim reply": "HTTP/1.1 103 Early Hints\r\ncontent-length: 2\r\n\r\nabHTTP/1.1 200 OK\r\n\r\n",
    "bytes behind a length": f"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab{STOLEN}",
    "bytes behind the last chunk": f"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{STOLEN}",
    "bytes behind 204": f"HTTP/1.1 204 No Content\r\n\r\n{STOLEN}",
    "bytes behind 304": f"HTTP/1.1 304 Not Modified\r\n\r\n{STOLEN}",
    "large head": f"HTTP/1.1 200 OK\r\nx-a: {'a' * 70_000}\r\ncontent-length: 2\r\n\r\nab",
    "many fields": "HTTP/1.1 200 OK\r\n" + "x-a: 1\r\n" * 201 + "content-length: 2\r\n\r\nab",
}


@pytest.mark.parametrize("reply", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_reply_that_breaks_a_rule_is_a_502_and_ends_its_connection(app, upstream, path, reply):
    upstream.answer(path, reply)

    answer = ask(app, path)

    assert answer.startswith("HTTP/1.1 502 "), answer
    assert '"code":"upstream_protocol_error"' in answer
    assert answer.count("HTTP/1.1 ") == 1
    assert "stolen" not in answer
    upstream.wait_for_end(upstream.requests(path)[0].connection)


def test_bytes_that_come_behind_a_reply_never_answer_the_next_request(app, upstream, path):
    upstream.answer(path, f"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab{STOLEN}")
    ask(app, path)
    upstream.answer(path, "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nown")

    assert ask(app, path).endswith("\r\n\r\nown")


def test_bytes_behind_the_reply_to_head_are_a_fault(app, upstream, path):
    upstream.answer(path, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab")

    answer = ask(app, path, method="HEAD")

    assert answer.startswith("HTTP/1.1 502 ")
    upstream.wait_for_end(upstream.requests(path)[0].connection)


def test_a_service_sees_a_request_written_from_the_model(app, upstream, path):
    upstream.answer(path, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    sent = "X-Kept:  1 \r\nconnection: x-secret\r\nx-secret: 1\r\nTE: trailers\r\nkeep-alive: 5\r\nupgrade: h2c\r\nx-skep-identity: forged\r\n"

    ask(app, f"{path}?a=%2e%2e/%20", sent)

    line, fields, rest = fields_of(upstream.requests(path)[0].raw)
    assert line == f"GET {path}?a=%2e%2e/%20 HTTP/1.1"
    assert fields["host"] == upstream.url.removeprefix("http://")
    assert fields["x-kept"] == "1"
    assert fields.keys().isdisjoint(
        {"connection", "x-secret", "te", "keep-alive", "upgrade", "x-skep-identity", "content-length", "transfer-encoding"}
    )
    assert rest == ""


def test_a_service_sees_a_length_with_its_body(app, upstream, path):
    upstream.answer(path, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    ask(app, path, "content-length: 3\r\nexpect: 100-continue\r\n", "POST", "abc")

    _, fields, rest = fields_of(upstream.requests(path)[0].raw)
    assert (fields["content-length"], rest) == ("3", "abc")
    assert "expect" not in fields


def test_a_service_sees_chunks_without_extensions_and_with_trailers(app, upstream, path):
    upstream.answer(path, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    ask(app, path, "transfer-encoding: Chunked\r\n", "POST", '3;a="b"\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n')

    _, fields, rest = fields_of(upstream.requests(path)[0].raw)
    assert fields["transfer-encoding"] == "chunked"
    assert "content-length" not in fields
    assert rest == "3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n"


HEAD_ONLY = {
    "x-skep-deadline-ms": "99999",
    "x-skep-depth": "0",
    "x-trace-id": "forged",
    "x-forwarded-for": "10.0.0.1",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "authorization": "Bearer x",
    "cookie": "a=b",
    "content-type": "text/html",
}


@pytest.mark.parametrize("name, value", HEAD_ONLY.items())
def test_a_service_sees_no_trailer_that_belongs_into_a_head(app, upstream, path, name, value):
    upstream.answer(path, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    ask(app, path, "transfer-encoding: chunked\r\n", "POST", f"3\r\nabc\r\n0\r\n{name}: {value}\r\nx-sum: 9\r\n\r\n")

    assert fields_of(upstream.requests(path)[0].raw)[2] == "3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n"


def test_a_client_sees_no_trailer_that_belongs_into_a_head(app, upstream, path):
    upstream.answer(path, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nset-cookie: a=b\r\n\r\n")

    assert ask(app, path).endswith("\r\n\r\n0\r\n\r\n")


def test_interim_replies_are_skipped(app, upstream, path):
    upstream.answer(
        path,
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab",
    )

    answer = ask(app, path)

    assert answer.startswith("HTTP/1.1 200 ")
    assert "link" not in answer
    assert answer.endswith("\r\n\r\nab")


def test_a_reply_of_one_hop_and_what_its_connection_names_stay_there(app, upstream, path):
    upstream.answer(
        path,
        "HTTP/1.1 200 OK\r\nconnection: x-secret\r\nx-secret: 1\r\nkeep-alive: timeout=5\r\nupgrade: h2c\r\n"
        "proxy-authenticate: Basic\r\nX-Kept: 2\r\ncontent-length: 2\r\n\r\nab",
    )

    head = ask(app, path).partition("\r\n\r\n")[0]

    assert "\r\nx-kept: 2" in head
    for name in ["x-secret", "keep-alive", "upgrade", "proxy-authenticate"]:
        assert f"\r\n{name}:" not in head


def test_chunks_and_trailers_of_a_service_reach_the_client(app, upstream, path):
    upstream.answer(path, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n")

    assert ask(app, path).endswith("\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n")


def test_a_body_that_ends_with_the_connection_reaches_the_client(app, upstream, path):
    upstream.answer(path, "HTTP/1.0 200 OK\r\n\r\nabc", then="close")

    assert ask(app, path).endswith("\r\n\r\n3\r\nabc\r\n0\r\n\r\n")


CUT = {
    "length": "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
    "chunk": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc",
    "before the last chunk": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
}


@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize("reply", CUT.values(), ids=CUT.keys())
def test_a_body_that_was_cut_never_ends_in_good_order(app, upstream, path, reply, then):
    upstream.answer(path, reply, then)

    with Connection(app.port) as connection:
        connection.send(request_of(path) * 2)
        answer = connection.read_all().decode()

    assert answer.endswith("abc") or answer.endswith("\r\n3\r\nabc\r\n") or answer.startswith("HTTP/1.1 502 ")
    assert answer.count("HTTP/1.1 ") == 1


def test_a_head_that_was_cut_is_a_502(app, upstream, path):
    upstream.answer(path, "HTTP/1.1 200 OK\r\ncontent-le", then="close")

    assert ask(app, path).startswith("HTTP/1.1 502 ")


def test_the_reply_to_head_keeps_its_length(app, upstream, path):
    upstream.answer(path, "HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n")

    head, _, body = ask(app, path, method="HEAD").partition("\r\n\r\n")

    assert "\r\ncontent-length: 1234" in head
    assert body == ""


def test_a_connection_is_used_again_after_a_reply_in_good_order(platforms):
    with Upstream() as upstream:
        app = platforms.start(manifest({"process": {"url": upstream.url, "routes": ["/*"]}}, runtime={"io_threads": 1}))
        upstream.answer("/a", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab")

        answers = [ask(app, "/a") for _ in range(3)]

        assert [answer[-2:] for answer in answers] == ["ab"] * 3
        assert upstream.connections == 1


@pytest.fixture
def stale(platforms):
    """A platform with one pooled connection, which the service resets when it reads the next request on it."""
    with Upstream() as upstream:
        app = platforms.start(manifest({"process": {"url": upstream.url, "routes": ["/*"]}}, runtime={"io_threads": 1}))
        upstream.answer("/first", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab")
        upstream.answer("/next", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        upstream.break_next("/next")
        ask(app, "/first")
        yield app, upstream


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_an_idempotent_request_is_sent_again_when_a_pooled_connection_breaks(stale, method):
    app, upstream = stale

    answer = ask(app, "/next", method=method)

    assert answer.startswith("HTTP/1.1 200 ")
    assert [seen.connection for seen in upstream.requests("/next")] == [1, 2]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_another_request_is_not_sent_again_once_it_has_left(stale, method):
    app, upstream = stale

    answer = ask(app, "/next", "content-length: 1\r\n", method, "x")

    assert answer.startswith("HTTP/1.1 502 ")
    assert len(upstream.requests("/next")) == 1


def test_a_service_that_is_not_there_is_a_502(platforms):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        app = platforms.start(manifest({"process": {"url": url, "routes": ["/*"]}}))

        answer = ask(app, "/a")

    assert answer.startswith("HTTP/1.1 502 ")
    assert '"code":"connect_failed"' in answer
