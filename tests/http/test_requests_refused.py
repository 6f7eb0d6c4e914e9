"""Requests that the rules of framing forbid: what the client gets, the end of the connection, and that no guest ran.

Behind each stands a request that only a reader who lost the frame would find.
"""

import pytest

from support.manifest import manifest
from support.paths import guest
from support.raw import exchange

SMUGGLED = "GET /smuggled HTTP/1.1\r\nhost: h\r\n\r\n"


@pytest.fixture(scope="module")
def app(shared_platforms):
    services = {"echo": {"module": guest("echo"), "routes": ["/*"], "limits": {"request_body": "64KiB"}}}
    return shared_platforms.start(manifest(services))


def assert_refused(app, request, status):
    """`request` gets one reply with `status`, after which the connection ends; no service was asked."""
    before = app.service("echo")["requests"]

    reply = exchange(app.port, request)

    head, _, body = reply.partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} "), reply
    assert "\r\nconnection: close" in head
    assert "\r\ncontent-type: application/problem+json" in head
    assert f"\r\ncontent-length: {len(body)}" in head
    assert app.service("echo")["requests"] == before


def post(fields, body):
    return f"POST /echo HTTP/1.1\r\nhost: h\r\n{fields}\r\n{body}{SMUGGLED}"


def get(target="/status/200", fields="host: h\r\n", method="GET", version="HTTP/1.1"):
    return f"{method} {target} {version}\r\n{fields}\r\n{SMUGGLED}"


LENGTHS = {
    "twice": "content-length: 3\r\ncontent-length: 3\r\n",
    "differing": "content-length: 3\r\ncontent-length: 4\r\n",
    "list": "content-length: 3, 3\r\n",
    "negative": "content-length: -3\r\n",
    "plus": "content-length: +3\r\n",
    "hexadecimal": "content-length: 0x3\r\n",
    "fraction": "content-length: 3.0\r\n",
    "space within": "content-length: 3 3\r\n",
    "empty": "content-length:\r\n",
    "past 64 bits": "content-length: 18446744073709551619\r\n",
    "beside chunked": "content-length: 3\r\ntransfer-encoding: chunked\r\n",
    "behind chunked": "transfer-encoding: chunked\r\ncontent-length: 3\r\n",
}


@pytest.mark.parametrize("fields", LENGTHS.values(), ids=LENGTHS.keys())
def test_an_ambiguous_length_is_refused(app, fields):
    assert_refused(app, post(fields, "abc"), 400)


CODINGS = {
    "unknown": ("xchunked", 400),
    "identity": ("identity", 400),
    "before chunked": ("gzip, chunked", 501),
    "behind chunked": ("chunked, gzip", 400),
    "chunked twice": ("chunked, chunked", 400),
    "empty element": ("chunked,", 400),
    "quoted": ('"chunked"', 400),
    "parameter": ("chunked;q=1", 400),
    "vertical tab": ("\vchunked", 400),
}


@pytest.mark.parametrize("coding, status", CODINGS.values(), ids=CODINGS.keys())
def test_a_transfer_coding_other_than_one_chunked_is_refused(app, coding, status):
    assert_refused(app, post(f"transfer-encoding: {coding}\r\n", "0\r\n\r\n"), status)


def test_chunks_in_http_1_0_are_refused(app):
    request = "POST /echo HTTP/1.0\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
    assert_refused(app, request + SMUGGLED, 400)


FIELDS = {
    "bare line feed": "host: h\nx-a: 1\r\n",
    "bare carriage return": "host: h\r\nx-a: 1\r2\r\n",
    "doubled carriage return": "host: h\r\nx-a: 1\r\r\n",
    "nul in a value": "host: h\r\nx-a: 1\x002\r\n",
    "nul in a name": "host: h\r\nx-\x00a: 1\r\n",
    "control byte in a value": "host: h\r\nx-a: 1\x01\r\n",
    "delete in a value": "host: h\r\nx-a: 1\x7f\r\n",
    "folded line": "host: h\r\nx-a: 1\r\n 2\r\n",
    "fold behind the request line": " x-a: 1\r\nhost: h\r\n",
    "space before the colon": "host: h\r\nx-a : 1\r\n",
    "tab before the colon": "host: h\r\nx-a\t: 1\r\n",
    "no name": "host: h\r\n: 1\r\n",
    "no colon": "host: h\r\nx-a\r\n",
    "space in a name": "host: h\r\nx a: 1\r\n",
    "no token as a name": "host: h\r\nx(a): 1\r\n",
    "underscore in a name": "host: h\r\nx_a: 1\r\n",
    "connection is no list of tokens": "host: h\r\nconnection: a b\r\n",
    "no host": "",
    "two hosts": "host: h\r\nhost: h\r\n",
    "empty host": "host:\r\n",
    "host with a path": "host: h/a\r\n",
    "host with a user": "host: u@h\r\n",
    "list of hosts": "host: h, g\r\n",
    "port too large": "host: h:65536\r\n",
}


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS.keys())
def test_a_malformed_field_is_refused(app, fields):
    assert_refused(app, get(fields=fields), 400)


TARGETS = [
    "/../etc", "/a/%2e%2e/b", "/a/..;/b", "/a/..%2fb", "/a/..%5cb", "/a/.", "/%252e%252e/", "/a%00b", "/a%2", "/a%zz",
    "/a#b", '/a"b', "/a<b", "/a>b", "/a`b", '/a?"', "/a?<", "/a?>", "h:80", "ftp://h/", "http://u@h/", "http:///a", "*", "a",
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_that_could_be_misread_is_refused(app, target):
    assert_refused(app, get(target), 400)


@pytest.mark.parametrize("query", ["{a}", "a|b", "a^b", "a\\b", "a`b", "%zz", "/../"])
def test_what_browsers_send_in_a_query_reaches_a_guest(app, query):
    assert exchange(app.port, get(f"/status/200?{query}", "host: h\r\nconnection: close\r\n")).startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize("path", ["/{a}", "/a|b", "/a^b", "/a\\b", "/[a]"])
def test_what_browsers_send_in_a_path_reaches_a_guest(app, path):
    assert "no such test" in exchange(app.port, get(path, "host: h\r\nconnection: close\r\n"))


LINES = {
    "two spaces": ("GET  /a HTTP/1.1", 400),
    "tab": ("GET\t/a HTTP/1.1", 400),
    "method is no token": ("G@T /a HTTP/1.1", 400),
    "no method": (" /a HTTP/1.1", 400),
    "space behind the version": ("GET /a HTTP/1.1 ", 400),
    "no version": ("GET /a", 400),
    "version in lower case": ("GET /a http/1.1", 400),
    "version of three numbers": ("GET /a HTTP/1.1.1", 400),
    "version 1.2": ("GET /a HTTP/1.2", 505),
    "version 2.0": ("PRI * HTTP/2.0", 505),
    "connect": ("CONNECT h:80 HTTP/1.1", 501),
}


@pytest.mark.parametrize("line, status", LINES.values(), ids=LINES.keys())
def test_a_malformed_request_line_is_refused(app, line, status):
    assert_refused(app, f"{line}\r\nhost: h\r\n\r\n{SMUGGLED}", status)


def test_http_0_9_is_refused_without_waiting_for_more(app):
    assert_refused(app, "GET /status/200\r\n", 400)


def test_an_unknown_expectation_is_refused(app):
    assert_refused(app, get(fields="host: h\r\nexpect: wonders\r\n"), 417)


def test_a_target_past_8_kib_is_refused(app):
    assert_refused(app, get("/" + "a" * 8192), 414)


def test_a_field_past_32_kib_is_refused(app):
    assert_refused(app, get(fields=f"host: h\r\nx-a: {'a' * 32768}\r\n"), 431)


def test_more_than_100_fields_are_refused(app):
    fields = "".join(f"x-{index}: 1\r\n" for index in range(100))
    assert_refused(app, get(fields=f"host: h\r\n{fields}"), 431)


@pytest.mark.parametrize("length", [65537, 1 << 40, (1 << 63) - 1])
def test_a_body_past_the_limit_is_refused_before_it_comes(app, length):
    assert_refused(app, post(f"content-length: {length}\r\nexpect: 100-continue\r\n", ""), 413)
