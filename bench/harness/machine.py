"""The machine: its cores, its kernel, how Skep resets memory there."""

import datetime
import functools
import json
import os
import pathlib
import platform
import subprocess

SERVER_CORE, LOAD_CORE = 0, 1
ROOT = pathlib.Path(__file__).resolve().parents[2]


def on_core(core):
    """The words before a command that keep it on one core."""
    return ["taskset", "-c", str(core)]


def cache_folder():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "skep"


def disk():
    """The folder on whose disk servers keep what they write: of the clone, or what BENCH_DISK names."""
    folder = pathlib.Path(os.environ.get("BENCH_DISK") or ROOT / "build" / "bench" / "disk")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def name():
    """Processor, cores and memory."""
    text = pathlib.Path("/proc/cpuinfo").read_text()
    models = [line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"


def reset_mode(doctor):
    """`scan` or `memset`, from the checks that `skep doctor -o json` prints: how memory is reset between instances."""
    for check in doctor:
        if check["check"] == "engine":
            return "scan" if "page-map scan" in check["detail"] else "memset"
    return "unknown"


@functools.cache
def page_map(skep):
    done = subprocess.run([skep, "doctor", "-o", "json"], capture_output=True, text=True, cwd="/")
    return reset_mode(json.loads(done.stdout or "[]"))


def description(skep, sha256):
    return {"machine": name(), "kernel": platform.release(), "page_map": page_map(skep),
            "date": datetime.date.today().isoformat(), "skep_sha256": sha256}
