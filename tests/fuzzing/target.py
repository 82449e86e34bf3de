"""What is fuzzed: a reader, and good input for it."""

from __future__ import annotations

import dataclasses
import os
import random
import tempfile
from collections.abc import Callable, Sequence

# From good bytes and a source of random numbers to other bytes.
Mutator = Callable[[bytes, random.Random], bytes]


@dataclasses.dataclass(frozen=True)
class Target:
    """A reader under test.

    It must answer, or raise `vqinpaint.errors.UserError`, in bounded time and memory.
    Everything else is a fault.

    Attributes:
      name: unique; part of what replays a case.
      inputs: makes the good inputs, the same at each call.
      read: gives bytes to the reader; `as_file` makes one of a function of a path.
      mutators: of this format, tried as often as the general ones in `mutators.py`.
      weight: share of the cases, relative to other targets; less for slow readers.
      seconds: that one case may take.
      megabytes: of memory that one case may add.
    """

    name: str
    inputs: Callable[[], Sequence[bytes]]
    read: Callable[[bytes], object]
    mutators: Sequence[Mutator] = ()
    weight: float = 1.0
    seconds: float = 10.0
    megabytes: int = 512


def as_file(read: Callable[[str], object], name: str) -> Callable[[bytes], None]:
    """A reader of bytes made of a reader of a file that is called `name`."""

    def read_bytes(data):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name)
            with open(path, "wb") as file:
                file.write(data)
            read(path)

    return read_bytes
