"""Each kind of guest answers over HTTP and sees its request."""

import pytest

from support.manifest import manifest
from support.paths import ROOT, guest

HELLO = ["hello_p2", "hello_p3", "hello_cgi"]
INSPECT = ["inspect", "inspect_cgi"]


@pytest.fixture(scope="module")
def app(shared_platforms):
    services = {name: {"module": guest(name), "routes": [f"/{name}"]} for name in HELLO}
    services["users"] = {
        "module": guest("users"),
        "routes": ["/users", "/users/*"],
        "data": True,
        "migrations": str(ROOT / "examples/shop/users/migrations"),
    }
    services["inspect"] = {
        "module": guest("inspect"),
        "routes": ["/inspect", "/inspect/*"],
        "version": "1.2.3",
        "env": {"CURRENCY": "EUR"},
    }
    services["inspect_cgi"] = {
        "module": guest("inspect_cgi"),
        "routes": ["/inspect_cgi", "/inspect_cgi/*", "/plain", "/json", "/status"],
        "version": "1.2.3",
        "env": {"CURRENCY": "EUR"},
    }
    return shared_platforms.start(manifest(services))


def seen_by_component(app, method, path, **request):
    return app.http.request(method, path, **request).json()


def seen_by_program(app, method, path, **request):
    return app.http.request(method, path, **request).json()["environment"]


@pytest.mark.parametrize("name", HELLO)
def test_a_guest_answers(app, name):
    reply = app.http.get(f"/{name}")

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/plain"
    assert reply.text == "Hello from Skep!\n"


@pytest.mark.parametrize("name", HELLO)
def test_head_has_the_head_of_get_and_no_body(app, name):
    whole = app.http.get(f"/{name}")

    reply = app.http.head(f"/{name}")

    assert reply.status_code == 200
    assert reply.headers["content-type"] == whole.headers["content-type"]
    assert reply.content == b""


@pytest.mark.parametrize("name", HELLO)
def test_a_guest_answers_many_requests_of_one_connection(app, name):
    replies = {app.http.get(f"/{name}").text for _ in range(200)}

    assert replies == {"Hello from Skep!\n"}


def test_a_program_of_the_cpp_sdk_answers(app):
    reply = app.http.post("/users", json={"username": "alice", "email": "alice@example.com"})

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.json()["success"] is True


def test_a_component_sees_method_path_and_query_as_they_were_sent(app):
    seen = seen_by_component(app, "PUT", "/inspect/a%20b/c?x=1&y=%2F")

    assert seen["method"] == "PUT"
    assert seen["path_with_query"] == "/inspect/a%20b/c?x=1&y=%2F"
    assert seen["scheme"] == "http"
    assert seen["authority"] == app.url.removeprefix("http://")


def test_a_component_sees_the_fields_of_the_request(app):
    seen = seen_by_component(app, "GET", "/inspect", headers=[("x-one", "1"), ("x-two", "a"), ("x-two", "b")])

    fields = [tuple(field) for field in seen["headers"]]
    assert ("x-one", "1") in fields
    assert {("x-two", "a"), ("x-two", "b")} <= set(fields)


def test_a_component_never_sees_fields_of_the_connection(app):
    headers = {"connection": "keep-alive, x-hop", "x-hop": "1", "keep-alive": "timeout=5", "te": "trailers"}

    seen = seen_by_component(app, "GET", "/inspect", headers=headers)

    names = {name for name, _ in seen["headers"]}
    assert names.isdisjoint({"connection", "x-hop", "keep-alive", "transfer-encoding"})


def test_a_component_never_sees_reserved_fields_from_outside(app):
    seen = seen_by_component(app, "GET", "/inspect", headers={"x-skep-identity": "admin", "X-Skep-Caller": "users"})

    names = {name for name, _ in seen["headers"]}
    assert names.isdisjoint({"x-skep-identity", "x-skep-caller"})


def test_a_program_sees_the_request_as_cgi_variables(app):
    seen = seen_by_program(
        app, "POST", "/inspect_cgi/a/b?x=1", content=b"abc", headers={"content-type": "text/x", "x-one": "1"}
    )

    assert seen["REQUEST_METHOD"] == "POST"
    assert seen["HTTP_METHOD"] == "POST"
    assert seen["HTTP_PATH"] == "/inspect_cgi/a/b"
    assert seen["QUERY_STRING"] == "x=1"
    assert seen["CONTENT_TYPE"] == "text/x"
    assert seen["CONTENT_LENGTH"] == "3"
    assert seen["HTTP_X_ONE"] == "1"
    assert seen["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert seen["GATEWAY_INTERFACE"] == "CGI/1.1"
    assert seen["REMOTE_ADDR"] == "127.0.0.1"


def test_a_program_reads_the_body_from_its_input(app):
    body = "x" * 300_000

    reply = app.http.post("/inspect_cgi", content=body)

    assert reply.json()["body"] == body


def test_a_program_never_sees_a_proxy_field_as_a_variable(app):
    seen = seen_by_program(app, "GET", "/inspect_cgi", headers={"proxy": "http://evil.example"})

    assert "HTTP_PROXY" not in seen


@pytest.mark.parametrize("name", INSPECT)
def test_a_guest_has_its_own_environment_only(app, name):
    seen = dict(app.http.get(f"/{name}").json()["environment"])

    assert seen["SERVICE_NAME"] == name
    assert seen["SERVICE_VERSION"] == "1.2.3"
    assert seen["LOG_LEVEL"] == "info"
    assert seen["CURRENCY"] == "EUR"
    assert {"HOME", "USER", "XDG_CACHE_HOME"}.isdisjoint(seen)


@pytest.mark.parametrize(
    "path, status, content_type, text",
    [
        ("/plain", 200, "text/plain", "plain text\nof two lines\n"),
        ("/json", 200, "application/json", '{"plain": false}\n'),
        ("/status", 418, "text/plain", "short and stout\n"),
    ],
)
def test_the_output_of_a_program_becomes_its_reply(app, path, status, content_type, text):
    reply = app.http.get(path)

    assert reply.status_code == status
    assert reply.headers["content-type"].startswith(content_type)
    assert reply.text == text


def test_fields_of_a_program_reach_the_client(app):
    assert app.http.get("/status").headers["x-pot"] == "tea"


@pytest.mark.parametrize("name", HELLO)
def test_a_request_is_logged_with_its_trace(app, name):
    reply = app.http.get(f"/{name}")

    record = app.wait_for_log(lambda record: record.get("trace_id") == reply.headers["x-trace-id"])
    assert record["service"] == name
    assert record["message"] == f"GET /{name}"
    assert record["status"] == "200"
