"""hop: guest A calls guest B for every request. What a hop costs beside a request from outside."""

from harness import figures, load, rounds, servers

# row: (guest A, guest B)
FORMS = {
    "wasi_http": ("hop_http", "hello_p2"),
    "wit_invoke": ("hop_wit", "hello_p2"),
    "core_invoke": ("hop_core", "hello_cgi"),
}


def start(skep, first, second):
    return servers.skep(skep, {
        "a": {"module": servers.quoted(servers.guest(first)), "routes": '["/a", "/alone"]', "calls": '["b"]'},
        "b": {"module": servers.quoted(servers.guest(second)), "routes": '["/b"]'},
    }, probe="/alone")


def latency(server, path, settings):
    """The median latency of one connection, without a queue."""
    return load.closed(server.url(path), settings.seconds, 1).p50_ms


def row(name, skep, settings):
    """Rates are of requests per second of CPU time."""
    together, first, second, added = [], [], [], []
    with start(skep, *FORMS[name]) as server:
        status, body = server.get("/a")
        if status != 200 or b"Hello" not in body:
            raise RuntimeError(f"the hop answered {status}: {body!r}")
        for _ in range(settings.rounds):
            for rates, path in ((together, "/a"), (first, "/alone"), (second, "/b")):
                seen, cpu = rounds.one_run(server, path, settings)
                if seen.failed:
                    raise RuntimeError(f"{name}: {seen.failed} of {seen.requests} requests of {path} failed")
                rates.append(figures.rate_per_cpu_second(seen.requests, cpu))
            added.append(latency(server, "/a", settings) - latency(server, "/alone", settings))
    kept = [figures.kept(*rates) for rates in zip(together, first, second)]
    return {"name": name, "kept": figures.median(kept), "added_p50_ms": figures.median(added),
            "rps_cpu": figures.median(together), "a_alone_rps_cpu": figures.median(first),
            "b_alone_rps_cpu": figures.median(second), "spread": figures.spread(together)}


def run(options):
    settings = rounds.Settings.of(options.quick)
    settings.seconds = max(1, settings.seconds // 2)
    return [row(name, options.skep, settings) for name in FORMS]
