"""docs/guide/getting-started.md, followed from its first line to its last."""

import functools

import pytest
from first_service import Clone, expectations, listings
from projects import PATIENCE, edit
from support.polling import eventually

section = functools.partial(listings, "docs/guide/getting-started.md")
START, GREET = section("A service")
SIGN, MIGRATION, SEE, REPEAT = section("A table of its own")
GREETER, SERVICE, REFUSAL = section("A second one")


@pytest.fixture(scope="module")
def clone(toolchain, tmp_path_factory):
    clone = Clone(tmp_path_factory.mktemp("clone"))
    clone.serve("export PATH=$PWD/build/release:$PATH\n" + START[1])
    yield clone
    clone.end()


def check(clone, listing):
    for line, printed in expectations(listing[1]):
        assert printed in clone.run(line, "hello")


def wait_for(clone, line, printed):
    eventually(lambda: printed in clone.run(line, "hello"), printed, PATIENCE)


def test_a_reader_gets_what_is_promised(clone):
    project = clone.folder / "hello"
    check(clone, GREET)
    check(clone, SIGN)

    (project / "hello/migrations/0002_visits.sql").write_text(MIGRATION[1])
    edit(project / "hello/guests.hpp", "SELECT id, name FROM guests", "SELECT id, name, visits FROM guests")
    wait_for(clone, *expectations(SEE[1])[0])
    check(clone, REPEAT)

    (project / "greeter").mkdir()
    (project / "greeter/main.cpp").write_text(GREETER[1])
    edit(project / "skep.toml", "\n[services.hello]", f"\n{SERVICE[1]}\n[services.hello]")
    ask = "curl http://127.0.0.1:8080/Ada"
    wait_for(clone, ask, REFUSAL[1].strip())

    edit(project / "skep.toml", '[services.greeter]\n', '[services.greeter]\ncalls = ["hello"]\n')
    wait_for(clone, ask, 'the other said: {"greeting":"Hello Ada!"}')
