"""Chunks of PNG files that say how colours are meant."""

from __future__ import annotations

import os
import zlib
from typing import BinaryIO

_BEGIN = b"\x89PNG\r\n\x1a\n"
_SIGNATURE = len(_BEGIN)
# Gamma, primaries, rendering intent of sRGB, and code points of video colours.
_COLOUR = (b"gAMA", b"cHRM", b"sRGB", b"cICP")
_LONGEST = 32  # bytes of the longest of them
_MOST = 1000  # chunks that are looked at


def is_whole(path: str) -> bool:
    """Whether a file is a PNG whose chunks are all there and fit their checksums.

    Raises:
      OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        if file.read(_SIGNATURE) != _BEGIN:
            return False
        while True:
            header = file.read(8)
            length, name = int.from_bytes(header[:4], "big"), header[4:]
            # A cut file may tell of gigabytes.
            if len(header) < 8 or length > os.fstat(file.fileno()).st_size:
                return False
            content, told = file.read(length), file.read(4)
            if told != zlib.crc32(name + content).to_bytes(4, "big"):
                return False
            if name == b"IEND":
                return True


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
