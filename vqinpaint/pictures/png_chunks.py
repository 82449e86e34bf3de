"""Chunks of PNG files that say how colours are meant."""

from __future__ import annotations

from typing import BinaryIO

_SIGNATURE = 8  # bytes
# Gamma, primaries, rendering intent of sRGB, and code points of video colours.
_COLOUR = (b"gAMA", b"cHRM", b"sRGB", b"cICP")
_LONGEST = 32  # bytes of the longest of them
_MOST = 1000  # chunks that are looked at


def colour_chunks(file: BinaryIO) -> tuple[tuple[bytes, bytes], ...]:
    """(name, content) of such chunks before the pixels, each name once.

    Args:
      file: a PNG file, open for reading.
    """
    found: dict[bytes, bytes] = {}
    file.seek(_SIGNATURE)
    for _ in range(_MOST):
        header = file.read(8)
        length, name = int.from_bytes(header[:4], "big"), header[4:]
        if len(header) < 8 or name == b"IDAT":
            break
        if name in _COLOUR and length <= _LONGEST:
            found.setdefault(name, file.read(length))
            file.seek(4, 1)
        else:
            file.seek(length + 4, 1)
    return tuple(found.items())
