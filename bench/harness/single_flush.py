"""The baseline of durable writes: SQLite alone, one row a flush, without HTTP or a guest."""

import os
import subprocess
import tempfile

from harness import cpu, load, machine


def run(program, seconds, environment=None):
    """(Load, nanoseconds of CPU time) of as many commits as one core makes in `seconds`, on the disk of the servers
    under test."""
    before = cpu.own_children_nanoseconds()
    with tempfile.TemporaryDirectory(dir=machine.disk()) as folder:
        done = subprocess.run([*machine.on_core(machine.SERVER_CORE), program, folder, str(seconds)],
                              capture_output=True, text=True, check=True, env={**os.environ, **(environment or {})})
    rps = float(done.stdout)
    used = cpu.own_children_nanoseconds() - before
    return load.Load(int(rps * seconds), rps, 0, 1000 / rps, 1000 / rps), used
