"""What a guest may see of the machine: the files, the variables and the secrets that it was granted, no more."""

import json

import pytest

from support.manifest import manifest
from support.paths import guest

SECRET = "outside of every grant\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project with granted folders, and files beside them that no guest may reach."""
    root = tmp_path_factory.mktemp("project")
    (root / "read/below").mkdir(parents=True)
    (root / "read/a.txt").write_text("first\n")
    (root / "read/below/b.txt").write_text("second\n")
    (root / "write").mkdir()
    (root / "secret.txt").write_text(SECRET)
    (root / "read/link.txt").symlink_to("../secret.txt")
    (root / "read/absolute.txt").symlink_to(root / "secret.txt")
    (root / "read/up").symlink_to("..")
    (root / "read/inside.txt").symlink_to("below/b.txt")
    return root


@pytest.fixture(scope="module")
def app(shared_platforms, folder):
    services = {
        "granted": {"module": guest("inspect"), "files": ["read:/read:ro", "write:/write:rw"]},
        "usual": {"module": guest("inspect"), "files": ["read:/read"]},
        "bare": {"module": guest("inspect")},
        "program": {"module": guest("inspect_cgi"), "files": ["read:/read:ro"]},
    }
    return shared_platforms.start(manifest(services), folder=folder)


def ask(app, service, target, method="GET", body=""):
    call = {"service": service, "method": method, "path": target, "body": body}
    return app.control.post("/api/v1/call", json=call).json()


@pytest.mark.parametrize("service", ["granted", "usual", "program"])
@pytest.mark.parametrize(
    "path, text", [("/read/a.txt", "first\n"), ("/read/below/b.txt", "second\n"), ("/read/inside.txt", "second\n")]
)
def test_a_granted_file_is_read(app, service, path, text):
    reply = ask(app, service, f"/file?path={path}")

    assert (reply["status"], reply["body"]) == (200, text)


def test_a_granted_folder_is_listed(app):
    reply = ask(app, "granted", "/list?path=/read")

    assert json.loads(reply["body"]) == ["a.txt", "absolute.txt", "below", "inside.txt", "link.txt", "up"]


def test_a_file_of_a_writable_folder_is_written(app, folder):
    reply = ask(app, "granted", "/write?path=/write/new.txt", "PUT", "written by a guest\n")

    assert reply["status"] == 200
    assert (folder / "write/new.txt").read_text() == "written by a guest\n"


@pytest.mark.parametrize("service", ["granted", "usual"])
@pytest.mark.parametrize("path", ["/read/new.txt", "/read/a.txt"])
def test_a_read_only_folder_is_never_written(app, folder, service, path):
    reply = ask(app, service, f"/write?path={path}", "PUT", "changed\n")

    assert reply["status"] == 403
    assert (folder / "read/a.txt").read_text() == "first\n"
    assert not (folder / "read/new.txt").exists()


@pytest.mark.parametrize("service", ["granted", "program"])
@pytest.mark.parametrize(
    "path",
    [
        "/read/../secret.txt",
        "/read/below/../../secret.txt",
        "/read/link.txt",
        "/read/absolute.txt",
        "/read/up/secret.txt",
        "/secret.txt",
        "secret.txt",
        "../secret.txt",
        "/etc/passwd",
        "/proc/self/environ",
    ],
)
def test_nothing_outside_of_the_grant_is_reached(app, service, path):
    reply = ask(app, service, f"/file?path={path}")

    assert reply["status"] == 403
    assert SECRET not in reply["body"]
    assert "root:" not in reply["body"]


def test_nothing_is_written_through_a_link_that_leads_out(app, folder):
    (folder / "write/out.txt").symlink_to("../secret.txt")

    reply = ask(app, "granted", "/write?path=/write/out.txt", "PUT", "overwritten\n")

    assert reply["status"] == 403
    assert (folder / "secret.txt").read_text() == SECRET


@pytest.mark.parametrize("path", ["/", "/read", "."])
def test_a_guest_without_a_grant_sees_no_file_at_all(app, path):
    assert ask(app, "bare", f"/list?path={path}")["status"] == 403


def test_a_guest_has_no_arguments_and_no_variables_but_its_own(app):
    seen = json.loads(ask(app, "bare", "/")["body"])

    assert {name for name, _ in seen["environment"]} == {"SERVICE_NAME", "SERVICE_VERSION", "LOG_LEVEL"}
    assert len(seen["arguments"]) <= 1
