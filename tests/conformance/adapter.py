"""Tells the runner of wasi-testsuite how Skep runs a test: one process each."""

import os
import pathlib
import re
import subprocess

SKEP = os.environ.get("SKEP", "skep")


def get_name():
    return "skep"


def get_version():
    done = subprocess.run([SKEP, "version"], encoding="utf-8", capture_output=True, check=True)
    return re.search(r"\d+\.\d+\.\d+", done.stdout).group()


def get_wasi_versions():
    return ["wasm32-wasip1", "wasm32-wasip3"]


def get_wasi_worlds():
    return ["wasi:cli/command", "wasi:http/service"]


def get_timeout_seconds():
    return float(os.environ.get("WASI_TESTSUITE_PATIENCE", "60"))


def compute_argv(test_path, args_env_root, proposals, wasi_world, wasi_version):
    arguments, variables, root = args_env_root
    command = [SKEP, "run"]
    for name, value in variables.items():
        command += ["--env", f"{name}={value}"]
    if root:
        remove_leftovers(root)
        command += ["--dir", f"{root}::/"]
    if {"http", "sockets"} & set(proposals) or is_of_sockets(test_path):
        command.append("--net")
    if wasi_world == "wasi:http/service":
        return [*command, "--listen", "127.0.0.1:0", str(test_path)]
    return [*command, str(test_path), "--", *arguments]


def remove_leftovers(root):
    """The specification has `*.cleanup` removed before a test; the runner leaves symbolic links."""
    for path in pathlib.Path(root).glob("*.cleanup"):
        if path.is_symlink():
            path.unlink()


def is_of_sockets(test_path):
    """Some tests make sockets without naming the proposal; Skep gives none without --net."""
    return pathlib.Path(test_path).name.startswith("sockets-")
