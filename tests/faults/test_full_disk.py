"""A disk without space: Skep starts, reads go on, writes are told so and work again by themselves."""

import os
import signal
import subprocess

import pytest
from support.manifest import manifest
from support.paths import guest
from support.polling import eventually

TABLE = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text)"


@pytest.fixture
def disk(tmp_path):
    """A data directory that is a disk of 8 MiB."""
    folder = tmp_path / ".skep"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def start(disk, platforms):
    services = {"notes": {"module": guest("data_p2"), "routes": ["/notes"], "data": {"ddl": True}}}
    return lambda: platforms.start(manifest(services), folder=disk.parent)


def fill(disk):
    """Takes all the space that is left; gives the file that does."""
    filler = disk / "filler"
    with open(filler, "ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    assert os.statvfs(disk).f_bavail == 0
    return filler


def post(app, *steps):
    return app.http.post("/notes", json=list(steps))


def insert(text):
    return ["execute", "INSERT INTO notes (text) VALUES (?)", [text]]


def texts(app):
    reply = post(app, ["query", "SELECT text FROM notes ORDER BY id"])
    assert reply.status_code == 200, reply.text
    return [row["text"] for row in reply.json()[0]["ok"]]


def test_skep_starts_on_a_full_disk_and_reads_what_is_there(start, disk):
    app = start()
    assert post(app, ["execute", TABLE], insert("before")).status_code == 200
    app.signal(signal.SIGKILL)
    app.stop()
    filler = fill(disk)

    again = start()
    fill(disk)  # what the start has freed

    assert texts(again) == ["before"]
    refused = post(again, insert("meanwhile"))
    assert (refused.status_code, refused.json()["code"]) == (507, "store_full")
    filler.unlink()
    eventually(lambda: "ok" in post(again, insert("after")).json()[0], "a write once there is space")
    assert texts(again) == ["before", "after"]


def test_where_the_control_api_listens_is_logged_if_it_cannot_be_left_in_a_file(start, disk):
    start().stop()
    fill(disk)

    app = start()

    warning = app.wait_for_message("commands will not find the control API")
    assert warning["level"] == "warn"
    assert app.control.base_url.host in warning["message"] and "disk_full" in warning["message"]
    assert not (disk / "control.address").exists()
