"""Reload by SIGHUP and by the control API: what changes, what goes on, what is said."""

import shutil

import pytest

from support.load import hammering
from support.manifest import manifest
from support.paths import guest
from support.polling import eventually

BROKEN = ["bomb_not_wasm", "bomb_truncated", "bomb_magic_only", "bomb_unknown_import"]


def hello(**more):
    return {"module": guest("hello_p2"), "routes": ["/hello"], **more}


def inspecting(currency):
    return {"module": guest("inspect_cgi"), "routes": ["/inspect"], "env": {"CURRENCY": currency}}


@pytest.fixture
def app(platforms):
    return platforms.start(manifest({"hello": hello(), "inspect": inspecting("EUR")}))


def currency_of(app):
    return app.http.get("/inspect").json()["environment"]["CURRENCY"]


def test_a_changed_setting_is_in_force_after_a_reload(app):
    app.write_manifest(manifest({"hello": hello(), "inspect": inspecting("CHF")}))

    told = app.reload()

    assert told["message"] == "reloaded"
    assert currency_of(app) == "CHF"


def test_a_new_service_is_served_after_a_reload(app):
    app.write_manifest(manifest({"hello": hello(), "new": {"module": guest("hello_p3"), "routes": ["/new"]}}))

    app.reload()

    assert app.http.get("/new").status_code == 200
    assert app.http.get("/inspect").status_code == 404


def test_a_new_route_is_served_after_a_reload(app):
    app.write_manifest(manifest({"hello": hello(routes=["/hello", "/hi"])}))

    app.reload()

    assert [app.http.get(path).status_code for path in ("/hello", "/hi")] == [200, 200]


def test_a_changed_module_is_served_after_a_reload(platforms, tmp_path):
    shutil.copy(guest("hello_p2"), tmp_path / "a.wasm")
    app = platforms.start(manifest({"a": {"module": "a.wasm", "routes": ["/*"]}}), folder=tmp_path)
    before = app.service("a")["revision"]
    shutil.copy(guest("echo"), tmp_path / "a.wasm")

    app.reload()

    assert app.service("a")["revision"] != before
    assert app.http.get("/status/418").status_code == 418


def test_what_did_not_change_keeps_its_revision_and_its_counts(app):
    app.http.get("/hello")
    before = app.service("hello")
    app.write_manifest(manifest({"hello": hello(), "inspect": inspecting("CHF")}))

    app.reload()

    assert app.service("hello")["revision"] == before["revision"]
    assert app.service("hello")["requests"] == before["requests"]


def test_the_control_api_reloads_too(app):
    app.write_manifest(manifest({"hello": hello(), "inspect": inspecting("CHF")}))

    reply = app.control.post("/api/v1/reload")

    assert reply.status_code == 200
    assert currency_of(app) == "CHF"


@pytest.mark.parametrize(
    "text, code",
    [
        ("[app\n", "manifest_syntax"),
        ("[gatway]\n", "manifest_unknown_key"),
        ("[services.a]\nurl = 'x'\n", "manifest_invalid_value"),
    ],
)
def test_a_broken_manifest_keeps_the_last_good_one_and_is_told(app, text, code):
    app.write_manifest(text)

    told = app.reload()

    assert told["level"] == "error"
    assert code in told["message"]
    assert "the running revision serves on" in told["message"]
    assert app.http.get("/hello").status_code == 200
    assert currency_of(app) == "EUR"


def test_a_broken_manifest_is_told_to_the_one_who_asked(app):
    app.write_manifest("[app\n")

    reply = app.control.post("/api/v1/reload")

    assert reply.status_code == 400
    assert reply.json()["code"] == "manifest_syntax"


def test_a_manifest_that_is_corrected_is_loaded(app):
    app.write_manifest("[app\n")
    app.reload()
    app.write_manifest(manifest({"hello": hello(), "inspect": inspecting("CHF")}))

    app.reload()

    assert currency_of(app) == "CHF"


def test_a_setting_that_needs_a_restart_is_told(app):
    app.write_manifest(manifest({"hello": hello()}, gateway={"deadline": "3s"}))

    app.reload()

    assert app.wait_for_message("needs a restart")["level"] == "warn"
    assert app.http.get("/hello").status_code == 200


def test_a_reload_of_services_alone_tells_of_no_restart(app):
    app.write_manifest(manifest({"hello": hello()}))

    app.reload()

    assert [record for record in app.log() if "restart" in record["message"]] == []


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_module_keeps_the_services_last_good_one(platforms, tmp_path, broken):
    shutil.copy(guest("hello_p2"), tmp_path / "a.wasm")
    app = platforms.start(manifest({"a": {"module": "a.wasm", "routes": ["/*"]}}), folder=tmp_path)
    shutil.copy(guest(broken), tmp_path / "a.wasm")

    app.reload()

    assert app.http.get("/").text == "Hello from Skep!\n"
    app.wait_for_message("service 'a' keeps its running revision")


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_module_is_named_at_the_start_while_the_others_serve(platforms, broken):
    app = platforms.start(manifest({"good": hello(), "bad": {"module": guest(broken), "routes": ["/bad"]}}))

    refused = app.http.get("/bad")

    assert app.ready["services"] == "1 of 2 running"
    assert app.http.get("/hello").status_code == 200
    assert refused.status_code == 503
    assert refused.json()["code"] == "service_failed"
    assert "service 'bad' does not start" in app.wait_for_message("'bad'")["message"]
    assert app.service("bad")["state"] == "failed"


@pytest.mark.parametrize("broken", ["bomb_not_wasm", "bomb_truncated"])
def test_the_error_of_a_broken_module_has_file_offset_and_reason(platforms, broken):
    app = platforms.start(manifest({"bad": {"module": guest(broken), "routes": ["/bad"]}}))

    error = app.service("bad")["error"]

    assert "module_invalid" in error
    assert f"{broken}.wasm" in error
    assert "offset" in error


def test_a_broken_module_that_is_corrected_serves_after_a_reload(platforms, tmp_path):
    shutil.copy(guest("bomb_truncated"), tmp_path / "a.wasm")
    app = platforms.start(manifest({"a": {"module": "a.wasm", "routes": ["/*"]}}), folder=tmp_path)
    shutil.copy(guest("hello_p2"), tmp_path / "a.wasm")

    app.reload()

    assert app.http.get("/").status_code == 200
    assert app.service("a")["state"] == "running"


def test_reloads_under_load_lose_no_request(platforms, tmp_path):
    shutil.copy(guest("hello_p2"), tmp_path / "a.wasm")
    app = platforms.start(manifest({"a": {"module": "a.wasm", "routes": ["/*"]}}), folder=tmp_path)
    modules = [guest("hello_p3"), guest("hello_p2"), guest("hello_cgi"), guest("hello_p2")]

    with hammering(app.url + "/") as load:
        told = [reload_with(app, load, module) for module in modules]

    assert [record["message"] for record in told] == ["reloaded"] * 4
    assert set(load.outcomes) == {200}


def reload_with(app, load, module):
    """Swaps the module, reloads, and lets some requests more come back."""
    shutil.copy(module, app.folder / "a.wasm")
    told = app.reload()
    served = load.count
    eventually(lambda: load.count > served + 20, "requests after the reload")
    return told


def test_a_request_in_flight_ends_on_the_revision_that_took_it(platforms, tmp_path):
    shutil.copy(guest("echo"), tmp_path / "a.wasm")
    app = platforms.start(manifest({"a": {"module": "a.wasm", "routes": ["/*"]}}), folder=tmp_path)

    with app.http.stream("GET", "/stream?chunks=30&size=10&delay=10") as reply:
        shutil.copy(guest("hello_p2"), tmp_path / "a.wasm")
        app.reload()
        body = b"".join(reply.iter_raw())

    assert body == b"x" * 300
    assert app.http.get("/").text == "Hello from Skep!\n"
