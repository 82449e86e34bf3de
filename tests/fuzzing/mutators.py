"""Mutations of bytes of any format."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tests.fuzzing.target import Mutator

# Where formats keep sizes, counts and flags; edits there do more than elsewhere.
_HEADER = 64
# Lengths, counts and sizes at which readers stumble.
_NUMBERS = (0, 1, -1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1)


def flip_bits(data: bytes, draw: random.Random) -> bytes:
    """Flips one to eight bits anywhere."""
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 8))):
        changed[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def change_bytes(data: bytes, draw: random.Random) -> bytes:
    """Replaces one to sixteen bytes, mostly of the header."""
    changed = bytearray(data)
    end = len(data) if draw.random() < 0.3 else min(_HEADER, len(data))
    for _ in range(draw.choice((1, 2, 4, 16))):
        changed[draw.randrange(end)] = draw.randrange(256)
    return bytes(changed)


def write_number(data: bytes, draw: random.Random) -> bytes:
    """Writes a number of 2, 4 or 8 bytes at which readers stumble."""
    length = draw.choice((2, 4, 4, 8))
    number = draw.choice(_NUMBERS) % 256**length
    place = _place(data, draw)
    new = number.to_bytes(length, draw.choice(("big", "little")))
    return data[:place] + new + data[place + length :]


def cut(data: bytes, draw: random.Random) -> bytes:
    """Leaves out the end."""
    return data[: draw.randrange(len(data))]


def remove(data: bytes, draw: random.Random) -> bytes:
    """Leaves out a piece."""
    place = _place(data, draw)
    return data[:place] + data[place + draw.choice((1, 4, 100, 10_000)) :]


def repeat(data: bytes, draw: random.Random) -> bytes:
    """Copies a piece to another place, once or often."""
    start, length = draw.randrange(len(data)), draw.choice((1, 8, 100, 1000))
    piece = data[start : start + length] * draw.choice((1, 1, 2, 50))
    place = _place(data, draw)
    return data[:place] + piece + data[place:]


def blank(data: bytes, draw: random.Random) -> bytes:
    """Overwrites a piece with zeros, as a disk or an interrupted copy leaves it."""
    place, length = _place(data, draw), draw.choice((1, 16, 512, 4096))
    return (data[:place] + bytes(length) + data[place + length :])[: len(data)]


def append(data: bytes, draw: random.Random) -> bytes:
    """Adds random bytes, or the whole once more, at the end."""
    return data + (data if draw.random() < 0.3 else draw.randbytes(draw.randrange(64)))


GENERAL: Sequence[Mutator] = (
    flip_bits,
    change_bytes,
    write_number,
    cut,
    remove,
    repeat,
    blank,
    append,
)


def mutated(data: bytes, draw: random.Random, special: Sequence[Mutator] = ()) -> bytes:
    """Good bytes changed once, or a few times.

    Args:
      data: a good input.
      draw: source of all random numbers.
      special: further mutators of the format, tried as often as the general ones.
    """
    for _ in range(draw.choice((1, 1, 1, 2, 5))):
        if not data:
            break
        kind = special if special and draw.random() < 0.5 else GENERAL
        data = draw.choice(kind)(data, draw)
    return data


def _place(data, draw):
    """A place in the data, in the header in half of the cases."""
    return draw.randrange(len(data) if draw.random() < 0.5 else min(_HEADER, len(data)))
