"""Outgoing requests of guests: only to hosts that were granted, by HTTP."""

import urllib.parse

import pytest

from support.manifest import manifest
from support.outside import running_outside
from support.paths import guest
from support.running import StartFailed

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(scope="module")
def outside():
    with running_outside() as server:
        yield server


@pytest.fixture(scope="module")
def app(shared_platforms, outside):
    services = {
        "granted": {"module": guest("hostile_p2"), "routes": ["/get"], "outbound": [outside.url]},
        "by_name": {
            "module": guest("hostile_p2"),
            "routes": [{"path": "/*", "host": "by-name.test"}],
            "outbound": [f"http://localhost:{outside.port}"],
        },
    }
    return shared_platforms.start(manifest(services))


def get(app, url, **headers):
    return app.http.get(f"/get?url={urllib.parse.quote(url, safe='')}", headers=headers)


def test_a_granted_host_answers(app, outside):
    assert get(app, f"{outside.url}/").text == "200 outside\n"


def test_a_host_granted_by_name_answers(app, outside):
    assert get(app, f"http://localhost:{outside.port}/", host="by-name.test").text == "200 outside\n"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://localhost:{port}/", "http://example.com/"])
def test_a_host_that_was_not_granted_is_refused(app, outside, url):
    assert get(app, url.format(port=outside.port)).text == "ErrorCode::HttpRequestDenied\n"


def test_an_outgoing_request_carries_the_trace(app, outside):
    get(app, f"{outside.url}/", traceparent=f"00-{TRACE}-b7ad6b7169203331-01")

    assert outside.seen[-1]["traceparent"].split("-")[1] == TRACE


def test_a_request_by_another_scheme_is_refused(app, outside):
    assert get(app, f"ftp://127.0.0.1:{outside.port}/").text == "ErrorCode::HttpProtocolError\n"


@pytest.mark.parametrize("authority", ["127.0.0.1:web", "user@127.0.0.1", "127.0.0.1:65536"])
def test_a_request_to_no_valid_host_and_port_is_told_so(app, authority):
    assert get(app, f"http://{authority}/").text == "ErrorCode::HttpRequestUriInvalid\n"


def test_https_is_refused_while_there_is_no_tls(app, outside):
    reply = get(app, f"https://127.0.0.1:{outside.port}/")

    assert reply.text == "ErrorCode::TlsProtocolError\n"
    assert app.wait_for_log(lambda record: record.get("code") == "tls_not_available")["service"] == "granted"


def test_a_grant_of_https_is_refused_at_the_start(platforms):
    services = {"eager": {"module": guest("hostile_p2"), "outbound": ["https://api.example.com"]}}

    with pytest.raises(StartFailed) as failed:
        platforms.start(manifest(services))

    assert "tls_not_available" in failed.value.stdout + failed.value.stderr


def test_a_closed_port_is_a_refused_connection(platforms, outside):
    services = {"eager": {"module": guest("hostile_p2"), "routes": ["/get"], "outbound": ["http://127.0.0.1:1"]}}
    app = platforms.start(manifest(services))

    assert get(app, "http://127.0.0.1:1/").text == "ErrorCode::ConnectionRefused\n"
