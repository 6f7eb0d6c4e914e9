"""The Idempotency-Key at the gateway: which ones it takes, before any service is called."""

import pytest

from support.manifest import manifest
from support.paths import guest

KEY = "7c1f8a52-order-0001"


@pytest.fixture(scope="module")
def app(shared_platforms):
    module = guest("inspect_cgi")
    return shared_platforms.start(
        manifest(
            {
                "stateless": {"module": module, "routes": ["/stateless"]},
                "keyed": {
                    "module": module,
                    "routes": ["/keyed", "/keyed/*"],
                    "data": True,
                    "route_options": [{"match": "POST /keyed/paid", "idempotency": {"required": True}}],
                },
            }
        )
    )


@pytest.mark.parametrize("key", ["short", "x" * 256, "sixteen letters x", '"0123456789abcdef', '""', "0123456789abcd\xe4f"])
def test_a_malformed_key_is_refused(app, key):
    reply = app.http.post("/keyed", headers={"Idempotency-Key": key.encode("latin-1")})

    assert reply.status_code == 400
    assert reply.json()["code"] == "idempotency_key_invalid"


def test_two_keys_are_refused(app):
    reply = app.http.post("/keyed", headers=[("Idempotency-Key", KEY), ("Idempotency-Key", KEY)])

    assert reply.json()["code"] == "idempotency_key_invalid"


def test_a_route_that_requires_a_key_refuses_requests_without(app):
    refused = app.http.post("/keyed/paid", content=b"an order")

    assert refused.status_code == 400
    assert refused.json()["code"] == "idempotency_key_invalid"
    assert "POST '/keyed/paid'" in refused.json()["detail"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_requests_that_only_read_ignore_keys(app, method):
    reply = app.http.request(method, "/keyed/paid", headers={"Idempotency-Key": "short"})

    assert reply.status_code == 200


def test_a_service_without_a_store_gets_any_key_as_a_field(app):
    reply = app.http.post("/stateless", headers={"Idempotency-Key": "short"})

    assert reply.status_code == 200
    assert reply.json()["environment"]["HTTP_IDEMPOTENCY_KEY"] == "short"
