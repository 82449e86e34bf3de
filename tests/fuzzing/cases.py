"""One case: a target and a number decide everything about it."""

from __future__ import annotations

import functools
import random
import time
import traceback
from typing import NamedTuple

from tests.fuzzing import memory
from tests.fuzzing.mutators import mutated
from tests.fuzzing.target import Target
from vqinpaint.errors import UserError

CLEAN, REFUSED, FAULT = "clean", "refused", "fault"
# A refusal is one line that a person reads.
_LONGEST_MESSAGE = 1000


class Outcome(NamedTuple):
    """What a reader made of a case."""

    kind: str  # CLEAN, REFUSED or FAULT
    text: str = ""  # the refusal, or what is wrong


def data_of(target: Target, number: int) -> bytes:
    """The input of case `number`, the same on every machine and at every call."""
    draw = random.Random(f"{target.name}/{number}")
    inputs = _inputs(target.name, target.inputs)
    return mutated(inputs[draw.randrange(len(inputs))], draw, target.mutators)


def run_case(target: Target, number: int) -> Outcome:
    """Gives one mutated input to a reader.

    Time and memory are looked at afterwards; `watching.py` ends what does not return.
    """
    data = data_of(target, number)
    before, start = memory.reset_peak(), time.monotonic()
    outcome = _outcome(target, data)
    seconds, megabytes = time.monotonic() - start, memory.peak() - before
    if seconds > target.seconds:
        return Outcome(FAULT, f"took {seconds:.1f} s, at most {target.seconds} allowed")
    if megabytes > target.megabytes:
        return Outcome(
            FAULT, f"took {megabytes} MB, at most {target.megabytes} allowed"
        )
    return outcome


def _outcome(target, data):
    try:
        target.read(data)
    except UserError as error:
        text = str(error)
        if not text or len(text) > _LONGEST_MESSAGE or "\n" in text:
            return Outcome(
                FAULT, f"a message of {len(text)} characters: {text[:200]!r}"
            )
        return Outcome(REFUSED, text)
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
        return Outcome(FAULT, f"{type(error).__name__}: {str(error)[:120]} ({place})")
    return Outcome(CLEAN)


@functools.cache
def _inputs(name, make):
    return tuple(make())
