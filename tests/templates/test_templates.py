"""Every template: made, built, served, called; and its own test."""

import subprocess

import pytest
from projects import PATIENCE, TEMPLATES, addresses_in, build, has_rust_for_wasm, make_project, skep
from support.running import launch_project


@pytest.fixture(scope="module", params=TEMPLATES, ids=str)
def template(request, toolchain):
    if request.param.language == "rust" and not has_rust_for_wasm():
        pytest.skip("neither Rust's target wasm32-wasip2 nor the source of its library is installed")
    return request.param


@pytest.fixture(scope="module")
def project(template, tmp_path_factory):
    return make_project(template, tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def running(project, tmp_path_factory):
    build(project)
    folder = tmp_path_factory.mktemp("output")
    running = launch_project(project, folder, addresses_in(folder))
    yield running
    assert running.stop() == 0


def test_answers_as_its_readme_says(template, running):
    reply = running.http.get("/hello/Ada")

    assert (reply.status_code, reply.text) == (200, template.greeting)


def test_answers_404_where_it_has_no_page(running):
    assert running.http.get("/hello/").status_code == 404


def test_keeps_its_guests(running):
    added = running.http.post("/guests", json={"name": "Ada"})

    assert (added.status_code, added.json()) == (201, {"id": 1, "name": "Ada"})
    assert running.http.get("/guests").json() == [{"id": 1, "name": "Ada"}]


def test_refuses_a_guest_that_is_there_or_has_no_name(running):
    running.http.post("/guests", json={"name": "Grace"})

    assert running.http.post("/guests", json={"name": "Grace"}).status_code == 409
    assert running.http.post("/guests", json={"name": ""}).status_code == 400
    assert running.http.post("/guests", content=b"Ada").status_code == 400


def test_passes_its_own_test(template, project):
    done = subprocess.run(template.test, shell=True, cwd=project, capture_output=True, text=True, timeout=PATIENCE)

    assert done.returncode == 0, done.stdout + done.stderr


def test_is_checked_without_being_started(project, running):
    assert skep("check", project).returncode == 0
