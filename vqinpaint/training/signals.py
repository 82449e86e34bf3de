"""Signals that ask training to end."""

import contextlib
import signal


@contextlib.contextmanager
def catch_signals():
    """Yields a list that becomes non-empty at SIGINT or SIGTERM; a second one kills."""
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
