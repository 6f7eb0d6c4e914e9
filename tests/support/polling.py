"""Waiting for conditions."""

import time

PATIENCE = 20.0  # seconds; only a failing test waits so long
PAUSE = 0.01  # seconds between two looks


def eventually(condition, what="the condition", patience=PATIENCE):
    """The first true value of `condition()`. Fails once `patience` seconds are over."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come about within {patience} s")
        time.sleep(PAUSE)
