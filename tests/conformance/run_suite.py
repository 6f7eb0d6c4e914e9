#!/usr/bin/env python3
"""Runs the public wasi-testsuite against `skep run`, by the suite's own runner.

usage: WASI_TESTSUITE=DIR tests/conformance/run_suite.py [RUNNER ARGUMENT...]

DIR is a checkout of github.com/WebAssembly/wasi-testsuite, branch prod/testsuite-base; SKEP the binary, else
build/dev/skep. Without WASI_TESTSUITE it says that it was skipped. Needs the packages colorama and requests. Exits 0
where exactly the tests of expectations.toml fail.
"""
import enum
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def allow_values_in_enums():
    """The runner asks whether an enumeration has a value, which Python can since 3.12."""
    if sys.version_info < (3, 12):
        enum.EnumMeta.__contains__ = lambda cls, item: isinstance(item, cls) or item in cls._value2member_map_


def main():
    suite = os.environ.get("WASI_TESTSUITE")
    if not suite:
        print("wasi-testsuite: skipped, WASI_TESTSUITE names no folder")
        return 0
    suite = pathlib.Path(suite).resolve()
    os.environ["SKEP"] = str(pathlib.Path(os.environ.get("SKEP", ROOT / "build/dev/skep")).resolve())
    folders = sorted(str(manifest.parent) for manifest in suite.glob("tests/*/testsuite/*/manifest.json"))
    if not folders:
        sys.exit(f"wasi-testsuite: {suite} has no tests/*/testsuite: use the branch prod/testsuite-base")
    allow_values_in_enums()
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(suite / "test-runner"))
    from wasi_test_runner.__main__ import main as run

    sys.argv[1:] = ["--disable-colors", *sys.argv[1:], "-r", str(HERE / "adapter.py"),
                    "-e", str(HERE / "expectations.toml"), "-t", *folders]
    return run()


if __name__ == "__main__":
    sys.exit(main())
