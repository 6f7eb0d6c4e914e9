"""Running commands of the binary, and what its command tree is."""

import json
import os
import re
import subprocess

from support.paths import SKEP

SUBCOMMAND = re.compile(r"^  ([a-z][a-z-]*) {2,}", re.MULTILINE)


class Outcome:
    """What a command printed, and how it ended."""

    def __init__(self, completed):
        self.exit_code = completed.returncode
        self.stdout = completed.stdout
        self.stderr = completed.stderr

    def __repr__(self):
        return f"exit code {self.exit_code}\n{self.stdout}\n{self.stderr}"

    @property
    def data(self):
        """The data of `-o json`."""
        return json.loads(self.stdout)

    @property
    def errors(self):
        """The errors of `-o json`."""
        return json.loads(self.stderr.splitlines()[-1])["errors"]

    @property
    def codes(self):
        return [error["code"] for error in self.errors]


def skep(*arguments, cwd=None, environment=None, stdin=""):
    """Runs `skep ARGUMENTS` to its end. `environment` is added to that of the tests."""
    completed = subprocess.run(
        [SKEP, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Outcome(completed)


def command_tree():
    """Every command as a list of words, found by asking each for its help."""
    return sorted(_below([]), key=" ".join)


def _below(path):
    listed = skep(*path, "--help").stdout.partition("Subcommands:")[2]
    names = SUBCOMMAND.findall(listed)
    if not names:
        return [path]
    return [command for name in names for command in _below([*path, name])]
