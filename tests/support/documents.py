"""What the project's documents promise: their shell lines."""

import re
import shlex
import subprocess

from support.paths import ROOT

FENCED_SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
BASE_URL = "http://127.0.0.1:8080"


def shell_lines(document, program):
    """The lines of a document's shell listings that call `program`."""
    listings = FENCED_SHELL.findall((ROOT / document).read_text())
    lines = [line for listing in listings for line in listing.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line.split(maxsplit=1)[:1] == [program]]


def run_curl(line, base_url, folder):
    """Runs a document's curl line against `base_url`; a status of 400 or above fails it."""
    (folder / ".curlrc").write_text("silent\nshow-error\nfail-with-body\nmax-time = 20\n")
    return subprocess.run(
        ["bash", "-c", line.replace(BASE_URL, base_url)],
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "CURL_HOME": str(folder), "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def run_script(path, *arguments):
    """Runs a script of the project; gives its result with what it printed."""
    return subprocess.run(
        shlex.split(f"{ROOT / path}") + list(arguments),
        capture_output=True,
        text=True,
        timeout=120,
        env=_clean_environment(),
    )


def _clean_environment():
    return {"PATH": "/usr/bin:/bin", "NO_PROXY": "*"}
