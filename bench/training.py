#!/usr/bin/env python3
"""Plays the load under which a profile is recorded: every kind of guest and call, and the shop.

usage: bench/training.py BINARY      (one that records: see tools/record_profiles)
"""

import json
import pathlib
import sys
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import host_call  # noqa: E402
import hop  # noqa: E402
import write  # noqa: E402
from harness import load, machine, scripts, servers  # noqa: E402

SECONDS = 2
CONNECTIONS = 32
BASKET = {"customer": 1, "items": [{"product": 1, "quantity": 2}, {"product": 2, "quantity": 1}]}
ORDER = {"user_id": 1, "items": [{"product_id": 1, "quantity": 2}, {"product_id": 2, "quantity": 1}]}


def play(server, path, script=None):
    seen = load.closed(server.url(path), SECONDS, CONNECTIONS, script)
    print(f"{path:24} {seen.requests:8} requests, {seen.failed} failed", flush=True)
    if seen.failed > seen.requests // 100:
        raise RuntimeError(f"{path}: {seen.failed} of {seen.requests} requests failed")


def hello(binary):
    guests = {"p2": ("hello_p2", 0), "p2_reuse": ("hello_p2", 128), "p3": ("hello_p3", 128), "p3_fresh": ("hello_p3", 1),
              "cgi": ("hello_cgi", 0)}
    services = {name: {"module": servers.quoted(servers.guest(guest)), "routes": f'["/{name}"]',
                       **({"reuse": reuse} if reuse else {})} for name, (guest, reuse) in guests.items()}
    with servers.skep(binary, services, probe="/p2") as server:
        for name in guests:
            play(server, f"/{name}")


def hops(binary):
    for first, second in hop.FORMS.values():
        with hop.start(binary, first, second) as server:
            play(server, "/a")


def host_calls(binary):
    for guest in host_call.FORMS.values():
        with host_call.start(binary, guest) as server:
            play(server, "/?50,64,call")


def writes(binary):
    with write.ledger(binary) as server:
        play(server, "/rows", scripts.POST)
        play(server, "/rows", scripts.counted("Idempotency-Key"))
        play(server, "/keys", scripts.counted("X-Number"))
        play(server, "/transfers", scripts.POST)
        play(server, "/rows/1")
        play(server, "/hello")


def post(server, path, value):
    request = urllib.request.Request(server.url(path), json.dumps(value).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        reply.read()


def shop(binary):
    port, control = servers.free_port(), servers.free_port()
    folder = servers.scratch()
    command = [binary, "up", machine.ROOT / "examples" / "shop", "--data-dir", folder.name,
               "--listen", f"127.0.0.1:{port}", "--control", f"127.0.0.1:{control}"]
    with servers.Server(command, port, folder, "/products") as server:
        post(server, "/users", {"username": "ada", "email": "ada@example.org"})
        play(server, "/products")
        play(server, "/products/1")
        play(server, "/quotes", scripts.posting(BASKET))
        play(server, "/orders", scripts.posting(ORDER, "Idempotency-Key"))
        play(server, "/orders/1")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    for part in (hello, hops, host_calls, writes, shop):
        part(binary)


if __name__ == "__main__":
    main()
