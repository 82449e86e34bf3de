"""Many cases in a process of their own, watched from outside.

A reader that hangs, or takes the whole process with it, costs that process and is
reported as a fault; another process goes on with the next case.
"""

from __future__ import annotations

import collections
import ctypes
import importlib
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.fuzzing.cases import FAULT, Outcome, data_of, run_case
from tests.fuzzing.target import Target

# TensorFlow's threads do not survive a fork.
_PROCESSES = multiprocessing.get_context("spawn")
# Room for libraries in the address space, which they reserve in large pieces.
_RESERVED = 16 << 30


class Fault(NamedTuple):
    """What a reader did wrong, and where."""

    target: str
    number: int  # of the case; replays it
    text: str


class Count(NamedTuple):
    """What came of the cases of one target."""

    target: str
    kinds: collections.Counter
    faults: list[Fault]


def run(
    target: Target,
    numbers: range,
    progress: Callable[[int], None] = lambda n: None,
    module: str = "tests.fuzzing.targets",
    patience: float = 20,
) -> Count:
    """Runs the cases of a target with these numbers, one process after another.

    Args:
      target: to be found by its name in `TARGETS` of the module.
      numbers: of the cases.
      progress: called with the number of cases that have ended.
      module: where the process finds the target.
      patience: seconds after what a case may take; other work may have the processor.
    """
    kinds: collections.Counter = collections.Counter()
    faults = []
    left = numbers
    while left:
        ended = 0
        for number, outcome in _in_process(target, left, module, patience):
            ended += 1
            kinds[outcome.kind] += 1
            if outcome.kind == FAULT:
                faults.append(Fault(target.name, number, outcome.text))
            progress(len(numbers) - len(left) + ended)
        left = left[ended:]
    return Count(target.name, kinds, faults)


def _in_process(target, numbers, module, patience) -> Iterable[tuple[int, Outcome]]:
    """(number, outcome) of the cases until the process dies; that case is the last."""
    receiver, sender = _PROCESSES.Pipe(duplex=False)
    worker = _PROCESSES.Process(
        target=_work, args=(module, target.name, numbers, sender), daemon=True
    )
    worker.start()
    sender.close()
    try:
        try:
            receiver.recv()  # everything is imported, and the good inputs are made
        except EOFError:
            raise RuntimeError(f"{target.name} cannot start; see above") from None
        for number in numbers:
            if not receiver.poll(target.seconds + patience):
                yield number, Outcome(FAULT, "does not return")
                return
            try:
                outcome = receiver.recv()
            except EOFError:
                worker.join()
                yield number, Outcome(FAULT, f"ends the process ({worker.exitcode})")
                return
            yield number, outcome
    finally:
        worker.kill()
        worker.join()
        receiver.close()


def _work(module, name, numbers, sender):
    targets = importlib.import_module(module).TARGETS
    if sys.platform == "linux":  # ends with the process that watches
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (_RESERVED, _RESERVED))
    target = next(target for target in targets if target.name == name)
    data_of(target, 0)
    sender.send(None)
    # Libraries in C write to standard error what they think of the input.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    for number in numbers:
        sender.send(run_case(target, number))
