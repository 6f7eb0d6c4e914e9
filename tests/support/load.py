"""Requests that go on while a test does something else."""

import collections
import contextlib
import threading

import httpx

from support.polling import PATIENCE, eventually


class Load:
    """What came back: how often each status, and each failure without one."""

    def __init__(self):
        self.outcomes = collections.Counter()
        self._lock = threading.Lock()

    def add(self, outcome):
        with self._lock:
            self.outcomes[outcome] += 1

    @property
    def count(self):
        return sum(self.outcomes.values())


@contextlib.contextmanager
def hammering(url, threads=4):
    """Asks for `url` from several threads, each on one connection, until the block ends. Gives the Load."""
    load = Load()
    is_over = threading.Event()
    workers = [threading.Thread(target=_hammer, args=(url, load, is_over)) for _ in range(threads)]
    for worker in workers:
        worker.start()
    try:
        eventually(lambda: load.count >= threads, "the first replies")
        yield load
    finally:
        is_over.set()
        for worker in workers:
            worker.join(PATIENCE)


def _hammer(url, load, is_over):
    with httpx.Client(timeout=PATIENCE, trust_env=False) as client:
        while not is_over.is_set():
            load.add(_outcome(client, url))


def _outcome(client, url):
    try:
        return client.get(url).status_code
    except httpx.HTTPError as failure:
        return type(failure).__name__
