"""`skep build`: what it builds, and how it says what it cannot."""

import json

from projects import build, edit, skep

BOTH = """
[services.hello]
module = "hello/hello.wasm"

[services.broken]
module = "broken/broken.wasm"
"""


def write_broken(project):
    """A second service beside `hello`, whose source no compiler takes."""
    (project / "skep.toml").write_text(BOTH)
    (project / "broken").mkdir()
    (project / "broken/main.cpp").write_text("int main() { return nothing; }\n")


def test_prints_what_it_built(program):
    (row,) = build(program)

    assert (row["service"], row["form"]) == ("hello", "C++ program")
    assert row["bytes"] == (program / "hello/hello.wasm").stat().st_size


def test_keeps_the_section_of_names(program):
    build(program)

    assert b"\x04name" in (program / "hello/hello.wasm").read_bytes()


def test_leaves_a_module_alone_that_is_the_same_again(program):
    build(program)
    before = (program / "hello/hello.wasm").stat()

    build(program)

    assert (program / "hello/hello.wasm").stat().st_ino == before.st_ino


def test_shows_what_the_compiler_said(program):
    edit(program / "hello/main.cpp", "int main", "itn main")

    done = skep("build", program)

    assert done.returncode == 7
    assert "error[build_failed]: hello: clang++-19 reported an error" in done.stderr
    assert "unknown type name 'itn'" in done.stderr


def test_keeps_the_module_that_is_there_where_the_build_fails(program):
    build(program)
    before = (program / "hello/hello.wasm").read_bytes()
    edit(program / "hello/main.cpp", "int main", "itn main")

    skep("build", program)

    assert (program / "hello/hello.wasm").read_bytes() == before


def test_goes_on_after_a_service_that_fails(program):
    write_broken(program)

    done = skep("build", program, "-o", "json")

    assert done.returncode == 8
    assert [row["service"] for row in json.loads(done.stdout)] == ["hello"]
    assert json.loads(done.stderr)["errors"][0]["code"] == "build_failed"


def test_builds_only_what_was_named(program):
    write_broken(program)

    assert [row["service"] for row in build(program, "--service", "hello")] == ["hello"]


def test_refuses_a_service_that_is_not_there(program):
    done = skep("build", program, "--service", "hallo")

    assert done.returncode == 3
    assert "there is no service 'hallo'; there are: hello" in done.stderr


def test_names_the_packages_where_the_compiler_is_missing(program, tmp_path):
    done = skep("build", program, env={"PATH": str(tmp_path), "HOME": str(tmp_path)})

    assert done.returncode == 3
    assert "error[tool_not_found]" in done.stderr
    assert "apt-get install clang-19" in done.stderr
