"""Runs what takes long in another thread, so that this one can look and listen."""

from __future__ import annotations

import threading
from typing import Callable, TypeVar

T = TypeVar("T")
_INTERVAL = 0.1  # seconds between two looks


def watched(call: Callable[[], T], look: Callable[[], None]) -> T:
    """Runs `call()` in another thread and calls `look()` ten times a second.

    TensorFlow does not come back to Python while it computes: its own thread could
    neither show progress nor hear Ctrl-C. This one can; it leaves the other behind when
    it is interrupted.

    Args:
      call: does the work.
      look: what to do meanwhile, such as to report progress.

    Returns:
      What `call` returns.

    Raises:
      What `call` raises; KeyboardInterrupt.
    """
    outcome = {}

    def work():
        try:
            outcome["result"] = call()
        except BaseException as error:  # carried over to the caller's thread
            outcome["error"] = error

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_INTERVAL)
        look()
    if "error" in outcome:
        raise outcome["error"]
    return outcome["result"]
