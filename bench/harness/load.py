"""Load: wrk for closed loops, h2load for a stated rate. Both on the load's core."""

import dataclasses
import pathlib
import re
import subprocess
import tempfile
import time

from harness import figures, machine, scripts

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}


@dataclasses.dataclass
class Load:
    """What a load tool saw: replies, replies a second, failed ones, latencies in ms; codes of failures where known."""
    requests: int
    rps: float
    failed: int
    p50_ms: float
    p99_ms: float
    refused: dict = dataclasses.field(default_factory=dict)


def milliseconds(text):
    """`text` as wrk and h2load write times: 812.00us, 1.09ms, 2.4s, 1.02m."""
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * UNITS[unit]


def parse_wrk(text):
    """The output of `wrk --latency`."""
    requests, seconds = re.search(r"(\d+) requests in ([\d.]+(?:us|ms|s|m))", text).groups()
    if requests == "0":
        raise RuntimeError("not one request was answered while wrk ran")
    quantile = dict(re.findall(r"^\s+(\d+)%\s+([\d.]+\w+) *$", text, re.MULTILINE))
    failed = sum(int(count) for count in re.findall(r"Non-2xx or 3xx responses: (\d+)", text))
    for counts in re.findall(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text):
        failed += sum(int(count) for count in counts)
    return Load(int(requests), int(requests) * 1000 / milliseconds(seconds), failed,
                milliseconds(quantile["50"]), milliseconds(quantile["99"]), scripts.refused(text))


def parse_h2load_log(text, skip_microseconds=0):
    """The lines of `h2load --log-file`: start in µs, status, duration in µs. Returns (durations in ms, failed),
    leaving out what began in the first `skip_microseconds`."""
    rows = [line.split("\t") for line in text.splitlines() if line]
    if not rows:
        return [], 0
    begin = min(int(row[0]) for row in rows) + skip_microseconds
    kept = [row for row in rows if int(row[0]) >= begin]
    failed = sum(1 for row in kept if not 200 <= int(row[1]) < 400)
    return [int(row[2]) / 1000 for row in kept], failed


def wrk_command(url, seconds, connections, script=None):
    """A script, one of harness/scripts.py, gets a label that no other run has."""
    with_script = ["-s", str(scripts.file_of(script))] if script else []
    label = ["--", f"{time.time_ns():x}"] if script else []
    return [*machine.on_core(machine.LOAD_CORE), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
            "--timeout", "30s", *with_script, url, *label]


def closed(url, seconds, connections=64, script=None):
    """As many requests as `connections` of them, one after the other each, can make in `seconds`."""
    done = subprocess.run(wrk_command(url, seconds, connections, script), capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"wrk against {url}: {done.stderr or done.stdout}")
    return parse_wrk(done.stdout)


def warm_up(url, connections=64, script=None):
    """Load for a second that nobody looks at."""
    subprocess.run(wrk_command(url, 1, connections, script), stdout=subprocess.DEVNULL)


def start_closed(url, seconds, connections, script=None):
    """The same beside other things; give what it returns to `finish_closed`."""
    return subprocess.Popen(wrk_command(url, seconds, connections, script), stdout=subprocess.PIPE, text=True)


def finish_closed(process):
    return parse_wrk(process.communicate()[0])


def open_model(url, seconds, rate, connections=64):
    """Requests begun `rate` times a second, whether or not the earlier ones were answered; the first fifth of the
    time is left out. Each of the connections has one request under way at most."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder, "log")
        command = [*machine.on_core(machine.LOAD_CORE), "h2load", "--h1", "-t1", f"-c{connections}",
                   f"--rps={rate / connections:.3f}", f"-D{seconds}", f"--log-file={log}", url]
        subprocess.run(command, capture_output=True, check=True)
        latencies, failed = parse_h2load_log(log.read_text(), int(seconds * 200_000))
    return Load(len(latencies), len(latencies) / (seconds * 0.8), failed,
                figures.percentile(latencies, 0.5), figures.percentile(latencies, 0.99))
