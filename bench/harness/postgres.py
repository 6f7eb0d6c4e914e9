"""The peer of durable writes: PostgreSQL on the server's core, pgbench on the load's."""

import math
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from harness import cpu, load, machine, servers

# The row that the guest writes: 128 bytes.
NOTE = "0123456789abcdef" * 8
TABLE = "CREATE TABLE rows (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text NOT NULL)"
INSERT = "INSERT INTO rows (note) VALUES (:note)"
# What initdb writes has these too; they are named because everything depends on them.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# The least WAL that one server without replicas needs, and no checkpoint while a run lasts.
TUNED = {"shared_buffers": "1GB", "wal_level": "minimal", "max_wal_senders": "0", "wal_buffers": "64MB",
         "max_wal_size": "16GB", "checkpoint_timeout": "1h", "autovacuum": "off", "jit": "off"}


def program(name):
    """The path of one of PostgreSQL's programs: Debian keeps the server's out of PATH."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = found[-1] if found else shutil.which(name)
    if not path:
        sys.exit(f"bench: no {name}: bench/write needs PostgreSQL (tools/install_dependencies bench)")
    return str(path)


def as_user():
    """The words before a server's command: PostgreSQL refuses to run as root."""
    words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    return words if os.geteuid() == 0 else []


def parse_pgbench(text):
    """The output of pgbench."""
    requests = int(re.search(r"transactions actually processed: (\d+)", text).group(1))
    failed = re.search(r"number of failed transactions: (\d+)", text)
    rate = re.search(r"^tps = ([\d.]+)", text, re.MULTILINE)
    if not rate:
        raise RuntimeError(f"pgbench could not connect all of its clients in time:\n{text}")
    latency = float(re.search(r"latency average = ([\d.]+) ms", text).group(1))
    return load.Load(requests, float(rate.group(1)), int(failed.group(1)) if failed else 0, latency, float("nan"))


class Postgres:
    """A throw-away cluster with one table."""

    def __init__(self, settings):
        self.port = servers.free_port()
        self.folder = tempfile.TemporaryDirectory(prefix="postgres-", dir=machine.disk())
        self.data = pathlib.Path(self.folder.name, "data")
        if as_user():
            shutil.chown(self.folder.name, "postgres", "postgres")
        subprocess.run([*as_user(), program("initdb"), "-D", self.data, "-U", "bench", "-A", "trust", "-E", "UTF8",
                        "--locale=C", "--no-sync"], stdout=subprocess.DEVNULL, cwd="/", check=True)
        self.process = self.start({**DURABLE, **settings})
        self.wait()
        self.ask(TABLE)

    def start(self, settings):
        words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        with pathlib.Path(self.folder.name, "output").open("w") as output:
            return subprocess.Popen([*machine.on_core(machine.SERVER_CORE), *as_user(), program("postgres"),
                                     "-D", self.data, "-h", "127.0.0.1", "-p", str(self.port), "-k", "", *words],
                                    stdout=output, stderr=output, cwd="/")

    def wait(self):
        deadline = time.monotonic() + 60
        ready = [program("pg_isready"), "-q", *self.where(), "-d", "postgres"]
        while subprocess.run(ready).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                output = pathlib.Path(self.folder.name, "output").read_text()
                self.stop()
                raise RuntimeError(f"PostgreSQL did not start:\n{output}")
            time.sleep(0.05)

    def where(self):
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", "bench"]

    def ask(self, statement):
        subprocess.run([program("psql"), "-q", *self.where(), "-c", statement, "postgres"], check=True)

    def run(self, seconds, connections=64):
        """(Load, nanoseconds of CPU time) of the INSERT as often as `connections` clients can in `seconds`, each in a
        transaction of its own, beyond what connecting costs."""
        begin = time.monotonic()
        _, connecting = self.load(["-t1"], connections)
        seconds += math.ceil(time.monotonic() - begin)  # pgbench connects within its time, not within its rate
        output, used = self.load([f"-T{seconds}"], connections)
        self.ask("CHECKPOINT")  # now, so that none falls into another's run
        return parse_pgbench(output), used - connecting

    def load(self, amount, connections):
        """(what pgbench prints, nanoseconds of CPU time) of such a run; `amount` in pgbench's words."""
        before = cpu.family_nanoseconds(self.process.pid)
        output = self.pgbench(amount, connections)
        time.sleep(0.3)  # until the last of the clients' processes is gone, and counted
        return output, cpu.family_nanoseconds(self.process.pid) - before

    def pgbench(self, amount, connections):
        script = pathlib.Path(self.folder.name, "insert.sql")
        script.write_text(INSERT)
        done = subprocess.run([*machine.on_core(machine.LOAD_CORE), program("pgbench"), *self.where(), "-n",
                               "-M", "prepared", f"-c{connections}", "-j1", *amount,
                               "-D", f"note={NOTE}", "-f", script, "postgres"], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"pgbench: {done.stderr}")
        return done.stdout

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
