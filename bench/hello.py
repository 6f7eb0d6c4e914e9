"""hello: requests a second of CPU time for the smallest guest, beside `wasmtime serve` on the same file."""

import functools

from harness import figures, load, peers, rounds, servers

REUSE = ["--max-instance-reuse-count", "128"]
REUSE_1 = ["--max-instance-reuse-count", "1"]


def contenders(options):
    """{name: start} in the order in which they run: who is compared stands side by side."""
    hello = functools.partial(servers.hello, options.skep)
    starts = {"bare": lambda: servers.bare(options.bare, "hello_p2")} if options.bare else {}
    starts |= {
        "p2": lambda: hello("hello_p2"),
        "wasmtime_default": lambda: servers.wasmtime("hello_p2"),
        "wasmtime_tuned": lambda: servers.wasmtime("hello_p2", *peers.TUNED),
        "cgi": lambda: hello("hello_cgi"),
        "p2_reuse": lambda: hello("hello_p2", reuse=128),
        "wasmtime_reuse": lambda: servers.wasmtime("hello_p2", *peers.TUNED, *REUSE),
        "p3": lambda: hello("hello_p3"),
        "wasmtime_p3": lambda: servers.wasmtime("hello_p3", *REUSE),
        "p3_fresh": lambda: hello("hello_p3", reuse=1),
        "wasmtime_p3_reuse1": lambda: servers.wasmtime("hello_p3", *REUSE_1),
    }
    if options.before:
        starts |= {"now": starts["p2"], "before": lambda: servers.hello(options.before, "hello_p2")}
    return starts


def kept(runs):
    """What the binary that SKEP_BEFORE names would have done."""
    before = runs["before"].fields()
    return {"name": "kept", **runs["now"].fields(), "ratio": figures.ratio(runs["now"].rps_cpu, runs["before"].rps_cpu),
            "before_rps": before["rps"], "before_rps_cpu": before["rps_cpu"], "before_spread": before["spread"]}


# row: {ratio: peer}
RATIOS = {
    "p2": {"wasmtime_default": "wasmtime_default", "wasmtime_tuned": "wasmtime_tuned"},
    "p2_reuse": {"wasmtime_reuse": "wasmtime_reuse"},
    "p3": {"wasmtime_default": "wasmtime_p3"},
    "p3_fresh": {"wasmtime_reuse1": "wasmtime_p3_reuse1"},
    "cgi": {"p2": "p2"},
}


def row(name, runs):
    """One row: our figures, and for each peer its ratio and its own figures."""
    fields = {"name": name, **runs[name].fields()}
    for ratio, peer in RATIOS[name].items():
        fields[f"ratio_{ratio}"] = figures.ratio(runs[name].rps_cpu, runs[peer].rps_cpu)
        if peer != ratio or ratio.startswith("wasmtime"):
            theirs = runs[peer].fields()
            fields.update({f"{ratio}_{key}": theirs[key] for key in ("rps", "rps_cpu", "p50_ms", "p99_ms")})
    return fields


def overhead(runs):
    """What the rest of the server costs beyond sockets, parser and guest."""
    costs = [1e6 / ours - 1e6 / bare for ours, bare in zip(runs["p2"].rps_cpu, runs["bare"].rps_cpu)]
    return {"name": "overhead", "cpu_us": figures.median(costs), "server_us": 1e6 / figures.median(runs["p2"].rps_cpu),
            "bare_us": 1e6 / figures.median(runs["bare"].rps_cpu)}


def open_latency(starts, runs, settings):
    """Latency at half of the rate that the slowest of a row reaches, the same rate for all of it."""
    fields = {}
    for name, peers_of in RATIOS.items():
        rate = min(figures.median(runs[each].rps) for each in (name, *peers_of.values())) / 2
        fields[name] = {"open_rate": rate}
        for label, each in (("open", name), *((f"{ratio}_open", peer) for ratio, peer in peers_of.items())):
            with starts[each]() as server:
                load.warm_up(server.url())
                seen = [load.open_model(server.url(), settings.seconds, rate) for _ in range(3)]
            fields[name][f"{label}_p50_ms"] = figures.median([one.p50_ms for one in seen])
            fields[name][f"{label}_p99_ms"] = figures.median([one.p99_ms for one in seen])
    return fields


def run(options):
    settings = rounds.Settings.of(options.quick)
    starts = contenders(options)
    runs = rounds.measure(starts, settings)
    at_rate = open_latency(starts, runs, settings)
    rows = [{**row(name, runs), **at_rate[name]} for name in RATIOS]
    if "bare" in runs:
        rows.append(overhead(runs))
    if "before" in runs:
        rows.append(kept(runs))
    return rows
