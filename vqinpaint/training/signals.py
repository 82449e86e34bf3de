"""Signals that ask training to end."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def catch_signals() -> Iterator[list[str]]:
    """Context in which SIGINT and SIGTERM are noted instead of ending the program.

    A second signal of the same kind ends it as usual. For the main thread alone.

    Yields:
      A list, to which the signal's name is added when one comes.
    """
    caught = []

    def note(number, frame):
        caught.append(signal.Signals(number).name)
        signal.signal(number, signal.SIG_DFL)

    before = {s: signal.signal(s, note) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
