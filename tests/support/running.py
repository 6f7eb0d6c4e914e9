"""A running `skep up` of a temporary folder."""

import json
import os
import select
import signal
import subprocess

import httpx

from support.exposition import check
from support.paths import SKEP
from support.polling import PATIENCE, eventually


class StartFailed(Exception):
    """`skep up` ended before it was ready. Has its exit code and what it printed."""

    def __init__(self, process, stdout, stderr):
        super().__init__(f"skep up exited with {process.returncode}:\n{stdout}{stderr}")
        self.exit_code = process.returncode
        self.stdout = stdout
        self.stderr = stderr


class Running:
    """One `skep up`: its addresses, its HTTP clients, its log, its end.

    Made by `launch`, which gives it a folder of its own with the manifest, and ended by `stop`.
    """

    def __init__(self, folder, process, ready):
        self.folder = folder
        self.process = process
        self.ready = ready  # the line that `up` printed
        self.url = ready["application"]
        self.control_url = ready["control"]
        self.http = httpx.Client(base_url=self.url, timeout=PATIENCE, trust_env=False)
        self.control = httpx.Client(
            base_url=self.control_url,
            timeout=PATIENCE,
            trust_env=False,
            headers={"authorization": f"Bearer {self.token}"},
        )

    @property
    def data_directory(self):
        return self.folder / ".skep"

    @property
    def token(self):
        return (self.data_directory / "control.token").read_text().strip()

    @property
    def port(self):
        return httpx.URL(self.url).port

    @property
    def is_alive(self):
        return self.process.poll() is None

    def service(self, name):
        """What `skep status` knows of a service."""
        services = self.status()["services"]
        return next(service for service in services if service["name"] == name)

    def status(self):
        return self.control.get("/api/v1/status").json()

    def metrics(self):
        """The text of /metrics, which is valid."""
        return check(self.control.get("/metrics").text)

    def wait_for_guests(self, count):
        """Waits until exactly `count` guest instances are alive."""
        eventually(lambda: self.status()["slots_used"] == count, f"{count} living guests")

    def resident_bytes(self):
        """The memory of the process that is resident now."""
        pages = int((open(f"/proc/{self.process.pid}/statm").read()).split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def log(self):
        """The log records so far, oldest first. A line that is no JSON object is a record of only `message`."""
        text = (self.folder / "stderr").read_text(errors="replace")
        return [_record(line) for line in text.split("\n")[:-1]]

    def wait_for_log(self, matches, what="the log line"):
        """The first log record that `matches`, awaited."""
        return eventually(lambda: next(filter(matches, self.log()), None), what)

    def wait_for_message(self, part):
        """The first log record whose message contains `part`, awaited."""
        return self.wait_for_log(lambda record: part in record.get("message", ""), f"a log line with '{part}'")

    def write_manifest(self, text):
        (self.folder / "skep.toml").write_text(text)

    def signal(self, number):
        self.process.send_signal(number)

    def reload(self):
        """Sends SIGHUP and gives the log record that tells of the reload's end."""
        before = len(self.log())
        self.signal(signal.SIGHUP)
        told = lambda: next((record for record in self.log()[before:] if _tells_of_reload(record)), None)
        return eventually(told, "the reload")

    def wait(self, patience=PATIENCE):
        """The exit code, awaited."""
        return self.process.wait(patience)

    def stop(self):
        """Ends it by SIGTERM, where it still runs, and gives its exit code."""
        self.http.close()
        self.control.close()
        if self.is_alive:
            self.signal(signal.SIGTERM)
        try:
            return self.process.wait(40)
        finally:
            self.process.kill()
            self.process.stdout.close()


def launch(folder, manifest, arguments=(), environment=None):
    """Writes `manifest` into `folder`, starts `skep up` there and waits until it is ready.

    `arguments` go behind `skep up FOLDER -o json`, `environment` over the environment of the tests. Raises
    StartFailed where it ends instead.
    """
    (folder / "skep.toml").write_text(manifest)
    return launch_project(folder, folder, arguments, environment)


def launch_project(project, folder, arguments=(), environment=None):
    """As `launch` for a manifest that is already there; `folder` is where its output goes."""
    with open(folder / "stderr", "wb") as stderr:
        process = subprocess.Popen(
            [SKEP, "up", project, "-o", "json", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env={**os.environ, **(environment or {})},
            text=True,
        )
    line = _first_line(process)
    if line:
        return _running(folder, process, json.loads(line))
    process.wait(PATIENCE)
    process.stdout.close()
    raise StartFailed(process, line, (folder / "stderr").read_text())


def _running(folder, process, ready):
    try:
        return Running(folder, process, ready)
    except Exception:
        process.kill()
        raise


def _first_line(process):
    readable, _, _ = select.select([process.stdout], [], [], 60)
    if not readable:
        process.kill()
    return process.stdout.readline()


def _record(line):
    try:
        record = json.loads(line)
    except ValueError:
        return {"message": line}
    return record if isinstance(record, dict) else {"message": line}


def _tells_of_reload(record):
    message = record.get("message", "")
    return message.startswith("reloaded") or "the running revision serves on" in message
