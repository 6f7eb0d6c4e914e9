"""The first service in five minutes, as README.md tells it."""

import signal

import pytest
from first_service import Clone, expectations, listings
from support.documents import shell_lines

START, ASK, MANIFEST = listings("README.md", "A first service in five minutes")
LINES = expectations(ASK[1])
ONCE, AGAIN = shell_lines("docs/guide/idempotency.md", "curl")
LAST = [line for line, _ in LINES if line.startswith("curl")][-1]


@pytest.fixture(scope="module")
def clone(toolchain, tmp_path_factory):
    clone = Clone(tmp_path_factory.mktemp("clone"))
    clone.serve(START[1])
    yield clone
    clone.end()


@pytest.mark.parametrize("line, printed", LINES, ids=[line for line, _ in LINES])
def test_a_line_of_the_other_terminal_prints_what_its_comment_says(clone, line, printed):
    assert printed in clone.run(line, "hello")


def test_the_manifest_is_the_one_that_is_shown(clone):
    assert (clone.folder / "hello/skep.toml").read_text() == MANIFEST[1]


def test_the_guides_two_requests_of_one_key_are_one_guest(clone):
    # Ada signed above.
    first = clone.run(ONCE.replace("Ada", "Grace"), "hello")
    second = clone.run(AGAIN.replace("Ada", "Grace"), "hello")

    assert first.startswith('{"id":')
    assert "idempotency-replayed: true" in second.lower()
    assert second.endswith(first)
    assert clone.run(LAST, "hello").count("Grace") == 1


def test_what_was_answered_is_there_after_a_kill(clone):
    before = clone.run(LAST, "hello")

    clone.end(signal.SIGKILL)
    clone.serve("../build/release/skep up", "hello")

    assert clone.run(LAST, "hello") == before
