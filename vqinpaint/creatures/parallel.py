"""Drawing creatures in several processes at a time."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator

# How many creatures a process is sent at a time.
_CHUNK = 8


@contextlib.contextmanager
def mapper(processes: int, count: int) -> Iterator[Callable]:
    """A `map` that keeps the order of its results, in this process or over several.

      with mapper(processes=4, count=100) as map_:
          results = list(map_(function, jobs))

    Args:
      processes: how many; 0 = one per core. One process is this one.
      count: how many jobs there are; more processes than jobs are not started.

    Yields:
      A function (function of one job, jobs) -> iterator of results. Both the function
      and the jobs must be picklable.
    """
    processes = min(processes or os.cpu_count() or 1, count)
    if processes == 1:
        yield map
        return
    # New interpreters, because forked ones would inherit TensorFlow, which forbids that.
    # Only this process reports an interrupt, so that it is reported once.
    context = multiprocessing.get_context("spawn")
    ignore = (signal.SIGINT, signal.SIG_IGN)
    with context.Pool(processes, signal.signal, ignore) as pool:
        yield lambda function, jobs: pool.imap(function, jobs, chunksize=_CHUNK)
