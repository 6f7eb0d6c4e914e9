"""The commands that look into stores, copy them and put them back."""

import concurrent.futures
import itertools
import json
import shutil
import sqlite3
import threading

import pytest
from support.commands import skep
from support.manifest import manifest
from support.paths import guest
from support.polling import eventually

FIRST = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);\nCREATE VIEW texts AS SELECT text FROM notes;\n"
SECOND = "ALTER TABLE notes ADD COLUMN weight REAL;\n"


class Notes:
    """A platform with one service that has a database and migrations, and the commands about it."""

    def __init__(self, platforms, folder):
        self.folder = folder
        self._platforms = platforms
        self.migrations = folder / "migrations"
        self.migrations.mkdir()
        (self.migrations / "0001_notes.sql").write_text(FIRST)
        services = {
            "notes": {
                "module": guest("data_p2"),
                "routes": ["/notes"],
                "data": True,
                "kv": True,
                "migrations": str(self.migrations),
            },
            "plain": {"module": guest("data_p2"), "routes": ["/plain"]},
        }
        self.manifest = manifest(services)
        (folder / "skep.toml").write_text(self.manifest)

    def start(self):
        self.app = self._platforms.start(self.manifest, folder=self.folder)
        return self.app

    def stop(self):
        assert self.app.stop() == 0

    def add(self, *texts):
        steps = [["execute", "INSERT INTO notes (text) VALUES (?)", [text]] for text in texts]
        reply = self.app.http.post("/notes", json=steps)
        assert reply.status_code == 200, reply.text
        assert all("ok" in outcome for outcome in reply.json()), reply.text

    def texts(self):
        reply = self.app.http.post("/notes", json=[["query", "SELECT text FROM notes ORDER BY id"]])
        return [row["text"] for row in reply.json()[0]["ok"]]

    def run(self, *arguments, **options):
        return skep(*arguments, "--manifest", self.folder, "-o", "json", **options)

    def store_file(self, name="store.db"):
        return self.folder / ".skep" / "services" / "notes" / name


@pytest.fixture
def notes(platforms, tmp_path):
    return Notes(platforms, tmp_path)


def flip_a_bit(file, offset):
    content = bytearray(file.read_bytes())
    content[offset] ^= 1
    file.write_bytes(content)


def test_data_tables_and_query(notes):
    notes.start()
    notes.add("tea", "cup")

    tables = notes.run("data", "tables", "notes").data
    rows = notes.run("data", "query", "notes", "SELECT id, text, x'00ff' AS raw FROM notes ORDER BY id")

    assert tables == [
        {"name": "notes", "kind": "table", "rows": 2, "columns": ["id INTEGER", "text TEXT"]},
        {"name": "texts", "kind": "view", "rows": 2, "columns": ["text TEXT"]},
    ]
    assert rows.data == [
        {"id": 1, "text": "tea", "raw": "x'00ff'"},
        {"id": 2, "text": "cup", "raw": "x'00ff'"},
    ]


@pytest.mark.parametrize(
    "service, sql, code",
    [
        ("notes", "DELETE FROM notes", "sql_refused"),
        ("notes", "SELECT * FROM _skep_kv", "sql_refused"),
        ("notes", "SELECT * FROM nothing", "sql_invalid"),
        ("notes", "PRAGMA journal_mode = DELETE", "sql_refused"),
        ("plain", "SELECT 1", "data_not_granted"),
        ("nobody", "SELECT 1", "service_not_found"),
    ],
)
def test_a_query_only_reads_what_is_the_services(notes, service, sql, code):
    notes.start()

    refused = notes.run("data", "query", service, sql)

    assert refused.codes == [code]
    assert refused.exit_code != 0


def test_data_export_is_plain_sqlite(notes, tmp_path):
    notes.start()
    notes.add("tea")

    written = notes.run("data", "export", "notes", tmp_path / "notes.db").data
    again = notes.run("data", "export", "notes", tmp_path / "notes.db")

    with sqlite3.connect(written["file"]) as database:
        assert database.execute("SELECT text FROM notes").fetchall() == [("tea",)]
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert again.codes == ["already_exists"]


def test_backup_wipe_restore(notes, tmp_path):
    notes.start()
    notes.add("before")
    backup = notes.run("backup", tmp_path / "backup").data
    notes.add("after")
    notes.stop()
    shutil.rmtree(notes.folder / ".skep")

    restored = notes.run("restore", tmp_path / "backup")

    assert [store["service"] for store in backup["stores"]] == ["notes"]
    assert restored.exit_code == 0, restored
    notes.start()
    assert notes.texts() == ["before"]


def test_a_backup_under_load_holds_all_that_was_acknowledged_before(notes, tmp_path):
    notes.start()
    stop = threading.Event()

    def write(worker):
        for number in itertools.count():
            if stop.is_set():
                return
            notes.add(f"{worker}-{number}")

    with concurrent.futures.ThreadPoolExecutor() as pool:
        writers = [pool.submit(write, worker) for worker in range(4)]
        eventually(lambda: len(notes.texts()) > 50, "some notes")
        before = set(notes.texts())
        backup = notes.run("backup", tmp_path / "backup")
        stop.set()
        for writer in writers:
            writer.result()
    notes.stop()
    shutil.rmtree(notes.folder / ".skep")

    assert backup.exit_code == 0, backup
    assert notes.run("restore", tmp_path / "backup").exit_code == 0
    notes.start()
    assert before <= set(notes.texts())
    notes.add("and it goes on")


def test_a_restore_keeps_what_is_there_unless_forced(notes, tmp_path):
    notes.start()
    notes.add("before")
    assert notes.run("backup", tmp_path / "backup").exit_code == 0
    notes.add("after")
    beside_a_running_one = notes.run("restore", tmp_path / "backup")
    notes.stop()

    refused = notes.run("restore", tmp_path / "backup")
    forced = notes.run("restore", tmp_path / "backup", "--force")

    assert beside_a_running_one.codes == ["data_directory_locked"]
    assert refused.codes == ["already_exists"]
    assert forced.exit_code == 0
    assert list((notes.folder / ".skep").glob("services.before-*/notes/store.db"))
    notes.start()
    assert notes.texts() == ["before"]


def test_a_flipped_bit_in_a_backup_is_named(notes, tmp_path):
    notes.start()
    notes.add("tea")
    notes.run("backup", tmp_path / "backup")
    notes.stop()
    flip_a_bit(tmp_path / "backup/services/notes/store.db", 4096 + 5)

    refused = notes.run("restore", tmp_path / "backup", "--force")

    assert refused.codes == ["store_damaged"]
    assert "services/notes/store.db page 2" in refused.errors[0]["message"]


def test_a_backup_is_written_where_nothing_is(notes, tmp_path):
    notes.start()
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").touch()

    assert notes.run("backup", tmp_path / "there").codes == ["already_exists"]


def test_a_backup_to_where_nothing_can_be_written_is_an_error_and_harms_nobody(notes):
    notes.start()

    assert notes.run("backup", "/proc/backup").codes == ["path_not_writable"]

    notes.add("still here")
    assert notes.texts() == ["still here"]


def test_migrate_runs_and_plans_without_a_running_skep(notes):
    def plan(*flags):
        return skep("migrate", notes.folder, "-o", "json", *flags)

    planned = plan("--plan")
    assert not notes.store_file().exists()
    applied = plan()
    (notes.migrations / "0002_weight.sql").write_text(SECOND)
    second = plan("--plan", "--service", "notes")

    assert planned.exit_code == 10
    assert planned.data == [{"service": "notes", "name": "0001_notes.sql", "state": "pending"}]
    assert applied.exit_code == 0
    assert applied.data == [{"service": "notes", "name": "0001_notes.sql", "state": "applied"}]
    assert [row["name"] for row in second.data] == ["0002_weight.sql"]
    assert plan().exit_code == 0
    assert plan("--plan").exit_code == 0


def test_migrate_beside_a_running_skep(notes):
    notes.start()
    (notes.migrations / "0002_weight.sql").write_text(SECOND)

    planned = skep("migrate", notes.folder, "--plan", "-o", "json")
    refused = skep("migrate", notes.folder, "-o", "json")

    assert planned.exit_code == 10
    assert [row["name"] for row in planned.data] == ["0002_weight.sql"]
    assert refused.codes == ["data_directory_locked"]
    assert notes.app.control.post("/api/v1/reload").status_code == 200
    assert skep("migrate", notes.folder, "--plan").exit_code == 0


def test_a_migration_that_was_edited_is_named(notes):
    notes.start()
    (notes.migrations / "0001_notes.sql").write_text(FIRST + "-- later\n")

    planned = skep("migrate", notes.folder, "--plan", "-o", "json")

    assert planned.codes == ["migration_edited"]
    assert planned.exit_code == 4


def test_doctor_reads_everything(notes):
    notes.start()
    notes.add(*(f"note {number}" for number in range(100)))
    beside_a_running_one = skep("doctor", notes.folder, "--scrub", "-o", "json")
    notes.stop()

    well = skep("doctor", notes.folder, "--scrub", "-o", "json")
    flip_a_bit(notes.store_file("store.db-wal"), 32 + 24 + 100)
    damaged = skep("doctor", notes.folder, "--scrub", "-o", "json")

    findings = {finding["check"]: finding for finding in well.data}
    assert beside_a_running_one.codes == ["data_directory_locked"]
    assert findings["store of notes"]["state"] == "ok"
    assert findings["scrub"]["detail"] == "read all of 1 stores"
    assert damaged.exit_code == 1
    assert any(
        finding["check"] == "scrub" and "notes: " in finding["detail"] and "store.db-wal" in finding["detail"]
        for finding in damaged.data
    ), damaged


def test_doctor_names_a_store_whose_main_file_is_lost(notes):
    notes.start()
    notes.add("tea")
    notes.stop()
    notes.store_file().unlink()

    scrubbed = skep("doctor", notes.folder, "--scrub", "-o", "json")

    assert scrubbed.exit_code == 1
    (found,) = [finding["detail"] for finding in scrubbed.data if finding["check"] == "scrub"]
    assert found.startswith("notes: ") and found.endswith("store.db: is missing beside store.db-wal")


def test_migrate_does_not_plan_anew_for_a_store_whose_main_file_is_lost(notes):
    notes.start()
    notes.add("tea")
    notes.stop()
    notes.store_file().unlink()

    planned = skep("migrate", notes.folder, "--plan", "-o", "json")

    assert planned.codes == ["store_damaged"]


def test_status_and_metrics_show_the_store(notes):
    notes.start()
    notes.add("tea")
    notes.add("cup")

    store = notes.app.service("notes")["store"]
    metrics = notes.app.metrics()
    table = skep("status", "--manifest", notes.folder).stdout

    assert store["state"] == "open"
    assert store["migrations"] == 1
    assert store["turns"] >= 2
    assert store["batches"] >= 2
    assert store["flush_seconds"] > 0
    assert store["bytes"] > 0
    assert "store" not in notes.app.service("plain")
    assert "STORE BYTES" in table
    for name in ("turns_total", "batches_total", "flush_seconds_total", "wal_bytes", "up"):
        assert f'skep_store_{name}{{service="notes"}} ' in metrics
        assert f'skep_store_{name}{{service="plain"}} ' not in metrics
    assert json.loads(notes.app.control.get("/readyz?verbose").text)["services"]["notes"] == "running"
