"""Fixtures of the tests of `new`, `build` and `dev`."""

import pathlib
import re
import shutil
import sys

import pytest
from support.paths import ROOT

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from projects import develop, make_small_project  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def toolchain():
    """Projects outside of this one are built by the same Rust as it."""
    with pytest.MonkeyPatch.context() as patch:
        if shutil.which("rustup"):
            channel = re.search(r'channel = "([^"]+)"', (ROOT / "rust-toolchain.toml").read_text()).group(1)
            patch.setenv("RUSTUP_TOOLCHAIN", channel)
        yield


@pytest.fixture
def program(tmp_path):
    """A project of one service, `hello`, a small program in C++, not built."""
    return make_small_project(tmp_path)


@pytest.fixture
def developing(tmp_path, program):
    """`skep dev` of that project. Its files are in `project`."""
    running = develop(program, tmp_path)
    running.project = program
    yield running
    assert running.stop() == 0
