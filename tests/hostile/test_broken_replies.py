"""Guests whose replies are missing, doubled, cut, swollen or lying."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.neighbours import MIB, beside_neighbour, problem
from support.paths import guest
from support.polling import eventually
from support.raw import exchange

KINDS = ["p2", "p3", "cgi"]
COMPONENTS = ["p2", "p3"]


@pytest.fixture(scope="module")
def street(shared_platforms):
    services = {kind: {"module": guest(f"hostile_{kind}")} for kind in KINDS}
    services["cgi"]["limits"] = {"response": "8MiB"}
    services["cgi-large"] = {"module": guest("hostile_cgi"), "limits": {"time": "60s", "cpu": "60s"}}
    return beside_neighbour(shared_platforms, services)


def raw_reply(street, service, path):
    return exchange(street.running.port, f"GET {path} HTTP/1.1\r\nhost: {service}.test\r\nconnection: close\r\n\r\n")


def test_a_reply_never_set_is_no_response(street):
    assert problem(street.call("p2", "/never-reply")) == (500, "guest_no_response")


def test_an_error_instead_of_a_reply_is_no_response(street):
    assert problem(street.call("p3", "/error")) == (500, "guest_no_response")


def test_a_program_without_output_replies_with_nothing(street):
    reply = street.call("cgi", "/never-reply")

    assert (reply.status_code, reply.content) == (200, b"")


def test_a_reply_set_twice_traps(street):
    assert problem(street.call("p2", "/reply-twice")) == (500, "guest_trap")


@pytest.mark.parametrize("kind", KINDS)
def test_a_trap_before_the_reply_is_told(street, kind):
    assert problem(street.call(kind, "/trap-before")) == (500, "guest_trap")


@pytest.mark.parametrize("kind", ["p2", "p3", "cgi"])
def test_a_trap_replaces_a_reply_of_which_nothing_has_left(street, kind):
    assert problem(street.call(kind, "/trap-after")) == (500, "guest_trap")


def test_a_trap_cuts_a_reply_that_has_begun(street):
    reply = raw_reply(street, "p3", "/trap-late")

    assert reply.startswith("HTTP/1.1 200 ")
    assert not reply.endswith("0\r\n\r\n")


@pytest.mark.parametrize("kind", ["p2", "cgi"])
def test_an_exit_with_an_error_is_told(street, kind):
    assert problem(street.call(kind, "/exit")) == (500, "guest_exit")


def test_a_body_that_is_never_finished_is_invalid(street):
    assert problem(street.call("p2", "/unfinished")) == (500, "guest_invalid_response")


def test_a_hundred_thousand_headers_end_a_component(street):
    assert problem(street.call("p2", "/many-headers")) == (500, "guest_limit_exceeded")


def test_a_hundred_thousand_headers_are_refused_to_an_asynchronous_component(street):
    reply = street.call("p3", "/many-headers")

    assert reply.text.startswith("refused after ")
    assert reply.text.endswith("HeaderError::SizeExceeded\n")


def test_a_hundred_thousand_headers_of_a_program_are_invalid(street):
    assert problem(street.call("cgi", "/many-headers")) == (500, "guest_invalid_response")


def test_an_endless_head_of_a_program_is_too_large(street):
    assert problem(street.call("cgi", "/endless-head")) == (500, "guest_response_too_large")


def test_a_huge_output_of_a_program_is_too_large(street):
    assert problem(street.call("cgi", "/huge")) == (500, "guest_response_too_large")


def test_huge_outputs_at_once_give_their_memory_back(street):
    street.call("cgi-large", "/huge")
    before = street.running.resident_bytes()

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: street.call("cgi-large", "/huge"), range(8)))

    assert {problem(reply) for reply in replies} == {(500, "guest_response_too_large")}
    eventually(lambda: street.running.resident_bytes() < before + 32 * MIB, "memory given back", patience=5)


@pytest.mark.parametrize("value", ["a%0D%0Aset-cookie:%20b", "a%0Ab", "a%0Db", "a%00b", "%7F"])
def test_a_control_character_in_a_header_is_refused_to_a_component(street, value):
    reply = street.call("p2", f"/bad-header?value={value}")

    assert reply.text == "refused: HeaderError::InvalidSyntax\n"
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("name", ["a%20b", "a%0D%0Ab", "a%00", ":a", ""])
def test_a_header_name_that_is_no_token_is_refused_to_a_component(street, name):
    assert street.call("p2", f"/bad-header?name={name}&value=x").text == "refused: HeaderError::InvalidSyntax\n"


@pytest.mark.parametrize("name", ["connection", "transfer-encoding", "host", "upgrade", "keep-alive"])
def test_a_header_of_the_connection_is_refused_to_a_component(street, name):
    assert street.call("p2", f"/bad-header?name={name}&value=x").text == "refused: HeaderError::Forbidden\n"


def test_a_control_character_in_a_header_is_refused_to_an_asynchronous_component(street):
    reply = street.call("p3", "/bad-header")

    assert reply.text == "refused: HeaderError::InvalidSyntax\n"
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("path", ["/bad-header", "/null-header", "/bad-status"])
def test_an_invalid_head_of_a_program_is_told(street, path):
    assert problem(street.call("cgi", path)) == (500, "guest_invalid_response")


@pytest.mark.parametrize("declared, sent", [(100, 10), (5, 50)])
def test_a_lying_length_of_a_component_is_invalid(street, declared, sent):
    reply = street.call("p2", f"/lying-length?declared={declared}&sent={sent}")

    assert problem(reply) == (500, "guest_invalid_response")


def test_a_lying_length_of_a_reply_that_is_whole_at_once_is_invalid(street):
    assert problem(street.call("p3", "/lying-length")) == (500, "guest_invalid_response")


def test_a_lying_length_of_a_reply_that_has_begun_cuts_it(street):
    head, body = raw_reply(street, "p3", "/lying-length-late").split("\r\n\r\n", 1)

    assert "content-length: 100" in head.lower()
    assert body == "the first part\n"


def test_a_lying_length_of_a_program_is_left_out(street):
    reply = street.call("cgi", "/lying-length")

    assert (reply.headers["content-length"], reply.text) == ("10", "ten bytes\n")
