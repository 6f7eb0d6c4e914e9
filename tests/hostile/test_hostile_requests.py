"""Bodies that nobody reads, or that come or go slowly, and targets that no guest can be given."""

import socket
import struct

import pytest

from support.neighbours import MIB, beside_neighbour, problem
from support.paths import guest
from support.raw import Connection, exchange

TIMEOUT = 1.0  # seconds in which a peer that reads would have read


@pytest.fixture(scope="module")
def street(shared_platforms):
    services = {
        "p2": {"module": guest("hostile_p2"), "limits": {"request_body": "64MiB", "time": "10m"}},
        "p2-time": {"module": guest("hostile_p2"), "limits": {"time": "300ms"}},
        "p3": {"module": guest("hostile_p3"), "limits": {"request_body": "64MiB"}},
        "cgi": {"module": guest("hostile_cgi"), "limits": {"request_body": "64MiB"}},
        "echo": {"module": guest("echo")},
        "cgi-time": {"module": guest("inspect_cgi"), "limits": {"time": "300ms"}},
    }
    return beside_neighbour(shared_platforms, services, gateway={"deadline": "10m"})


def reset(connection):
    """Ends the connection at once; a close would wait for the bytes that nobody reads."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.socket.close()


def post_head(service, path, length):
    return f"POST {path} HTTP/1.1\r\nhost: {service}.test\r\ncontent-length: {length}\r\n\r\n"


@pytest.mark.parametrize("service, expected", [("p2", "I did not look\n"), ("p3", "hello\n"), ("cgi", "nothing hostile here\n")])
def test_a_body_that_the_guest_never_reads_is_no_fault(street, service, expected):
    reply = street.call(service, "/unread-body", method="POST", content=b"x" * (32 * MIB))

    assert (reply.status_code, reply.text) == (200, expected)


def test_a_body_that_the_guest_reads_slowly_is_not_gathered(street):
    sent = 0
    with Connection(street.running.port) as connection:
        connection.send(post_head("p2", "/slow-read?delay=60000", 64 * MIB))
        connection.socket.settimeout(TIMEOUT)
        with pytest.raises(TimeoutError):
            while sent < 64 * MIB:
                sent += connection.socket.send(b"x" * 65536)
        reset(connection)

    assert sent < 32 * MIB  # what the sockets of both sides hold


@pytest.mark.parametrize("service", ["p2-time", "cgi-time"])
def test_a_body_that_never_comes_is_a_timeout(street, service):
    with Connection(street.running.port) as connection:
        connection.send(post_head(service, "/slow-read?delay=0", 100) + "x")
        head = connection.read_head()

    assert head.startswith("HTTP/1.1 504 ")


def test_a_client_that_leaves_in_the_middle_of_its_body_ends_the_guest(street):
    with Connection(street.running.port) as connection:
        connection.send(post_head("p2", "/slow-read?delay=60000", 64 * MIB) + "x" * 1000)
        street.running.wait_for_guests(1)

    street.running.wait_for_guests(0)


def test_a_client_that_leaves_without_reading_ends_the_guest(street):
    with Connection(street.running.port) as connection:
        connection.send("GET /stream?chunks=1000000&size=16384 HTTP/1.1\r\nhost: echo.test\r\n\r\n")
        street.running.wait_for_guests(1)

    street.running.wait_for_guests(0)


@pytest.mark.parametrize("target", ["/a<b", "/a`b", "/?<>", '/?{"a":1}'])
def test_a_target_that_no_guest_can_be_given_is_malformed(street, target):
    reply = exchange(street.running.port, f"GET {target} HTTP/1.1\r\nhost: p2.test\r\n\r\n" * 2)

    assert reply.startswith("HTTP/1.1 400 ")
    assert "\r\nconnection: close\r\n" in reply
    assert reply.count('"code":"malformed_request"') == 1


def test_headers_without_end_are_too_large(street):
    fields = "".join(f"x-flood-{index}: value\r\n" for index in range(100_000))
    with Connection(street.running.port) as connection:
        connection.send(f"GET / HTTP/1.1\r\nhost: p2.test\r\n{fields[:65536]}")
        head = connection.read_head()

    assert head.startswith("HTTP/1.1 431 ")
