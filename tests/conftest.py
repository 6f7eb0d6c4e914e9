"""Fixtures of all tests that run the binary. See tests/README.md."""

import functools
import sys

import pytest

sys.dont_write_bytecode = True

pytest.register_assert_rewrite("support.running", "support.polling", "support.commands")

from support.paths import SKEP  # noqa: E402
from support.running import launch, launch_project  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory):
    """No setting of the person who runs the tests reaches them; one code cache serves the whole run."""
    assert SKEP.exists(), f"{SKEP} is not built: run tools/build dev, or set SKEP"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("NO_COLOR", "1")
        yield


class Platforms:
    """Starts platforms, each in a folder of its own, and stops them all in the end."""

    def __init__(self, make_folder):
        self._make_folder = make_folder
        self._running = []

    def start(self, manifest, arguments=(), environment=None, folder=None):
        """A running platform of `manifest`, the text of a skep.toml, in `folder` or one of its own.

        Raises StartFailed where it does not start.
        """
        return self._keep(launch(folder or self._make_folder(), manifest, arguments, environment))

    def start_project(self, project, arguments=(), environment=None):
        """A running platform of a project that is there, its state in a temporary folder."""
        folder = self._make_folder()
        state = ["--data-dir", str(folder / ".skep")]
        return self._keep(launch_project(project, folder, [*state, *arguments], environment))

    def _keep(self, running):
        self._running.append(running)
        return running

    def stop_all(self):
        exit_codes = [running.stop() for running in self._running if running.is_alive]
        assert set(exit_codes) <= {0}, f"skep up did not end in good order: {exit_codes}"


def _platforms(tmp_path_factory):
    platforms = Platforms(functools.partial(tmp_path_factory.mktemp, "platform"))
    yield platforms
    platforms.stop_all()


@pytest.fixture
def platforms(tmp_path_factory):
    """Starts platforms that only this test uses: `platforms.start(manifest(...))`."""
    yield from _platforms(tmp_path_factory)


@pytest.fixture(scope="module")
def shared_platforms(tmp_path_factory):
    """Starts platforms that all tests of a module share, where they do not disturb each other."""
    yield from _platforms(tmp_path_factory)
