"""Runs of several servers in turn, so that a drift of the machine meets all of them alike."""

import contextlib
import dataclasses
import functools

from harness import figures, load


@dataclasses.dataclass
class Settings:
    """How long and how often."""
    seconds: float = 4
    rounds: int = 7
    connections: int = 64

    @staticmethod
    def of(quick):
        return Settings(seconds=1, rounds=3) if quick else Settings()


class Runs:
    """What one server did, round by round."""

    def __init__(self):
        self.rps, self.rps_cpu, self.p50, self.p99 = [], [], [], []

    def add(self, seen, cpu_nanoseconds):
        if seen.failed:
            raise RuntimeError(f"{seen.failed} of {seen.requests} requests failed: {seen.refused or 'no code'}")
        self.rps.append(seen.rps)
        self.rps_cpu.append(figures.rate_per_cpu_second(seen.requests, cpu_nanoseconds))
        self.p50.append(seen.p50_ms)
        self.p99.append(seen.p99_ms)

    def fields(self):
        return {"rps": figures.median(self.rps), "rps_cpu": figures.median(self.rps_cpu),
                "p50_ms": figures.median(self.p50), "p99_ms": figures.median(self.p99),
                "spread": figures.spread(self.rps_cpu)}


def one_run(server, path, settings, script=None):
    before = server.cpu()
    seen = load.closed(server.url(path), settings.seconds, settings.connections, script)
    return seen, server.cpu() - before


def in_turn(contenders, settings):
    """{name: Runs} of {name: function that runs once and gives (Load, nanoseconds of CPU time)}, which are warm."""
    runs = {name: Runs() for name in contenders}
    for _ in range(settings.rounds):
        for name, contender in contenders.items():
            try:
                runs[name].add(*contender())
            except RuntimeError as failure:
                raise RuntimeError(f"{name}: {failure}") from failure
    return runs


def measure(starts, settings, path="/"):
    """{name: Runs} of {name: function that starts a server}: each is warmed up, then all run in turn. `path` may be
    {name: path}."""
    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(start()) for name, start in starts.items()}
        path_of = path if isinstance(path, dict) else dict.fromkeys(servers, path)
        for name, server in servers.items():
            load.warm_up(server.url(path_of[name]), settings.connections)
        return in_turn({name: functools.partial(one_run, server, path_of[name], settings)
                        for name, server in servers.items()}, settings)
