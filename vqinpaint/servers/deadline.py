"""A time by which a whole piece of work must be done."""

from __future__ import annotations

import concurrent.futures
import threading
from typing import Callable, TypeVar

from vqinpaint.errors import UsageError

T = TypeVar("T")
_LONGEST = 7 * 24 * 3600  # of a timeout, in seconds; threads cannot wait for ever


def check_timeout(seconds: float) -> None:
    """Raises UsageError unless --timeout is possible; NaN is not."""
    if not 0 < seconds <= _LONGEST:
        raise UsageError(
            f"--timeout={seconds}: give seconds above 0, at most {_LONGEST} (a week)."
        )


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` returns, or raises.

    The timeouts of sockets begin anew with every byte that comes, and looking up a name
    has none. So the work is done in a thread of its own, which is left behind if it takes
    longer; it does not keep the process from ending.

    Args:
      seconds: that it may take.
      call: the work.

    Raises:
      TimeoutError: it took longer.
    """
    outcome: concurrent.futures.Future[T] = concurrent.futures.Future()

    def work():
        try:
            outcome.set_result(call())
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    if not concurrent.futures.wait([outcome], seconds).done:
        raise TimeoutError
    return outcome.result()
