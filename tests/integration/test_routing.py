"""Which service a request reaches."""

import pytest

from support.manifest import manifest
from support.paths import guest
from support.raw import exchange

SERVICES = {
    "root": {"routes": ["/"]},
    "files": {"routes": ["/files", "/files/*"]},
    "deep": {"routes": ["/files/deep/*"]},
    "exact": {"routes": ["/files/deep/one"]},
    "item": {"routes": ["/items/:id"]},
    "me": {"routes": ["GET /items/me"]},
    "reader": {"routes": ["GET /orders", "GET /orders/*"]},
    "writer": {"routes": ["POST /orders", "PUT /orders/:id"]},
    "hosted": {"routes": [{"path": "/*", "methods": ["GET"], "host": "api.example"}]},
    "called": {},
}


@pytest.fixture(scope="module")
def app(shared_platforms):
    services = {name: {"module": guest("inspect_cgi"), **service} for name, service in SERVICES.items()}
    return shared_platforms.start(manifest(services))


def served_by(reply):
    return reply.json()["environment"]["SERVICE_NAME"]


@pytest.mark.parametrize(
    "method, path, service",
    [
        ("GET", "/", "root"),
        ("GET", "/?x=1", "root"),
        ("GET", "/files", "files"),
        ("GET", "/files/", "files"),
        ("GET", "/files/a/b/c", "files"),
        ("GET", "/files/deep/two", "deep"),
        ("GET", "/files/deep/one", "exact"),
        ("GET", "/files/deep/one/more", "deep"),
        ("GET", "/items/7", "item"),
        ("GET", "/items/me", "me"),
        ("DELETE", "/items/me", "item"),
        ("GET", "/orders", "reader"),
        ("POST", "/orders", "writer"),
        ("GET", "/orders/7", "reader"),
        ("PUT", "/orders/7", "writer"),
    ],
)
def test_the_most_specific_route_is_taken(app, method, path, service):
    reply = app.http.request(method, path)

    assert reply.status_code == 200
    assert served_by(reply) == service


def test_options_of_an_asterisk_is_answered_for_the_server_itself(app):
    reply = exchange(app.port, "OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")

    assert reply.startswith("HTTP/1.1 204 ")
    assert "\r\nallow: GET, HEAD, " in reply
    assert reply.endswith("\r\n\r\n")


@pytest.mark.parametrize("host", ["api.example", "API.example", "api.example:8080", "api.example:"])
def test_a_route_of_a_host_is_taken_for_that_host(app, host):
    assert served_by(app.http.get("/files", headers={"host": host})) == "hosted"


def test_the_service_sees_the_path_as_it_was_sent(app):
    seen = app.http.get("/files/deep/two?x=1").json()["environment"]

    assert seen["HTTP_PATH"] == "/files/deep/two"
    assert seen["QUERY_STRING"] == "x=1"


@pytest.mark.parametrize("path", ["/nowhere", "/file", "/items", "/items/7/more", "/orderss", "//", "/called"])
def test_an_unknown_path_is_not_found(app, path):
    reply = app.http.get(app.url + path)

    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == "route_not_found"


def test_the_known_routes_are_not_told_outside_of_development(app):
    assert "orders" not in app.http.get("/nowhere").text


@pytest.mark.parametrize(
    "method, path, allow",
    [
        ("DELETE", "/orders", "GET, HEAD, POST"),
        ("POST", "/orders/7", "GET, HEAD, PUT"),
        ("PATCH", "/orders/7/x", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_refused_with_the_right_ones(app, method, path, allow):
    reply = app.http.request(method, path)

    assert reply.status_code == 405
    assert reply.headers["allow"] == allow
    assert reply.json()["code"] == "method_not_allowed"


def test_head_follows_get(app):
    assert app.http.head("/orders").status_code == 200


def test_the_target_of_a_proxy_request_is_taken(app):
    reply = exchange(app.port, "GET http://any.example/files/a HTTP/1.1\r\nhost: other\r\nconnection: close\r\n\r\n")

    assert reply.startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "path", ["/files/../orders", "/files/%2e%2e/orders", "/files/..;/orders", "/files/..%2forders"]
)
def test_dot_segments_are_refused(app, path):
    reply = exchange(app.port, f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")

    assert reply.startswith("HTTP/1.1 400 ")
