"""neighbour: what a service notices of others that misbehave beside it, on one core."""

from harness import figures, load, machine, rounds, scripts, servers

# row: (path of the hostile guest, connections that ask for it)
HOSTILE = {
    "beside_loop": ("/loop", 1),
    "beside_64_hogs": ("/loop", 64),
    "beside_memory_bomb": ("/memory-bomb", 4),
    "beside_recursion": ("/recursion", 4),
    "beside_handle_leak": ("/handle-leak", 4),
    "beside_log_flood": ("/log-flood", 4),
    "beside_random": ("/random", 4),
    "beside_sleepers": ("/sleep", 64),
    "beside_traps": ("/trap-before", 4),
}
# The same of a guest that only asks its store, in statements that are new each time: (path, connections, script).
SLOW_STATEMENTS = {
    "beside_sql_recursion": ("/recursion", 4),
    "beside_sql_function": ("/function", 4),
    "beside_sql_scan": ("/scan", 4),
    "beside_sql_sort": ("/sort", 4),
    "beside_sql_bytes": ("/bytes", 4),
    "beside_sql_trigger": ("/trigger", 4, scripts.POST),
    "beside_kv_list": ("/list", 4),
    "beside_kv_large": ("/large", 4),
}
QUICK_CONNECTIONS = 16


def start(skep):
    return servers.skep(skep, {
        "neighbour": {"module": servers.quoted(servers.guest("hello_p2")), "routes": '["/"]'},
        "hostile": {"module": servers.quoted(servers.guest("hostile_p2")), "routes": '["/*"]',
                    "limits": '{ time = "1s", cpu = "1s" }'},
    })


def start_beside_statements(skep):
    migrations = machine.ROOT / "bench" / "guests" / "slow_sql" / "migrations"
    server = servers.skep(skep, {
        "neighbour": {"module": servers.quoted(servers.guest("hello_p2")), "routes": '["/"]'},
        "slow_sql": {"module": servers.quoted(servers.guest("slow_sql")), "routes": '["/*"]', "kv": "true",
                     "data": '{ transaction_timeout = "1s" }', "migrations": servers.quoted(migrations)},
    })
    for part in range(40):
        status, body, _ = server.post(f"/fill/{part}", {})
        if status != 201:
            raise RuntimeError(f"filling the store was answered {status}: {body!r}")
    return server


def latency(server, seconds, rate):
    seen = load.open_model(server.url(), seconds, rate, 16)
    if seen.failed:
        raise RuntimeError(f"the neighbour failed {seen.failed} of {seen.requests} requests")
    return seen


def beside(server, settings, rate, path, connections, script=None):
    """The neighbour's latencies while `connections` ask for `path`, round by round: (idle, beside)."""
    idle, disturbed = [], []
    for _ in range(settings.rounds):
        idle.append(latency(server, settings.seconds, rate))
        hostile = load.start_closed(server.url(path), settings.seconds + 2, connections, script)
        try:
            disturbed.append(latency(server, settings.seconds, rate))
        finally:
            hostile.terminate()
            hostile.communicate()
    return idle, disturbed


def row(name, server, settings, rate, hostile):
    idle, disturbed = beside(server, settings, rate, *hostile)
    before = figures.median([seen.p99_ms for seen in idle])
    after = figures.median([seen.p99_ms for seen in disturbed])
    bound = figures.bound(before)
    return {"name": name, "p99_ms": after, "idle_p99_ms": before, "bound_ms": bound, "within": int(after <= bound),
            "p50_ms": figures.median([seen.p50_ms for seen in disturbed]), "rate": rate}


def quick_rates(server, settings):
    """(alone, beside) in requests per second: quick connections, without and with one whose requests spin."""
    alone, together = [], []
    for _ in range(settings.rounds):
        alone.append(load.closed(server.url("/quick"), settings.seconds, QUICK_CONNECTIONS).rps)
        spinner = load.start_closed(server.url("/spin"), settings.seconds + 1, 1)
        together.append(load.closed(server.url("/quick"), settings.seconds, QUICK_CONNECTIONS).rps)
        load.finish_closed(spinner)
    return alone, together


def quick_beside_spinner(options, settings):
    module = servers.quoted(servers.guest("spinner"))
    fields = {"name": "quick_beside_spinner"}
    starts = {"": lambda: servers.skep(options.skep, {"spinner": {"module": module, "routes": '["/*"]'}}, "/quick"),
              "wasmtime_": lambda: servers.wasmtime("spinner")}
    for prefix, begin in starts.items():
        with begin() as server:
            load.warm_up(server.url("/quick"), QUICK_CONNECTIONS)
            alone, together = quick_rates(server, settings)
        fields[f"{prefix}kept"] = figures.ratio(together, alone)
        fields[f"{prefix}alone_rps"] = figures.median(alone)
        fields[f"{prefix}beside_rps"] = figures.median(together)
    return fields


def run(options):
    settings = rounds.Settings.of(options.quick)
    settings.rounds = 1 if options.quick else 3
    settings.seconds = 2 if options.quick else 5
    rows = [quick_beside_spinner(options, settings)]
    for begin, hostile in ((start, HOSTILE), (start_beside_statements, SLOW_STATEMENTS)):
        with begin(options.skep) as server:
            rate = load.closed(server.url(), settings.seconds).rps / 2
            rows += [row(name, server, settings, rate, what) for name, what in hostile.items()]
    return rows
