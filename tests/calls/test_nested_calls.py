"""Calls in calls: how deep they go, how long they may take, what becomes of them when the client leaves."""

import asyncio
import json
import urllib.parse

import httpx
import pytest

from support.manifest import manifest
from support.paths import guest
from support.raw import Connection

CLIENTS = 64
REQUESTS = 3  # of each


def relay(*calls):
    return {"module": guest("relay"), "calls": list(calls)}


def at_host(name, service):
    return {**service, "routes": [{"path": "/*", "host": f"{name}.test"}]}


def get_path(url):
    return f"/get?url={urllib.parse.quote(url, safe='')}"


def send_get(connection, host, path):
    connection.send(f"GET {path} HTTP/1.1\r\nhost: {host}.test\r\n\r\n")


@pytest.fixture(scope="module")
def circle(shared_platforms):
    services = {
        "one": at_host("one", relay("two")),
        "two": relay("one"),
        "self": at_host("self", relay("self")),
        "wit": at_host("wit", {"module": guest("platform_p2"), "calls": ["wit"], "secrets": ["key"]}),
    }
    return shared_platforms.start(manifest(services, runtime={"call_depth": 3}, secrets={"key": {"value": "s"}}))


@pytest.mark.parametrize("me, other", [("one", "two"), ("self", "self")])
def test_a_circle_of_calls_ends_at_the_depth_limit(circle, me, other):
    reply = circle.http.get(f"/pingpong?me={me}&other={other}", headers={"host": f"{me}.test"})

    assert (reply.status_code, reply.text) == (502, "ErrorCode::LoopDetected\n")
    circle.wait_for_guests(0)


def nested_invokes(depth):
    """The path by which a guest invokes itself `depth` times."""
    path = "/config?name=none"
    for _ in range(depth):
        path = f"/invoke?service=wit&call={urllib.parse.quote(f'GET {path}', safe='')}"
    return path


def innermost(answer):
    """What the last guest told, whose answer is the value of the one before, and so on."""
    while isinstance(answer.get("ok"), str):
        answer = json.loads(answer["ok"])
    return answer


def test_calls_as_deep_as_the_limit_are_answered(circle):
    reply = circle.http.get(nested_invokes(3), headers={"host": "wit.test"})

    assert innermost(reply.json()) == {"ok": None}


def test_a_call_beyond_the_depth_limit_is_told(circle):
    reply = circle.http.get(nested_invokes(4), headers={"host": "wit.test"})

    assert innermost(reply.json())["code"] == "call_depth_exceeded"


@pytest.fixture
def chain(platforms):
    """`front` calls `middle` calls `back`, which takes its time; only the request's own deadline ends them."""
    patient = {"limits": {"time": "10m"}}
    services = {
        "front": at_host("front", {"module": guest("hostile_p2"), "calls": ["middle", "back"], **patient}),
        "middle": {"module": guest("hostile_p2"), "calls": ["back"], **patient},
        "back": {"module": guest("hostile_p2"), **patient},
    }
    return lambda deadline: platforms.start(manifest(services, gateway={"deadline": deadline}))


SLEEP = get_path("http://middle.skep.internal" + get_path("http://back.skep.internal/sleep"))
STREAM = get_path("http://middle.skep.internal" + get_path("http://back.skep.internal/slow-reply?n=100000&delay=100"))


def test_the_deadline_of_a_request_holds_in_every_service_it_reaches(chain):
    app = chain("500ms")

    reply = app.http.get(SLEEP, headers={"host": "front.test"})

    assert (reply.status_code, reply.json()["code"]) in [(504, "request_deadline_exceeded"), (504, "guest_timeout")]
    app.wait_for_guests(0)


@pytest.mark.parametrize("path", [SLEEP, STREAM])
def test_a_client_that_leaves_ends_every_guest_of_its_request(chain, path):
    app = chain("10m")
    with Connection(app.port) as connection:
        send_get(connection, "front", path)
        app.wait_for_guests(3)

    app.wait_for_guests(0)


def test_a_guest_that_is_ended_ends_those_it_called(platforms):
    services = {
        "front": at_host("front", {"module": guest("hostile_p2"), "calls": ["back"], "limits": {"time": "300ms"}}),
        "back": {"module": guest("hostile_p2"), "limits": {"time": "10m"}},
    }
    app = platforms.start(manifest(services, gateway={"deadline": "10m"}))

    reply = app.http.get(get_path("http://back.skep.internal/sleep"), headers={"host": "front.test"})

    assert (reply.status_code, reply.json()["code"]) == (504, "guest_timeout")
    app.wait_for_guests(0)


def test_a_timeout_of_the_callee_is_an_error_to_the_caller(platforms):
    services = {
        "front": at_host("front", {"module": guest("platform_cgi"), "calls": ["back"], "secrets": ["key"]}),
        "back": {"module": guest("hostile_p2"), "limits": {"time": "300ms"}},
    }
    app = platforms.start(manifest(services, secrets={"key": {"value": "s"}}))

    reply = app.http.post("/invoke", content="back\nGET /sleep\n", headers={"host": "front.test"})

    assert reply.json()["code"] == "guest_timeout"


@pytest.mark.parametrize("call_depth", [2, 8])
def test_nested_calls_never_starve_each_other(platforms, call_depth):
    services = {"a": at_host("a", relay("b")), "b": relay("c"), "c": {"module": guest("hello_p2")}}
    app = platforms.start(manifest(services, runtime={"slots": 8, "call_depth": call_depth}))

    statuses = asyncio.run(ask_at_once(f"{app.url}/via/b/c", requests_each=REQUESTS))

    assert statuses == [200] * (CLIENTS * REQUESTS)
    app.wait_for_guests(0)


async def ask_at_once(url, requests_each):
    """The statuses that CLIENTS clients get, each over a connection of its own."""
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False, headers={"host": "a.test"}) as client:

        async def one_client():
            return [(await client.get(url)).status_code for _ in range(requests_each)]

        results = await asyncio.gather(*(one_client() for _ in range(CLIENTS)))
    return [status for statuses in results for status in statuses]
