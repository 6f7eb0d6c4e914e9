"""The SDKs' own tests: what is pure in them, compiled for this machine."""

import os
import shutil
import subprocess

import pytest
from support.paths import ROOT

PATIENCE = 600.0  # seconds


def run(*command, **environment):
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=PATIENCE, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_cpp(tmp_path):
    run("cmake", "-S", ROOT / "sdk/cpp/tests", "-B", tmp_path, "-DCMAKE_CXX_COMPILER=clang++-19")
    run("cmake", "--build", tmp_path, "-j2")

    run("ctest", "--test-dir", tmp_path, "--output-on-failure")


@pytest.mark.skipif(not shutil.which("cargo"), reason="there is no cargo")
def test_rust(tmp_path):
    target = os.environ.get("CARGO_TARGET_DIR", str(tmp_path))

    run("cargo", "test", "--locked", "--manifest-path", ROOT / "sdk/rust/Cargo.toml", CARGO_TARGET_DIR=target)
