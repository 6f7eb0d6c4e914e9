"""Guests that call out too often, or to where they must not reach: loopback, link-local, the control port."""

import socket
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.neighbours import beside_neighbour, problem
from support.outside import running_outside
from support.paths import guest
from support.polling import eventually

LOOPBACK = ["127.1", "2130706433", "0x7f000001", "017700000001"]  # spellings of 127.0.0.1 that are no IP literals
LINK_LOCAL = ["2852039166", "0xa9fea9fe"]  # of 169.254.169.254


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def outside():
    with running_outside() as server:
        yield server


@pytest.fixture(scope="module")
def control_port():
    return free_port()


@pytest.fixture(scope="module")
def street(shared_platforms, outside, control_port):
    by_name = [f"http://{name}:{control_port}" for name in LOOPBACK] + [f"http://{name}" for name in LINK_LOCAL]
    services = {
        "closed": {"module": guest("hostile_p2")},
        "granted": {"module": guest("hostile_p2"), "outbound": [outside.url, *by_name]},
        "few": {"module": guest("hostile_p2"), "outbound": [outside.url], "limits": {"outbound_calls": 4}},
        "caller": {"module": guest("hostile_p2"), "calls": ["neighbour", "upstream"]},
        "upstream": {"url": outside.url},
    }
    return beside_neighbour(shared_platforms, services, control={"listen": f"127.0.0.1:{control_port}"})


def get(street, service, url, follow=0):
    return street.call(service, f"/get?url={urllib.parse.quote(url, safe='')}&follow={follow}")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", *LOOPBACK, *LINK_LOCAL]
)
def test_an_address_that_was_not_granted_is_refused(street, control_port, host):
    reply = get(street, "closed", f"http://{host}:{control_port}/livez")

    assert (reply.status_code, reply.text) == (502, "ErrorCode::HttpRequestDenied\n")


def test_the_grant_that_is_missing_is_logged(street, control_port):
    get(street, "closed", f"http://localhost:{control_port}/livez")

    line = street.running.wait_for_message(f'add outbound = ["http://localhost:{control_port}"]')
    assert (line["service"], line["code"]) == ("closed", "outbound_not_granted")


@pytest.mark.parametrize("host", LOOPBACK)
def test_a_name_that_means_the_control_port_is_refused(street, control_port, host):
    reply = get(street, "granted", f"http://{host}:{control_port}/livez")

    assert (reply.status_code, reply.text) == (502, "ErrorCode::DestinationIpProhibited\n")


@pytest.mark.parametrize("host", LINK_LOCAL)
def test_a_name_that_means_a_link_local_address_is_refused(street, host):
    reply = get(street, "granted", f"http://{host}/latest/meta-data")

    assert (reply.status_code, reply.text) == (502, "ErrorCode::DestinationIpProhibited\n")


def test_an_address_that_is_closed_is_logged(street):
    get(street, "granted", f"http://{LINK_LOCAL[0]}/")

    line = street.running.wait_for_log(lambda record: record.get("code") == "address_not_allowed")
    assert line["service"] == "granted"


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/livez", "http://localhost:{port}/", "http://169.254.169.254/"])
def test_a_redirect_leads_nowhere_that_was_not_granted(street, outside, control_port, target):
    led = urllib.parse.quote(target.format(port=control_port), safe="")

    reply = get(street, "granted", f"{outside.url}/to/{led}", follow=1)

    assert (reply.status_code, reply.text) == (502, "ErrorCode::HttpRequestDenied\n")


def test_a_redirect_to_what_was_granted_leads_there(street, outside):
    led = urllib.parse.quote(f"{outside.url}/", safe="")

    assert get(street, "granted", f"{outside.url}/to/{led}", follow=1).text == "200 outside\n"


def test_ten_thousand_outgoing_calls_exceed_a_limit(street):
    assert problem(street.call("caller", "/calls?url=http://neighbour.skep.internal/")) == (500, "guest_limit_exceeded")


@pytest.mark.parametrize("service, at_once", [("caller", 64), ("granted", 64), ("few", 4)])
def test_outgoing_calls_beyond_those_that_may_run_at_once_fail_one_by_one(street, outside, service, at_once):
    url = "http://upstream.skep.internal/held" if service == "caller" else f"{outside.url}/held"
    outside.hold_replies()

    with ThreadPoolExecutor(1) as pool:
        calling = pool.submit(street.call, service, f"/calls?n=100&url={url}")
        eventually(lambda: outside.held == at_once, f"{at_once} calls under way")
        outside.let_go()
        counts, error = calling.result().text.splitlines()

    assert counts == f"refused 0 failed {100 - at_once} answered {at_once}"
    assert f"InternalError(Some(\"resource_exhausted: {at_once} outgoing calls of this request run already" in error
