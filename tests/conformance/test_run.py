"""`skep run`: a program with this process's streams."""

import json
import pathlib
import signal
import subprocess

import httpx
import pytest
from support.paths import SKEP, guest

PATIENCE = 60
SOURCE = pathlib.Path(__file__).with_name("program.c")


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The module of program.c."""
    folder = tmp_path_factory.mktemp("program")
    compiler = ["clang-19", "--target=wasm32-wasi"]
    subprocess.run([*compiler, "-O1", "-g", "-c", SOURCE, "-o", folder / "program.o"], check=True)
    subprocess.run([*compiler, folder / "program.o", "-o", folder / "program.wasm"], check=True)
    return folder / "program.wasm"


def run(*arguments, stdin=b""):
    return subprocess.run([SKEP, "run", *map(str, arguments)], input=stdin, capture_output=True, timeout=PATIENCE)


def test_exits_as_the_program_does(program):
    assert run(program, "--", "exit", 3).returncode == 3


def test_passes_arguments_on(program):
    assert run(program, "--", "a", "--help", "b c").stdout == b"a\n--help\nb c\n"


def test_passes_standard_input_on_to_its_end(program):
    text = b"line\n" * 100_000

    assert run(program, "--", "copy", stdin=text).stdout == text


def test_ends_with_the_program_though_input_goes_on(program):
    with subprocess.Popen([SKEP, "run", program, "--", "exit", "5"], stdin=subprocess.PIPE) as process:
        assert process.wait(PATIENCE) == 5


def test_ends_where_nobody_reads_its_output(program):
    done = subprocess.run(f"yes | {SKEP} run {program} -- copy | head -n 1", shell=True, capture_output=True, timeout=PATIENCE)

    assert done.stdout == b"y\n"


def test_keeps_standard_error_apart(program):
    done = run(program, "--", "complain")

    assert (done.stdout, done.stderr) == (b"", b"complaint\n")


def test_shows_the_backtrace_of_a_trap(program):
    done = run(program, "--", "trap")

    assert done.returncode == 134
    assert b"error[guest_trap]" in done.stderr
    assert b"fall (" in done.stderr
    assert b"program.c:" in done.stderr


def test_tells_of_a_trap_in_json(program):
    done = run("-o", "json", program, "--", "trap")

    assert json.loads(done.stderr)["errors"][0]["code"] == "guest_trap"


def test_gives_variables_by_name_and_no_others(program):
    assert run("--env", "NAME=value", program, "--", "variable", "NAME").stdout == b"value\n"
    assert run(program, "--", "variable", "PATH").stdout == b"(none)\n"


def test_gives_folders_by_name_and_no_others(program, tmp_path):
    (tmp_path / "note").write_text("read me\n")

    granted = run("--dir", f"{tmp_path}::/here", program, "--", "file", "/here/note")
    refused = run(program, "--", "file", tmp_path / "note")

    assert granted.stdout == b"read me\n"
    assert refused.returncode == 1


def test_names_a_file_that_is_not_there(tmp_path):
    done = run(tmp_path / "none.wasm")

    assert done.returncode == 3
    assert b"none.wasm" in done.stderr


def test_refuses_what_is_no_module():
    done = run(SOURCE)

    assert done.returncode == 7
    assert b"error[module_invalid]" in done.stderr


def test_says_that_a_handler_is_to_be_served():
    done = run(guest("hello_p2"))

    assert done.returncode == 7
    assert b"--listen" in done.stderr


def test_serves_a_handler_until_it_is_told_to_end():
    command = [SKEP, "run", "--listen", "127.0.0.1:0", guest("hello_p2")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        url = process.stderr.readline().split()[-1]
        reply = httpx.get(url, timeout=PATIENCE, trust_env=False)
        process.send_signal(signal.SIGINT)
        code = process.wait(PATIENCE)

    assert (reply.status_code, code) == (200, 0)
