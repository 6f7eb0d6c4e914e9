"""Entries of the code cache that are damaged or not ours are built again, never run."""

import shutil

import pytest

from support.manifest import manifest
from support.paths import guest

HELLO = ["hello_cgi", "hello_p2"]


@pytest.fixture
def start(platforms, tmp_path):
    """Starts a platform on a cache of its own."""
    services = {name: {"module": guest(name), "routes": [f"/{name}"]} for name in HELLO}
    return lambda: platforms.start(manifest(services), environment={"XDG_CACHE_HOME": str(tmp_path)})


@pytest.fixture
def cache(start, tmp_path):
    """The folder of a cache that holds both guests; the platform that made it has ended."""
    assert start().stop() == 0
    folder = tmp_path / "skep/code"
    assert len(entries(folder)) == 2
    return folder


# The unharmed check of the other tests needs a street; these start their own platforms.
@pytest.fixture
def unharmed():
    pass


def entries(cache):
    return sorted(cache.glob("*.code"))


def flip_a_byte(entry, place):
    content = bytearray(entry.read_bytes())
    content[place(len(content))] ^= 1
    entry.write_bytes(content)


def truncate(entry):
    entry.write_bytes(entry.read_bytes()[:-100])


def empty(entry):
    entry.write_bytes(b"")


def replace_by_text(entry):
    entry.write_bytes(b"no code at all\n" * 1000)


def replace_by_symlink(entry):
    moved = entry.with_suffix(".moved")
    entry.rename(moved)
    entry.symlink_to(moved)


DAMAGES = {
    "first byte": lambda entry: flip_a_byte(entry, lambda size: 0),
    "middle": lambda entry: flip_a_byte(entry, lambda size: size // 2),
    "last byte": lambda entry: flip_a_byte(entry, lambda size: size - 1),
    "truncated": truncate,
    "empty": empty,
    "text": replace_by_text,
    "symlink": replace_by_symlink,
}


def rebuilt(running):
    return [record["message"] for record in running.log() if "is rebuilt" in record["message"]]


def check_answers(running):
    assert [running.http.get(f"/{name}").text for name in HELLO] == ["Hello from Skep!\n"] * 2


def test_entries_in_order_are_not_built_again(start, cache):
    running = start()

    check_answers(running)
    assert rebuilt(running) == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_corrupt_entry_is_built_again(start, cache, damage):
    for entry in entries(cache):
        DAMAGES[damage](entry)

    running = start()

    check_answers(running)
    assert len(rebuilt(running)) == 2


def test_an_entry_of_another_module_is_built_again(start, cache):
    first, second = entries(cache)
    shutil.copy(first, second)

    running = start()

    check_answers(running)
    assert rebuilt(running) == [f"cache entry {second.stem} is rebuilt: its authentication does not match"]


def test_an_entry_made_with_another_key_is_built_again(start, cache):
    (cache / "key").write_bytes(b"k" * 32)

    running = start()

    check_answers(running)
    assert len(rebuilt(running)) == 2


def test_a_damaged_key_is_made_anew(start, cache):
    (cache / "key").write_bytes(b"short")

    running = start()

    check_answers(running)
    assert len(rebuilt(running)) == 2


def test_the_cache_is_for_its_owner_only(cache):
    assert cache.stat().st_mode & 0o777 == 0o700
    assert (cache / "key").stat().st_mode & 0o777 == 0o600
