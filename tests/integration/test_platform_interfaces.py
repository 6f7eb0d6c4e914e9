"""Skep's own interfaces, from a component by WIT and from a program by the core interface."""

import json
import urllib.parse

import pytest

from support.manifest import manifest
from support.paths import guest

GRANTS = {
    "config": {"currency": "EUR", "empty": ""},
    "secrets": ["jwt", "bytes"],
    "calls": ["echo", "hello"],
}
FORMS = ["component", "program"]


@pytest.fixture(scope="module")
def app(shared_platforms, tmp_path_factory):
    key = tmp_path_factory.mktemp("secrets") / "key"
    key.write_bytes(b"\xff!")
    services = {
        "component": {"module": guest("platform_p2"), "log_level": "info", **GRANTS},
        "program": {"module": guest("platform_cgi"), "log_level": "info", **GRANTS},
        "echo": {"module": guest("echo")},
        "hello": {"module": guest("hello_cgi")},
        "secluded": {"module": guest("hello_cgi")},
    }
    return shared_platforms.start(
        manifest(services, secrets={"jwt": {"value": "hush-hush"}, "bytes": {"file": str(key)}})
    )


class Asking:
    """Asks a guest to make one call of an interface; gives the JSON that it answers."""

    def __init__(self, app, form):
        self._app = app
        self._form = form

    def __call__(self, what, body="", **arguments):
        call = {"service": self._form, "method": "POST"}
        if self._form == "component":
            call |= {"path": f"/{what}?{urllib.parse.urlencode(arguments, quote_via=urllib.parse.quote)}", "body": body}
        else:
            call |= {"path": f"/{what}", "body": "\n".join([*arguments.values(), body])}
        reply = self._app.control.post("/api/v1/call", json=call).json()
        return json.loads(reply["body"])


@pytest.fixture(params=FORMS)
def ask(app, request):
    return Asking(app, request.param)


@pytest.fixture(params=FORMS)
def form(request):
    return request.param


# Calls.


def test_a_call_gives_the_body_of_the_reply(ask):
    assert ask("invoke", service="hello", call="GET /") == {"ok": "Hello from Skep!\n"}


def test_a_call_carries_a_body(ask):
    assert ask("invoke", service="echo", call="POST /echo", body="three\nlines\n") == {"ok": "three\nlines\n"}


def test_a_bare_name_means_post(ask):
    assert ask("invoke", service="echo", call="echo", body="abc") == {"ok": "abc"}


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_status_of_failure_is_an_error_that_tells_it(ask, status):
    refused = ask("invoke", service="echo", call=f"GET /status/{status}")

    assert refused["code"] == "upstream_status"
    assert refused["message"].startswith(str(status))


@pytest.mark.parametrize("service", ["secluded", "nobody"])
def test_a_call_without_a_grant_names_the_grant(ask, service):
    refused = ask("invoke", service=service, call="GET /")

    assert refused["code"] == "call_not_granted"
    assert service in refused["message"]
    assert "calls" in refused["message"]


# Settings and secrets.


@pytest.mark.parametrize("name, value", [("currency", "EUR"), ("empty", ""), ("missing", None)])
def test_a_setting_is_read(ask, name, value):
    assert ask("config", name=name) == {"ok": value}


def test_a_granted_secret_is_read(ask):
    assert ask("secret", name="jwt") == {"ok": "hush-hush"}


def test_another_secret_is_refused_by_name(ask):
    refused = ask("secret", name="tls")

    assert refused["code"] == "secret_not_granted"
    assert "tls" in refused["message"]


def test_a_secret_that_is_no_text_is_refused_as_text(ask):
    assert ask("secret", name="bytes")["code"] == "secret_not_text"


def test_a_secret_that_is_no_text_is_read_as_bytes(app):
    assert Asking(app, "component")("secret-bytes", name="bytes") == {"ok": "\ufffd!"}


def test_a_secret_is_shown_nowhere(app):
    shown = [app.control.get(path).text for path in ("/api/v1/config", "/api/v1/status", "/api/v1/logs", "/metrics")]

    assert "hush-hush" not in "".join(shown)


# Who calls.


@pytest.mark.parametrize("field, value", [("kind", "anonymous"), ("service", None), ("subject", None)])
def test_a_caller_from_outside_is_nobody(ask, field, value):
    assert ask("identity", name=field) == {"ok": value}


def test_an_unknown_fact_of_the_caller_is_an_error(ask):
    assert ask("identity", name="shoe_size")["code"] == "unknown_identity_field"


# Log lines.


@pytest.mark.parametrize("level", ["info", "warn", "error"])
def test_a_log_line_has_its_level_and_its_service(app, level):
    Asking(app, "component")("log", level=level, message=f"said as {level}")

    record = app.wait_for_message(f"said as {level}")
    assert record["level"] == level
    assert record["service"] == "component"


def test_a_log_line_below_the_services_level_is_dropped(app):
    ask = Asking(app, "component")
    ask("log", level="debug", message="said too softly")
    ask("log", level="info", message="said after it")

    app.wait_for_message("said after it")
    assert "said too softly" not in [record["message"] for record in app.log()]


def test_a_log_line_of_a_program_has_its_service(app):
    Asking(app, "program")("log", level="beans are out", message="third")

    assert app.wait_for_message("beans are out")["service"] == "program"


def test_a_log_line_has_its_fields(app):
    Asking(app, "component")(
        "log-fields", level="info", message="with fields", fields='{"order": 7, "customer": "alice"}'
    )

    record = app.wait_for_message("with fields")
    assert (record["order"], record["customer"]) == ("7", "alice")


def test_a_log_line_cannot_forge_another(app):
    Asking(app, "component")("log", level="info", message='one\n{"level":"error","message":"forged"}')

    app.wait_for_message("one\n")
    assert [record for record in app.log() if record["message"] == "forged"] == []


def test_a_field_cannot_replace_what_skep_says(app):
    Asking(app, "component")(
        "log-fields",
        level="info",
        message="honest",
        fields='{"service": "users", "level": "error", "message": "forged"}',
    )

    record = app.wait_for_log(lambda record: "honest" in record.values() or "forged" in record.values())
    assert record["service"] == "component"
    assert record["level"] == "info"
    assert record["message"] == "honest"
    assert record["field_service"] == "users"


# Metrics.


def test_a_series_keeps_its_kind(ask):
    ask("counter", name="kept")

    assert ask("gauge", name="kept")["code"] == "metric_kind_differs"


@pytest.mark.parametrize("name", ["", "with space", "1st"])
def test_a_name_that_is_none_is_refused(ask, name):
    assert ask("counter", name=name)["code"] == "invalid_argument"


def test_a_span_begins_and_ends(ask):
    assert "ok" in ask("span", name="pricing")
