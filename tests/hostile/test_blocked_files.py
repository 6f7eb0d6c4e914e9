"""A service whose file operations never end: a FIFO in its folder that nobody writes to."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.neighbours import beside_neighbour, problem
from support.paths import guest

MORE_THAN_FILE_THREADS = 12  # docs/limits.md: 8 file operations of a service at once


@pytest.fixture(scope="module")
def street(shared_platforms, tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    for folder in ("blocked", "read"):
        (root / folder).mkdir()
        (root / folder / "a.txt").write_text("first\n")
    os.mkfifo(root / "blocked/pipe")
    services = {
        "blocked": {"module": guest("inspect"), "files": ["blocked:/data"], "limits": {"time": "1s"}},
        "reader": {"module": guest("inspect"), "files": ["read:/data"], "limits": {"time": "1s"}},
    }
    return beside_neighbour(shared_platforms, services, folder=root)


def read(street, service, name):
    return street.call(service, f"/file?path=/data/{name}")


def test_blocked_file_operations_of_a_service_leave_another_services_files_alone(street):
    with ThreadPoolExecutor(MORE_THAN_FILE_THREADS) as pool:
        replies = list(pool.map(lambda _: read(street, "blocked", "pipe"), range(MORE_THAN_FILE_THREADS)))

    assert {problem(reply) for reply in replies} == {(504, "guest_timeout")}
    assert problem(read(street, "blocked", "a.txt")) == (504, "guest_timeout")
    assert read(street, "reader", "a.txt").text == "first\n"
