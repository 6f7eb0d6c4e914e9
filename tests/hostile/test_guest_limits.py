"""Guests that take more than their share: time, memory, stack, handles, log, randomness."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.neighbours import MIB, beside_neighbour, problem
from support.paths import guest
from support.polling import eventually
from support.raw import Connection

KINDS = ["p2", "p3", "cgi"]
COMPONENTS = ["p2", "p3"]
BOMBS = [
    "loop_in_start",
    "recursion",
    "mutual_recursion",
    "table",
    "reentrant_allocator",
    "lying_allocator",
    "looping_allocator",
    "hoarder",
]


@pytest.fixture(scope="module")
def street(shared_platforms):
    services = {}
    for kind in KINDS:
        module = guest(f"hostile_{kind}")
        services[kind] = {"module": module}
        services[f"{kind}-cpu"] = {"module": module, "limits": {"cpu": "300ms"}}
        services[f"{kind}-time"] = {"module": module, "limits": {"time": "300ms"}}
    services["spinner"] = {"module": guest("spinner")}
    services["p3-idle"] = {"module": guest("hostile_p3"), "limits": {"stream_idle": "300ms"}}
    for bomb in BOMBS:
        module = guest(f"bomb_{bomb}")
        services[host_of(bomb)] = {"module": module, "limits": {"cpu": "300ms"}, "config": {"key": "value"}}
    return beside_neighbour(shared_platforms, services, http={"stream_idle": "1s"})


def host_of(bomb):
    return bomb.replace("_", "-")


def bomb_reply(street, bomb):
    return street.call(host_of(bomb), "/")


def cut_reply(street, service, path):
    """The bytes of a reply that is cut: all there is until the connection's end."""
    with Connection(street.running.port) as connection:
        connection.send(f"GET {path} HTTP/1.1\r\nhost: {service}.test\r\n\r\n")
        return connection.read_all().decode()


def test_guests_that_all_compute_for_long_are_all_answered(street):
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: street.call("spinner", "/spin").status_code, range(40)))

    assert statuses == [200] * 40
    assert street.call("spinner", "/quick").status_code == 200


@pytest.mark.parametrize("limit", ["cpu", "time"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_endless_loop_in_a_handler_is_a_timeout(street, kind, limit):
    assert problem(street.call(f"{kind}-{limit}", "/loop")) == (504, "guest_timeout")


def test_an_endless_loop_in_start_is_a_timeout(street):
    assert problem(bomb_reply(street, "loop_in_start")) == (504, "guest_timeout")


@pytest.mark.parametrize("kind", COMPONENTS)
def test_an_endless_loop_while_streaming_cuts_the_reply(street, kind):
    reply = cut_reply(street, f"{kind}-cpu", "/loop-streaming")

    assert reply.startswith("HTTP/1.1 200 ")
    assert "the first part\n" in reply
    assert not reply.endswith("0\r\n\r\n")


def test_why_a_streamed_reply_was_cut_is_logged(street):
    cut_reply(street, "p2-cpu", "/loop-streaming")

    line = street.running.wait_for_log(
        lambda record: record.get("service") == "p2-cpu" and record.get("code") == "guest_timeout"
    )
    assert "limits.cpu" in line["message"]


def test_a_program_that_loops_after_its_output_is_a_timeout(street):
    assert problem(street.call("cgi-time", "/loop-streaming")) == (504, "guest_timeout")


@pytest.mark.parametrize("kind", KINDS)
def test_a_guest_that_sleeps_for_ever_is_a_timeout(street, kind):
    assert problem(street.call(f"{kind}-time", "/sleep")) == (504, "guest_timeout")


def test_a_reply_that_stalls_is_cut_after_the_idle_limit(street):
    reply = cut_reply(street, "p3", "/stall")

    assert reply.startswith("HTTP/1.1 200 ")
    assert not reply.endswith("0\r\n\r\n")


def test_a_reply_that_stalls_is_cut_after_the_idle_limit_of_its_service(street):
    reply = cut_reply(street, "p3-idle", "/stall")

    assert not reply.endswith("0\r\n\r\n")
    line = street.running.wait_for_log(lambda record: record.get("service") == "p3-idle" and "code" in record)
    assert (line["code"], line["message"]) == ("guest_timeout", "the guest sent nothing for 300 ms")


def test_the_time_limit_ends_with_the_head_of_a_streamed_reply(street):
    reply = street.call("p2-time", "/slow-reply?n=20&delay=50")

    assert reply.text == "x" * 20


@pytest.mark.parametrize("kind", KINDS)
def test_a_memory_bomb_is_out_of_memory(street, kind):
    assert problem(street.call(kind, "/memory-bomb")) == (500, "guest_out_of_memory")


def test_memory_bombs_at_once_are_out_of_memory_each(street):
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda kind: street.call(kind, "/memory-bomb"), KINDS * 4))

    assert {problem(reply) for reply in replies} == {(500, "guest_out_of_memory")}


def test_memory_that_the_host_adds_for_a_guest_is_its_own(street):
    assert problem(bomb_reply(street, "hoarder")) == (500, "guest_out_of_memory")


def test_a_table_bomb_exceeds_a_limit(street):
    assert problem(bomb_reply(street, "table")) == (500, "guest_limit_exceeded")


@pytest.mark.parametrize("kind", KINDS)
def test_deep_recursion_overflows_the_stack_of_the_guest(street, kind):
    assert problem(street.call(kind, "/recursion")) == (500, "guest_stack_overflow")


@pytest.mark.parametrize("bomb", ["recursion", "mutual_recursion"])
def test_recursion_without_memory_overflows_the_stack_of_the_guest(street, bomb):
    assert problem(bomb_reply(street, bomb)) == (500, "guest_stack_overflow")


@pytest.mark.parametrize(
    "bomb, expected",
    [
        ("reentrant_allocator", (500, "guest_trap")),
        ("lying_allocator", (500, "guest_trap")),
        ("looping_allocator", (504, "guest_timeout")),
    ],
)
def test_an_allocator_that_misbehaves_ends_its_guest(street, bomb, expected):
    assert problem(bomb_reply(street, bomb)) == expected


@pytest.mark.parametrize("kind", COMPONENTS)
def test_a_handle_leak_exceeds_a_limit(street, kind):
    assert problem(street.call(kind, "/handle-leak")) == (500, "guest_limit_exceeded")


@pytest.mark.parametrize("kind", ["p2", "cgi"])
def test_a_log_flood_is_dropped_and_counted(street, kind):
    reply = street.call(kind, "/log-flood")
    logged = (street.running.folder / "stderr").stat().st_size

    assert reply.text == "logged 100000 lines\n"
    assert logged < 8 * MIB  # of the 20 MB that it wrote
    eventually(lambda: tells_of_dropped_lines(street, kind), "a line that tells how many were dropped")


def tells_of_dropped_lines(street, kind):
    street.call(kind, "/log-flood?n=1")
    return any(record.get("service") == kind and "dropped_before" in record for record in street.running.log())


@pytest.mark.parametrize("kind", ["p2", "cgi"])
def test_giant_random_traps(street, kind):
    assert problem(street.call(kind, "/random")) == (500, "guest_trap")
