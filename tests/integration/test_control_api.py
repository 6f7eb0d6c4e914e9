"""The control API: its token, its document, and what it answers."""

import json
import os
import stat

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.commands import skep
from support.manifest import manifest
from support.paths import guest
from support.polling import eventually

OPEN_PATHS = ["/livez", "/readyz", "/startupz", "/metrics"]
SERVICES = {
    "hello": {"module": guest("hello_p2"), "routes": ["/hello"], "version": "1.2.3"},
    "echo": {"module": guest("echo"), "routes": ["/echo", "/status/*"]},
    "platform": {
        "module": guest("platform_p2"),
        "routes": ["/log", "/counter", "/gauge", "/histogram"],
        "secrets": ["key"],
    },
    "stored": {"module": guest("hello_p2"), "data": True},
    "hidden": {"module": guest("hello_p3"), "health": False, "metrics": False},
}


MANIFEST = manifest(SERVICES, secrets={"key": {"value": "hush"}})


@pytest.fixture(scope="module")
def app(shared_platforms):
    return shared_platforms.start(MANIFEST)


@pytest.fixture(scope="module")
def document(app):
    return app.control.get("/api/v1/openapi.json").json()


def operations(document):
    return [(method, path, what) for path, methods in document["paths"].items() for method, what in methods.items()]


def call(app, **members):
    return app.control.post("/api/v1/call", json=members)


def samples(text):
    """{(name, labels as a frozenset): value} of a Prometheus text."""
    families = text_string_to_metric_families(text)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def of_service(name):
    return frozenset({("service", name)})


# The token.


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer wrong", "Basic dTpw"])
@pytest.mark.parametrize("path", ["/api/v1/status", "/api/v1/logs", "/api/v1/nothing"])
def test_without_the_token_nothing_is_told(app, path, token):
    headers = {} if token is None else {"authorization": token}

    reply = httpx.get(app.control_url + path, headers=headers, trust_env=False)

    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == "unauthenticated"


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_case_of_the_scheme_does_not_matter(app, scheme):
    headers = {"authorization": f"{scheme} {app.token}"}

    assert httpx.get(app.control_url + "/api/v1/status", headers=headers, trust_env=False).status_code == 200


@pytest.mark.parametrize("path", OPEN_PATHS)
def test_probes_and_scrapers_need_no_token(app, path):
    assert httpx.get(app.control_url + path, trust_env=False).status_code == 200


def test_the_token_is_the_owners_alone(app):
    assert stat.S_IMODE(os.stat(app.data_directory / "control.token").st_mode) == 0o600


def test_the_token_survives_a_restart(platforms, tmp_path):
    first = platforms.start(MANIFEST, folder=tmp_path)
    token = first.token
    first.stop()

    second = platforms.start(MANIFEST, folder=tmp_path)

    assert second.token == token
    assert second.control.get("/api/v1/status").status_code == 200


# The document.


def test_the_document_is_openapi(document):
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["title"]
    assert document["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}


def test_every_operation_of_the_document_answers_as_it_says(app, document, tmp_path):
    bodies = {
        "/api/v1/call": {"service": "hello"},
        "/api/v1/stores/{service}/query": {"sql": "SELECT 1"},
        "/api/v1/stores/{service}/export": {"file": str(tmp_path / "stored.db")},
        "/api/v1/backup": {"directory": str(tmp_path / "backup")},
    }

    replies = {
        path: app.control.request(method.upper(), path.format(service="stored"), json=bodies.get(path))
        for method, path, _ in operations(document)
    }

    assert {path: reply.status_code for path, reply in replies.items()} == dict.fromkeys(replies, 200)
    types = {path: next(iter(what["responses"]["200"]["content"])) for _, path, what in operations(document)}
    assert {path: reply.headers["content-type"].split(";")[0] for path, reply in replies.items()} == types


def test_the_document_says_what_needs_the_token(app, document):
    needing = {path for _, path, what in operations(document) if what["security"]}

    refused = {
        path
        for method, path, _ in operations(document)
        if httpx.request(method.upper(), app.control_url + path, trust_env=False).status_code == 401
    }

    assert refused == needing


# Status.


def test_status_tells_of_every_service(app):
    status = app.status()

    assert status["name"] == "test"
    assert status["ready"] is True
    assert {service["name"]: service["state"] for service in status["services"]} == dict.fromkeys(SERVICES, "running")


def test_status_tells_kind_version_and_routes(app):
    hello = app.service("hello")

    assert hello["kind"] == "http 0.2"
    assert hello["version"] == "1.2.3"
    assert hello["routes"] == ["/hello"]
    assert hello["revision"]


def test_status_counts_requests_and_errors(app):
    before = app.service("echo")

    statuses = [app.http.get(f"/status/{status}").status_code for status in (200, 404, 500)]

    after = app.service("echo")
    assert statuses == [200, 404, 500]
    assert after["requests"] - before["requests"] == 3
    assert after["client_errors"] - before["client_errors"] == 1
    assert after["errors"] - before["errors"] == 1


def test_the_status_command_shows_every_service(app):
    shown = skep("status", "--manifest", app.folder, "--control", app.control_url.removeprefix("http://")).stdout

    assert [name for name in SERVICES if name not in shown] == []


def test_a_command_finds_the_running_application_by_its_folder(app):
    shown = skep("status", "--manifest", app.folder, "-o", "name").stdout

    assert shown.split() == sorted(SERVICES)


# Calls.


def test_a_call_reaches_a_service_without_a_route(app):
    reply = call(app, service="hidden", path="/any").json()

    assert reply["status"] == 200
    assert reply["body"] == "Hello from Skep!\n"


def test_a_call_carries_method_fields_and_body(app):
    reply = call(
        app, service="echo", method="POST", path="/echo", headers={"content-type": "text/x"}, body="abc"
    ).json()

    assert reply["headers"]["content-type"] == "text/x"
    assert reply["body"] == "abc"


def test_a_call_of_an_unknown_service_is_not_found(app):
    reply = call(app, service="nobody")

    assert reply.status_code == 404
    assert reply.json()["code"] == "service_not_found"


@pytest.mark.parametrize("members", [{}, {"service": "NO SUCH"}, {"service": "hello", "path": "x"}])
def test_a_call_that_makes_no_sense_is_refused(app, members):
    assert call(app, **members).status_code == 400


@pytest.mark.parametrize("body", ["", "[]", "{", "null", "[" * 10000])
def test_a_call_that_is_no_json_object_is_refused(app, body):
    reply = app.control.post("/api/v1/call", content=body)

    assert reply.status_code == 400
    assert reply.json()["code"] == "invalid_argument"


@pytest.mark.parametrize("status, exit_code", [(200, 0), (404, 1), (503, 1)])
def test_the_call_command_ends_by_the_status(app, status, exit_code):
    control = ["--manifest", app.folder, "--control", app.control_url.removeprefix("http://")]

    assert skep("call", "echo", f"/status/{status}", *control).exit_code == exit_code


def test_a_call_of_head_has_no_body(app):
    reply = call(app, service="echo", method="HEAD", path="/status/200").json()

    assert reply["status"] == 200
    assert reply["body"] == ""
    assert reply["headers"]["content-length"] == "12"


def test_the_call_command_prints_the_body_alone(app):
    control = ["--manifest", app.folder, "--control", app.control_url.removeprefix("http://")]

    printed = skep("call", "echo", "POST", "/echo", "-d", "-", *control, stdin="from the shell\n")

    assert printed.stdout == "from the shell\n"


@pytest.mark.parametrize(
    "method, path, allowed",
    [
        *(("POST", path, "GET") for path in OPEN_PATHS),
        ("POST", "/api/v1/status", "GET"),
        ("GET", "/api/v1/call", "POST"),
        ("DELETE", "/api/v1/logs", "GET"),
    ],
)
def test_a_wrong_method_is_refused_with_the_right_one(app, method, path, allowed):
    reply = app.control.request(method, path)

    assert reply.status_code == 405
    assert reply.json()["code"] == "method_not_allowed"
    assert reply.headers["allow"] == allowed


# Logs.


def test_the_log_of_an_unknown_service_is_not_found(app):
    control = ["--manifest", app.folder, "--control", app.control_url.removeprefix("http://")]

    refused = skep("logs", "nope", *control, "-o", "json")

    assert refused.exit_code == 3
    assert refused.codes == ["service_not_found"]
    assert "hello" in refused.errors[0]["message"]


def test_logs_tell_what_a_service_logged(app):
    app.http.get("/log?level=warn&message=beans%20are%20out")
    app.wait_for_message("beans are out")

    records = [json.loads(line) for line in app.control.get("/api/v1/logs?service=platform").text.splitlines()]

    told = next(record for record in records if record["message"] == "beans are out")
    assert told["level"] == "warn"
    assert told["service"] == "platform"
    assert {record["service"] for record in records} == {"platform"}


def test_logs_go_on_where_they_ended(app):
    next_line = app.control.get("/api/v1/logs").headers["x-skep-next"]
    app.http.get("/log?level=info&message=after%20it")
    app.wait_for_message("after it")

    told = app.control.get(f"/api/v1/logs?service=platform&from={next_line}").text

    assert "after it" in [json.loads(line)["message"] for line in told.splitlines()]
    assert "beans are out" not in told


def test_the_tail_of_the_logs_is_bounded(app):
    assert [app.http.get("/hello").status_code for _ in range(3)] == [200, 200, 200]
    assert len(app.control.get("/api/v1/logs?tail=2").text.splitlines()) == 2


def test_a_tail_that_is_no_number_is_refused(app):
    assert app.control.get("/api/v1/logs?tail=many").status_code == 400


def test_the_logs_command_prints_one_services_lines(app):
    app.http.get("/log?level=info&message=for%20the%20command")
    app.wait_for_message("for the command")

    printed = skep(
        "logs",
        "platform",
        "--manifest",
        app.folder,
        "--control",
        app.control_url.removeprefix("http://"),
        "-o",
        "jsonl",
    )

    assert {json.loads(line)["service"] for line in printed.stdout.splitlines()} == {"platform"}


# Metrics.


def test_metrics_count_requests_by_service(app):
    before = samples(app.metrics())[("skep_service_requests_total", of_service("hello"))]

    app.http.get("/hello")

    after = samples(app.metrics())
    assert after[("skep_service_requests_total", of_service("hello"))] == before + 1
    assert after[("skep_service_up", of_service("hello"))] == 1


def test_metrics_tell_the_cpu_time_of_guests(app):
    app.http.get("/hello")

    def used():
        return samples(app.metrics())[("skep_service_cpu_seconds_total", of_service("hello"))]

    eventually(lambda: used() > 0, "the CPU time of the guest")


def test_metrics_have_one_help_and_one_type_for_each_family(app):
    lines = app.metrics().splitlines()

    helps = [line.split()[2] for line in lines if line.startswith("# HELP")]
    types = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(helps) == len(set(helps))
    assert helps == types


def test_the_buckets_of_a_histogram_grow_to_its_count(app):
    app.http.get("/hello")

    families = {family.name: family for family in text_string_to_metric_families(app.metrics())}

    mine = [
        sample for sample in families["skep_service_duration_seconds"].samples if sample.labels["service"] == "hello"
    ]
    buckets = [sample.value for sample in mine if sample.name.endswith("_bucket")]
    counts = [sample.value for sample in mine if sample.name.endswith("_count")]
    assert buckets == sorted(buckets)
    assert buckets[-1:] == counts


@pytest.mark.parametrize(
    "path, name, value",
    [("/counter?name=beans_total&value=3", "beans_total", 3), ("/gauge?name=stock&value=2.5", "stock", 2.5)],
)
def test_metrics_have_the_series_of_guests(app, path, name, value):
    assert app.http.get(path).json() == {"ok": None}

    assert samples(app.metrics())[(f"skep_guest_{name}", of_service("platform"))] == value


# Health.


def test_a_verbose_probe_tells_of_every_service(app):
    told = app.control.get("/readyz?verbose").json()

    assert told == {"status": "ready", "services": dict.fromkeys(SERVICES, "running")}


def test_a_services_health_has_its_version(app):
    reply = app.http.get("/_services/hello/health")

    assert reply.status_code == 200
    assert reply.json() == {"service": "hello", "version": "1.2.3", "status": "healthy"}


def test_a_services_metrics_are_json(app):
    app.http.get("/hello")

    told = app.http.get("/_services/hello/metrics").json()

    assert told["service"] == "hello"
    assert told["requests"] >= 1
    assert told["uptime"] > 0


def test_a_services_metrics_are_prometheus_text_where_it_is_accepted(app):
    reply = app.http.get("/_services/hello/metrics", headers={"accept": "text/plain;version=0.0.4"})

    assert reply.headers["content-type"].startswith("text/plain")
    assert ("skep_service_requests_total", of_service("hello")) in samples(reply.text)
    assert ("skep_service_requests_total", of_service("echo")) not in samples(reply.text)


@pytest.mark.parametrize(
    "path",
    [
        "/_services/hidden/health",
        "/_services/hidden/metrics",
        "/_services/nobody/health",
        "/_services/hello",
        "/_services/hello/x",
    ],
)
def test_what_is_off_or_unknown_is_not_found(app, path):
    reply = app.http.get(path)

    assert reply.status_code == 404
    assert reply.json()["code"] == "route_not_found"


def test_a_services_endpoint_is_read_only(app):
    reply = app.http.post("/_services/hello/health")

    assert reply.status_code == 405
    assert reply.headers["allow"] == "GET, HEAD"
