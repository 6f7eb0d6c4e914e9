"""`skep dev`: from save to reply."""

from projects import TEMPLATES, develop, edit, make_project
from support.polling import eventually

HELLO = "Hello Ada!\n"
HOWDY = "Howdy Ada!\n"

# A compiler that never ends once there is a file `slow` in the project.
SLOW_COMPILER = """#!/bin/sh
[ -e {project}/slow ] && exec sleep 1000
exec /usr/bin/clang++-19 "$@"
"""


def test_builds_before_it_serves(developing):
    assert developing.greeting() == HELLO


def test_serves_what_was_saved(developing):
    edit(developing.project / "hello/greeting.hpp", "Hello", "Howdy")

    developing.wait_for_greeting(HOWDY)

    developing.wait_for_note("after the save")


def test_serves_what_was_saved_of_a_component(tmp_path):
    project = make_project(TEMPLATES[0], tmp_path)
    developing = develop(project, tmp_path)
    edit(project / "hello/greeting.hpp", "Hello", "Howdy")

    developing.wait_for_greeting('{"greeting":"Howdy Ada!"}')

    assert developing.stop() == 0


def test_serves_the_last_good_build_on_where_a_save_is_broken(developing):
    edit(developing.project / "hello/greeting.hpp", "inline", "inlien")

    developing.wait_for_note("the last good build serves on")

    assert developing.greeting() == HELLO
    assert developing.notes().count("unknown type name 'inlien'") == 1


def test_goes_on_with_the_save_that_mends_it(developing):
    edit(developing.project / "hello/greeting.hpp", "inline", "inlien")
    developing.wait_for_note("the last good build serves on")

    edit(developing.project / "hello/greeting.hpp", 'inlien const char* greeting() { return "Hello', 'inline const char* greeting() { return "Howdy')

    developing.wait_for_greeting(HOWDY)


def test_follows_the_manifest(developing):
    edit(developing.project / "skep.toml", '"/hello/*"', '"/hello/*", "/elsewhere"')

    developing.wait_for_note("skep.toml: serving")

    assert developing.http.get("/elsewhere").text == HELLO


def test_shows_where_the_manifest_is_broken_and_serves_on(developing):
    edit(developing.project / "skep.toml", "routes =", "routs =")

    developing.wait_for_note("what ran before serves on")

    assert "manifest_unknown_key" in developing.notes()
    assert developing.greeting() == HELLO


def test_ends_at_once_while_a_build_is_under_way(program, tmp_path):
    compiler = tmp_path / "bin/clang++-19"
    compiler.parent.mkdir()
    compiler.write_text(SLOW_COMPILER.format(project=program))
    compiler.chmod(0o755)
    developing = develop(program, tmp_path, {"PATH": f"{compiler.parent}:/usr/bin:/bin"})
    (program / "slow").touch()
    edit(program / "hello/greeting.hpp", "Hello", "Howdy")
    eventually(lambda: developing.notes().count("hello: building") == 2, "the second build")

    assert developing.stop() == 0
