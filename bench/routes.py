"""routes: what finding one of 10,000 routes costs, alone and over HTTP."""

import subprocess

from harness import figures, machine, rounds, servers

COUNT = 10_000


def start(skep, count):
    """One guest under `count` routes, of which /r0 is asked for."""
    routes = ", ".join(f'"/r{i}"' for i in range(count))
    return servers.skep(skep, {"hello": {"module": servers.quoted(servers.guest("hello_p2")),
                                         "routes": f"[{routes}]"}}, probe="/r0")


def lookups(program):
    """{routes: nanoseconds} as skep_router_bench prints them."""
    done = subprocess.run([*machine.on_core(machine.SERVER_CORE), program], capture_output=True, text=True, check=True)
    return {int(count): float(cost) for count, cost in (line.split() for line in done.stdout.splitlines())}


def run(options):
    settings = rounds.Settings.of(options.quick)
    row = {"name": "r10000"}
    if options.router_bench:
        costs = lookups(options.router_bench)
        row.update({"lookup_ns": costs[COUNT], "one_route_lookup_ns": costs[1]})
    runs = rounds.measure({"many": lambda: start(options.skep, COUNT), "one": lambda: start(options.skep, 1)},
                          settings, path={"many": f"/r{COUNT // 2}", "one": "/r0"})
    for key, value in runs["many"].fields().items():
        row[key] = value
    row["one_route_rps_cpu"] = figures.median(runs["one"].rps_cpu)
    row["one_route_spread"] = figures.spread(runs["one"].rps_cpu)
    row["ratio_one_route"] = figures.ratio(runs["many"].rps_cpu, runs["one"].rps_cpu)
    return [row]
