"""Servers under test: each on the server's core, on a port of its own, stopped at the end of a `with`."""

import http.client
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

from harness import cpu, machine, peers


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def guest(name):
    """The path of a guest that tools/build_guests has built."""
    return machine.ROOT / "build" / "guests" / f"{name}.wasm"


def services_toml(services):
    """[services.NAME] sections from {name: {key: value}}; keys and values as TOML writes them."""
    lines = []
    for name, keys in services.items():
        lines += [f"[services.{name}]", *(f"{key} = {value}" for key, value in keys.items()), ""]
    return "\n".join(lines)


def quoted(value):
    return f'"{value}"'


def memory_of(pid):
    """{"rss_mib", "anon_mib"} of a process now."""
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return {"rss_mib": int(fields["VmRSS"].split()[0]) / 1024, "anon_mib": int(fields["RssAnon"].split()[0]) / 1024}


class Server:
    """A process that answers HTTP on `port`; its output goes to a file that is shown when it does not start."""

    def __init__(self, command, port, folder, probe="/", environment=None):
        self.port, self.folder = port, folder
        self.output = pathlib.Path(folder.name, "output")
        self.started = time.monotonic()
        with self.output.open("w") as output:
            self.process = subprocess.Popen([*machine.on_core(machine.SERVER_CORE), *map(str, command)],
                                            stdout=output, stderr=output, cwd=folder.name,
                                            env={**os.environ, **(environment or {})})
        self.wait(probe)

    def wait(self, probe, patience=900.0):
        """Until `probe` is answered with a status below 400."""
        while time.monotonic() < self.started + patience and self.process.poll() is None:
            try:
                if self.get(probe)[0] < 400:
                    self.took = time.monotonic() - self.started
                    return
            except OSError:
                pass
            time.sleep(0.001)
        text = self.output.read_text()
        self.stop()
        raise RuntimeError(f"no answer on port {self.port} for {probe}:\n{text}")

    def get(self, path, port=None):
        """(status, body) of one request on a connection of its own."""
        return self.ask("GET", path, port or self.port, {})[:2]

    def post(self, path, headers):
        """(status, body, headers)."""
        return self.ask("POST", path, self.port, headers)

    def ask(self, method, path, port, headers):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request(method, path, headers=headers)
        reply = connection.getresponse()
        body = reply.read()
        connection.close()
        return reply.status, body, reply.headers

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def pid(self):
        return self.process.pid

    def cpu(self):
        return cpu.cpu_nanoseconds(self.pid)

    def open_files(self):
        return len(list(pathlib.Path(f"/proc/{self.pid}/fd").iterdir()))

    def memory(self):
        return memory_of(self.pid)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def manifest(services, port, control):
    """An application for measuring: one io thread, no access log, everything else as usual."""
    return (f'[gateway]\nlisten = "127.0.0.1:{port}"\naccess_log = false\n[control]\nlisten = "127.0.0.1:{control}"\n'
            f"[runtime]\nio_threads = 1\n\n{services_toml(services)}")


def scratch():
    """A folder for a server's files, on the disk that is measured."""
    return tempfile.TemporaryDirectory(prefix="skep-", dir=machine.disk())


def skep(program, services, probe="/", *, command="up", environment=None, data=None):
    """Skep with `services`, {name: {key: value}}; its data directory lasts as long as it does, but for `data`."""
    port, control = free_port(), free_port()
    folder = scratch()
    pathlib.Path(folder.name, "skep.toml").write_text(manifest(services, port, control))
    where = ["--data-dir", data] if data else []
    server = Server([program, command, ".", *where], port, folder, probe, environment)
    server.control = control
    return server


def hello(program, name, **keys):
    """Skep with one service that is guest `name`, on /."""
    module = quoted(guest(name))
    return skep(program, {"hello": {"module": module, "routes": '["/"]', **keys}})


def wasmtime(name, *options):
    """`wasmtime serve` of guest `name`. Rust's guests import wasi:cli, which it links with -Scli only."""
    port = free_port()
    folder = scratch()
    command = [peers.wasmtime(), "serve", "-Scli", *options, "--addr", f"127.0.0.1:{port}", guest(name)]
    return Server(command, port, folder)


def bare(program, name):
    """The bare program: the same sockets, parser and guest, and nothing of the rest."""
    port = free_port()
    folder = scratch()
    return Server([program, guest(name), str(port)], port, folder)
