"""host_call: a call of the host that answers at once, string in, bytes out, beyond the guest's own work."""

import statistics

from harness import figures, load, rounds, servers

# bytes out: calls in one request, so that a request takes about a millisecond
SIZES = {64: 2000, 4096: 2000, 65536: 500}
# the rows' prefix: the guest, a component over WIT or a program over the core interface
FORMS = {"b": "host_call_wit", "core_b": "host_call"}


def start(skep, guest):
    values = ", ".join(f'b{size} = "{"x" * size}"' for size in SIZES)
    return servers.skep(skep, {"calls": {"module": servers.quoted(servers.guest(guest)), "routes": '["/"]',
                                         "config": f"{{ {values} }}"}}, probe="/?1,64,call")


def cpu_per_request(server, path, seconds):
    before = server.cpu()
    seen = load.closed(server.url(path), seconds, 4)
    if seen.failed:
        raise RuntimeError(f"{seen.failed} of {seen.requests} requests of {path} failed")
    return (server.cpu() - before) / seen.requests


def one_size(server, name, size, settings):
    """Nanoseconds of each round: the calls' cost less that of the guest's own work."""
    calls, own, beyond = SIZES[size], [], []
    for _ in range(settings.rounds):
        alone = cpu_per_request(server, f"/?{calls},{size},own", settings.seconds) / calls
        own.append(alone)
        beyond.append(cpu_per_request(server, f"/?{calls},{size},call", settings.seconds) / calls - alone)
    return {"name": name, "call_us": statistics.median(beyond) / 1000, "own_us": statistics.median(own) / 1000,
            "spread": figures.spread(beyond)}


def run(options):
    settings = rounds.Settings.of(options.quick)
    settings.seconds = max(1, settings.seconds // 2)
    rows = []
    for prefix, guest in FORMS.items():
        with start(options.skep, guest) as server:
            rows += [one_size(server, f"{prefix}{size}", size, settings) for size in SIZES]
    return rows
