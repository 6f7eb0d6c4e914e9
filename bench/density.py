"""density: what many services cost, how soon they are there, how soon a change is."""

import pathlib
import re
import socket
import subprocess
import tempfile
import time

from harness import figures, machine, servers

SERVICES = 10_000
LEDGER_MIGRATIONS = machine.ROOT / "bench" / "guests" / "ledger" / "migrations"
COLD_STORES = 100
SETTLE_SECONDS = 3  # until what is to be closed is closed
GREETINGS = ("Hello", "Howdy")


def leb128(number):
    """`number` as WebAssembly writes unsigned integers."""
    out = bytearray()
    while True:
        byte, number = number & 0x7F, number >> 7
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)


def distinct(module, number):
    """`module` with a custom section of its own at the end: other content, the same code."""
    name = b"number"
    content = leb128(len(name)) + name + str(number).encode()
    return module + b"\0" + leb128(len(content)) + content


def many_services(folder, modules):
    """{name: keys} of 10,000 services that run `modules` distinct modules, and these files in `folder`."""
    module = servers.guest("hello_p2").read_bytes()
    services = {}
    for number in range(modules):
        file = pathlib.Path(folder, f"m{number}.wasm")
        file.write_bytes(distinct(module, number))
        for copy in range(SERVICES // modules):
            name = f"s{number}-{copy}"
            services[name] = {"module": servers.quoted(file), "routes": f'["/{name}"]'}
    services["warm"] = {"module": servers.quoted(servers.guest("hello_cgi")), "routes": '["/warm"]'}
    return services


def told(reply):
    """The status line, and all that follows where it is not 2xx."""
    return (reply.split(b"\r\n", 1)[0] if reply[9:10] == b"2" else reply).decode()


class Line:
    """One connection that stays open, with as little between it and the clock as can be."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path, method="GET", host="bench"):
        """(what is `told`, milliseconds) of one request whose reply comes in one piece."""
        length = "" if method == "GET" else "Content-Length: 0\r\n"
        request = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{length}\r\n".encode()
        begin = time.perf_counter_ns()
        self.socket.sendall(request)
        reply = self.socket.recv(65536)
        took = (time.perf_counter_ns() - begin) / 1e6
        return told(reply), took


def first_requests(port, modules):
    """Milliseconds of the first request to one service of each module."""
    line = Line(port)
    for _ in range(200):
        line.ask("/warm")
    times = []
    for number in range(modules):
        status, took = line.ask(f"/s{number}-0")
        if " 200 " not in status:
            raise RuntimeError(f"s{number}-0 answered {status}")
        times.append(took)
    return times


def idle_and_cold(options):
    modules = 10 if options.quick else 100
    with tempfile.TemporaryDirectory() as folder:
        services = many_services(folder, modules)
        begin = time.monotonic()
        with servers.skep(options.skep, services, probe="/warm") as server:
            took = time.monotonic() - begin
            memory = server.memory()
            times = first_requests(server.port, modules)
    idle = {"name": "idle_10000", "services": len(services) - 1, **memory, "ready_s": took}
    cold = {"name": "cold", "first_request_ms": figures.median(times), "p99_ms": figures.percentile(times, 0.99),
            "max_ms": max(times)}
    return [idle, cold]


def many_stores(folder, modules, stores):
    """{name: keys} of `stores` services, each a host of its own, with a store each, over `modules` distinct modules."""
    module = servers.guest("ledger").read_bytes()
    services = {}
    for number in range(modules):
        file = pathlib.Path(folder, f"m{number}.wasm")
        file.write_bytes(distinct(module, number))
        for copy in range(stores // modules):
            name = f"s{number}-{copy}"
            services[name] = {"module": servers.quoted(file), "routes": f'[{{ path = "/*", host = "{name}" }}]',
                              "data": "true", "migrations": servers.quoted(LEDGER_MIGRATIONS)}
    services["warm"] = {"module": servers.quoted(servers.guest("hello_cgi")), "routes": '["/warm"]'}
    return services


def write_each(port, names):
    """One row into the store of every service."""
    line = Line(port)
    for name in names:
        status, _ = line.ask("/rows", "POST", name)
        if " 201 " not in status:
            raise RuntimeError(f"{name} answered {status}")


def cold_stores(port, names):
    """Milliseconds of the first read of one row in each store."""
    line = Line(port)
    for _ in range(200):
        line.ask("/warm")
    times = []
    for name in names:
        status, took = line.ask("/rows/1", host=name)
        if " 200 " not in status:
            raise RuntimeError(f"{name} answered {status}")
        times.append(took)
    return times


def stores(options):
    """Rows stores_10000, and cold_store of services whose stores others have driven from among the open ones, after a
    start that called none of them."""
    count, modules = (500, 5) if options.quick else (10_000, 10)
    with tempfile.TemporaryDirectory() as folder, servers.scratch() as data:
        services = many_stores(folder, modules, count)
        names = [name for name in services if name != "warm"]
        with servers.skep(options.skep, services, probe="/warm", data=data) as server:
            write_each(server.port, names)
            time.sleep(SETTLE_SECONDS)
            idle = {"name": "stores_10000", "services": len(names), **server.memory(),
                    "open_files": server.open_files()}
        with servers.skep(options.skep, services, probe="/warm", data=data) as server:
            started = {"restart_s": server.took, "restart_rss_mib": server.memory()["rss_mib"]}
            times = cold_stores(server.port, names[:COLD_STORES])
    cold = {"name": "cold_store", "first_request_ms": figures.median(times), "p99_ms": figures.percentile(times, 0.99),
            "max_ms": max(times)}
    return [cold, {**idle, **started}]


def answers(port, path):
    """Whether `path` is answered 200 now."""
    try:
        return " 200 " in Line(port).ask(path)[0]
    except OSError:
        return False


def one_start(options):
    """(milliseconds from exec until /readyz is 200, memory then) of the shop."""
    shop = machine.ROOT / "examples" / "shop"
    port, control = servers.free_port(), servers.free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [options.skep, "up", shop, "--data-dir", folder, "--listen", f"127.0.0.1:{port}",
                   "--control", f"127.0.0.1:{control}"]
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not answers(control, "/readyz"):
                if process.poll() is not None or time.perf_counter() > begin + 60:
                    raise RuntimeError("the shop did not start")
                time.sleep(0.0005)
            took = (time.perf_counter() - begin) * 1000
            memory = servers.memory_of(process.pid)
        finally:
            process.terminate()
            process.wait()
    return took, memory


def start(options):
    one_start(options)  # warms the code cache
    starts = [one_start(options) for _ in range(3 if options.quick else 11)]
    return {"name": "start", "ready_ms": figures.median([took for took, _ in starts]),
            "rss_mib": figures.median([memory["rss_mib"] for _, memory in starts]),
            "anon_mib": figures.median([memory["anon_mib"] for _, memory in starts])}


def source(greeting):
    text = (machine.ROOT / "bench" / "guests" / "hello_cgi" / "main.c").read_text()
    return re.sub("Hello from Skep|Howdy from Skep", f"{greeting} from Skep", text)


def one_swap(server, folder, greeting):
    """Milliseconds from the moment the built module is in place to the first new reply, once the source is saved."""
    module = pathlib.Path(folder, "hello.wasm")
    before = module.stat().st_ino, module.stat().st_mtime_ns
    pathlib.Path(folder, "main.c").write_text(source(greeting))
    deadline = time.monotonic() + 120
    while (module.stat().st_ino, module.stat().st_mtime_ns) == before:
        if time.monotonic() > deadline:
            raise RuntimeError("skep dev did not build")
        time.sleep(0.0005)
    built = time.perf_counter()
    while greeting.encode() not in server.get("/")[1]:
        if time.monotonic() > deadline:
            raise RuntimeError("skep dev did not swap")
        time.sleep(0.0005)
    return (time.perf_counter() - built) * 1000


def dev(options):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "main.c").write_text(source(GREETINGS[0]))
        module = pathlib.Path(folder, "hello.wasm")
        services = {"hello": {"module": servers.quoted(module), "routes": '["/"]'}}
        with servers.skep(options.skep, services, command="dev") as server:
            # What was built before is in the code cache: each version is new, so that compiling it counts.
            stamp = str(time.time_ns())
            swaps = [one_swap(server, folder, f"{GREETINGS[i % 2]} {stamp} {i}")
                     for i in range(3 if options.quick else 9)]
    return {"name": "dev", "swap_ms": figures.median(swaps), "max_ms": max(swaps)}


def run(options):
    return [*idle_and_cold(options), *stores(options), start(options), dev(options)]
