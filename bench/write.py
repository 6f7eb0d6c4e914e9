"""write: requests whose writes are on disk before they are answered, beside SQLite and PostgreSQL on the same disk."""

import contextlib
import functools
import pathlib
import sys
import threading

from harness import figures, load, metrics, postgres, rounds, scripts, servers, single_flush

MIGRATIONS = pathlib.Path(__file__).resolve().parent / "guests" / "ledger" / "migrations"
MIXED_READERS = 8
OFFENCE_EVERY = 100
# What the offender itself is answered; any other refusal met someone else.
OWN_REFUSALS = {"transaction_timeout"}


def ledger(skep, environment=None, **keys):
    """The guest that writes, with a service to call; `keys` are more of its settings."""
    return servers.skep(skep, {
        "ledger": {"module": servers.quoted(servers.guest("ledger")), "routes": '["/*"]', "data": "true", "kv": "true",
                   "migrations": servers.quoted(MIGRATIONS), "calls": '["hello"]',
                   "route_options": '[{ match = "POST /spoilt", transaction_timeout = "5ms" }]', **keys},
        "hello": {"module": servers.quoted(servers.guest("hello_p2"))},
    }, probe="/hello", environment=environment)


def store_metrics(server):
    return metrics.of_service(server.get("/metrics", server.control)[1].decode(), "ledger")


def contender(server, path, settings, script=None):
    """A function that runs once, for rounds.in_turn; warmed up."""
    load.warm_up(server.url(path), settings.connections, script)
    return functools.partial(rounds.one_run, server, path, settings, script)


def baseline(options, settings, environment=None):
    return lambda: single_flush.run(options.single_flush, settings.seconds, environment)


def peer(cluster, settings):
    cluster.pgbench(["-t100"], settings.connections)  # warms it up
    return lambda: cluster.run(settings.seconds, settings.connections)


def cpu_ratio(name, ours, theirs):
    """Of rates per second of CPU time, and of those by the wall clock."""
    return {f"ratio_{name}": figures.ratio(ours.rps_cpu, theirs.rps_cpu),
            f"ratio_{name}_wall": figures.ratio(ours.rps, theirs.rps)}


def wall_ratio(name, ours, theirs):
    """Of rates by the wall clock, for who waits for the disk, and of those per second of CPU time."""
    return {f"ratio_{name}": figures.ratio(ours.rps, theirs.rps),
            f"ratio_{name}_cpu": figures.ratio(ours.rps_cpu, theirs.rps_cpu),
            f"{name}_rps": figures.median(theirs.rps), f"{name}_spread": figures.spread(theirs.rps)}


def beside_peers(runs, name, peers):
    """A row's own figures and its ratio over each peer."""
    fields = runs[name].fields()
    for other in peers:
        fields |= wall_ratio(other, runs[name], runs[other])
    return fields


def writes(options, settings):
    """Rows grouped, grouped_reuse, kv and keyed, all in turn with what they are compared with."""
    keys = {"grouped": {}, "grouped_reuse": {"reuse": 128}, "kv": {}, "keyed": {}}
    with contextlib.ExitStack() as stack:
        made = {name: stack.enter_context(ledger(options.skep, **more)) for name, more in keys.items()}
        tuned = stack.enter_context(postgres.Postgres(postgres.TUNED))
        default = stack.enter_context(postgres.Postgres({}))
        contenders = {
            "single_flush": baseline(options, settings),
            "postgres": peer(tuned, settings),
            "grouped": contender(made["grouped"], "/rows", settings, scripts.POST),
            "grouped_reuse": contender(made["grouped_reuse"], "/rows", settings, scripts.POST),
            "keyed": contender(made["keyed"], "/rows", settings, scripts.counted("Idempotency-Key")),
            "kv": contender(made["kv"], "/keys", settings, scripts.counted("X-Number")),
            "postgres_default": peer(default, settings),
        }
        before = {name: store_metrics(server) for name, server in made.items()}
        runs = rounds.in_turn(contenders, settings)
        did = {name: metrics.change(before[name], store_metrics(server)) for name, server in made.items()}
    peers = ("single_flush", "postgres", "postgres_default")
    rows = [*({"name": name, **beside_peers(runs, name, peers)} for name in ("grouped", "grouped_reuse")),
            *({"name": name, **runs[name].fields(), **cpu_ratio("grouped", runs[name], runs["grouped"])}
              for name in ("kv", "keyed"))]
    return [{**row, **metrics.store_fields(did[row["name"]])} for row in rows]


def slow_disk(options, settings):
    """Every flush takes a millisecond longer, for both."""
    slow = {"LD_PRELOAD": str(options.slow_disk)}
    settings = rounds.Settings(settings.seconds, settings.rounds, 256)
    with ledger(options.skep, slow) as server:
        contenders = {"single_flush": baseline(options, settings, slow),
                      "slow_disk": contender(server, "/rows", settings, scripts.POST)}
        before = store_metrics(server)
        runs = rounds.in_turn(contenders, settings)
        did = metrics.change(before, store_metrics(server))
    return {"name": "slow_disk", **beside_peers(runs, "slow_disk", ["single_flush"]), **metrics.store_fields(did)}


def reads(options, settings):
    """Row read, and row read_call_write beside a plain write."""
    with ledger(options.skep) as server:
        contenders = {"grouped": contender(server, "/rows", settings, scripts.POST),
                      "read_call_write": contender(server, "/transfers", settings, scripts.POST),
                      "read": contender(server, "/rows/1", settings), "hello": contender(server, "/hello", settings)}
        before = store_metrics(server)
        runs = rounds.in_turn(contenders, settings)
        did = metrics.change(before, store_metrics(server))
    read = {"name": "read", **runs["read"].fields(), **cpu_ratio("hello", runs["read"], runs["hello"]),
            "hello_rps": figures.median(runs["hello"].rps), "hello_rps_cpu": figures.median(runs["hello"].rps_cpu)}
    called = {"name": "read_call_write", **runs["read_call_write"].fields(),
              **cpu_ratio("grouped", runs["read_call_write"], runs["grouped"]),
              "conflicts": did.get("skep_store_conflicts_total", 0.0)}
    return [read, called]


class Watch:
    """The largest size that a file has, in MiB, while a `with` lasts."""

    def __init__(self, path):
        self.path, self.largest = path, 0.0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over.wait(0.005):
            self.look_once()

    def look_once(self):
        try:
            self.largest = max(self.largest, self.path.stat().st_size / 2**20)
        except FileNotFoundError:
            pass

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def wal_of(server):
    """The service's write-ahead log, whatever the data directory is called."""
    return next(pathlib.Path(server.folder.name).rglob("ledger/store.db-wal"))


def mixed(options, settings):
    """Readers that never pause beside writers, for a while, so that the log would grow if they held it."""
    seconds = settings.seconds * settings.rounds
    with ledger(options.skep) as server:
        load.warm_up(server.url("/rows"), settings.connections, scripts.POST)
        with Watch(wal_of(server)) as watch:
            readers = load.start_closed(server.url("/rows/1"), seconds, MIXED_READERS)
            written = load.closed(server.url("/rows"), seconds, settings.connections, scripts.POST)
            read = load.finish_closed(readers)
    return {"name": "mixed", "wal_max_mib": watch.largest, "failed": written.failed + read.failed, "rps": written.rps,
            "p99_ms": written.p99_ms, "read_rps": read.rps, "read_p99_ms": read.p99_ms}


def offender_round(options, settings):
    """(Load, what the store did) of a server of its own: once it was caught, an offender shares no
    batch for a minute."""
    script = scripts.offending("/spoilt", OFFENCE_EVERY)
    with ledger(options.skep) as server:
        load.warm_up(server.url("/rows"), settings.connections, scripts.POST)
        before = store_metrics(server)
        seen = load.closed(server.url("/rows"), settings.seconds, settings.connections, script)
        return seen, metrics.change(before, store_metrics(server))


def others_failed(seen):
    """Requests that failed, but for the offender's own."""
    return seen.failed - sum(count for code, count in seen.refused.items() if code in OWN_REFUSALS)


def offender(options, settings):
    done = [offender_round(options, settings) for _ in range(settings.rounds)]
    failed = sum(others_failed(seen) for seen, _ in done)
    return {"name": "offender", "failed": failed, "offences": sum(seen.failed for seen, _ in done) - failed,
            "dropped_batches": sum(did.get("skep_store_dropped_batches_total", 0.0) for _, did in done),
            "reruns": sum(did.get("skep_store_reruns_total", 0.0) for _, did in done),
            "rps": figures.median([seen.rps for seen, _ in done]),
            "p99_ms": figures.median([seen.p99_ms for seen, _ in done])}


def check_key_is_remembered(options):
    """What `keyed` measures is worth nothing where the header is ignored."""
    with ledger(options.skep) as server:
        replies = [server.post("/rows", {"Idempotency-Key": "bench-write-0001"}) for _ in range(2)]
        if replies[1][2].get("Idempotency-Replayed") != "true":
            raise RuntimeError(f"the second of two requests with one key was not answered from its record: {replies}")


def run(options):
    if not options.single_flush or not options.slow_disk:
        sys.exit("bench: build skep_single_flush and skep_slow_disk beside the binary, as `make bench` does")
    settings = rounds.Settings.of(options.quick)
    check_key_is_remembered(options)
    return [*writes(options, settings), slow_disk(options, settings), *reads(options, settings),
            mixed(options, settings), offender(options, settings)]
