"""A module file that is not there, or is no file: an error of its service alone."""

import os

import pytest

from support.commands import skep
from support.manifest import manifest
from support.paths import guest

SERVICES = {
    "well": {"module": guest("hello_p2"), "routes": ["/well"]},
    "broken": {"module": "broken.wasm", "routes": ["/broken"]},
}

MAKERS = {
    "absent": lambda path: None,
    "folder": lambda path: path.mkdir(),
    "pipe": lambda path: os.mkfifo(path),
    "loop": lambda path: path.symlink_to(path.name),
    "dangling link": lambda path: path.symlink_to("nothing"),
    "under a file": lambda path: None,
}


@pytest.fixture(params=MAKERS, ids=str)
def broken(request, tmp_path):
    """The text of a manifest with a module that cannot be read."""
    MAKERS[request.param](tmp_path / "broken.wasm")
    module = "skep.toml/broken.wasm" if request.param == "under a file" else "broken.wasm"
    return manifest(SERVICES | {"broken": SERVICES["broken"] | {"module": module}})


def test_a_module_that_cannot_be_read_leaves_the_others_running(platforms, tmp_path, broken):
    app = platforms.start(broken, folder=tmp_path)

    assert app.http.get("/well").status_code == 200
    assert app.http.get("/broken").status_code >= 400
    failed = app.service("broken")
    assert failed["state"] == "failed"
    assert "module_not_found" in failed["error"]
    assert "broken.wasm" in failed["error"]


def test_check_says_which_module_cannot_be_read(tmp_path, broken):
    (tmp_path / "skep.toml").write_text(broken)

    refused = skep("check", tmp_path, "-o", "json")

    assert refused.exit_code == 3
    assert refused.codes == ["module_not_found"]


def test_a_reload_without_a_module_keeps_what_runs(platforms, tmp_path):
    text = manifest(SERVICES)
    (tmp_path / "broken.wasm").write_bytes(open(guest("echo"), "rb").read())
    app = platforms.start(text, folder=tmp_path)
    (tmp_path / "broken.wasm").unlink()

    told = app.reload()

    assert told["message"] == "reloaded in part"
    assert app.http.get("/well").status_code == 200
    assert app.service("broken")["state"] == "running"
    assert "module_not_found" in app.service("broken")["error"]
