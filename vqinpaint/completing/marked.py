"""PNG files that tell whether anybody changed them since this project wrote them.

The last chunk but the end holds the SHA-256 of all other bytes of the file.
"""

from __future__ import annotations

import os
import zlib

from vqinpaint.errors import UserError
from vqinpaint.files import digests
from vqinpaint.files.regular import open_regular

# Bytes of the largest file that is looked at.
_LARGEST = 1 << 28
_KEY = b"vqinpaint-unchanged"
# A text of this key: length, kind, content, checksum; then the chunk that ends the file.
_TEXT = 64
_CHUNK = 4 + 4 + len(_KEY) + 1 + _TEXT + 4
_END = 12


def marked(png: bytes) -> bytes:
    """A PNG file with a mark."""
    return png[:-_END] + _mark_of(png) + png[-_END:]


def is_unchanged(path: str) -> bool:
    """Whether a file has a mark, and is still as it was written."""
    try:
        with open_regular(path, _LARGEST) as file:
            place = os.fstat(file.fileno()).st_size - _CHUNK - _END
            if place < 0:
                return False
            # Most files have none, and need not be read as a whole.
            file.seek(place + 8)
            if file.read(len(_KEY)) != _KEY:
                return False
            file.seek(0)
            before = file.read(place)
            mark, end = file.read(_CHUNK), file.read()
    except (UserError, OSError):
        return False
    return mark == _mark_of(before + end)


def _mark_of(png):
    content = b"tEXt" + _KEY + b"\0" + digests.of_bytes(png).encode()
    length, checksum = len(content) - 4, zlib.crc32(content)
    return length.to_bytes(4, "big") + content + checksum.to_bytes(4, "big")
