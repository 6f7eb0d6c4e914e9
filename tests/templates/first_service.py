"""What the documents tell to do: their lines, run as written."""

import os
import re
import signal
import subprocess

from support.paths import ROOT, SKEP
from support.polling import PATIENCE

LISTING = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BASE_URL = "http://127.0.0.1:8080"


def listings(document, heading):
    """The listings of a section as (language, text), in order."""
    section = (ROOT / document).read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return LISTING.findall(section)


def expectations(listing):
    """The lines of a shell listing as (command, what its comment says that it prints, or empty)."""
    lines = [line.partition("  # ") for line in listing.splitlines()]
    return [(command.strip(), comment.strip()) for command, _, comment in lines]


class Clone:
    """A folder that looks as the project's does after `make build`: it has the binary, and its `make` does nothing."""

    def __init__(self, folder):
        self.folder = folder
        self._process = None
        release = folder / "build/release"
        release.mkdir(parents=True)
        (release / "skep").symlink_to(SKEP)
        tools = folder / "tools"
        tools.mkdir()
        (tools / "make").symlink_to("/bin/true")
        self._environment = {
            **os.environ,
            "PATH": f"{tools}:{os.environ['PATH']}",
            "SKEP_GATEWAY__LISTEN": "127.0.0.1:0",
            "SKEP_CONTROL__LISTEN": "127.0.0.1:0",
            "NO_PROXY": "*",
        }

    def serve(self, script, folder="."):
        """Runs a script that ends with `skep up` or `skep dev`, and waits until it serves."""
        self._process = subprocess.Popen(
            ["bash", "-ec", script],
            cwd=self.folder / folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        for line in self._process.stdout:
            if line.startswith("application "):
                self.url = line.split()[1]
            if line.startswith("services "):
                return
        raise AssertionError(f"the script ended with {self._process.wait()}:\n{script}")

    def run(self, line, folder):
        """What a line of the other terminal prints."""
        path = f"{self.folder / 'build/release'}:{self._environment['PATH']}"
        done = subprocess.run(
            ["bash", "-ec", line.replace("curl ", "curl -sS -m 20 ").replace(BASE_URL, self.url)],
            cwd=self.folder / folder,
            env={**self._environment, "PATH": path},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    def end(self, number=signal.SIGTERM):
        """Ends what serves and the shell around it."""
        if self._process:
            os.killpg(self._process.pid, number)
            self._process.wait(2 * PATIENCE)
            self._process.stdout.read()  # to its end: the last process of the group has gone
            self._process.stdout.close()
            self._process = None
