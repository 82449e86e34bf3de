"""Mutations of the headers of tar files; their checksums fit again."""

from __future__ import annotations

import random

_BLOCK = 512
# Where a header keeps name, mode, size, time, type and link name: (start, length).
_FIELDS = ((0, 100), (100, 8), (124, 12), (136, 12), (156, 1), (157, 100), (345, 155))
_CHECKSUM = slice(148, 156)
_TYPES = b"0123456789LKxgSVDNM\0"
_SIZES = (b"77777777777\0", b"27200000000000\0"[:12], b"\x80" + b"\0" * 5 + b"\x03" * 6)


def change_header(data: bytes, draw: random.Random) -> bytes:
    """Changes a field of a member's header."""
    starts = [
        start
        for start in range(0, len(data) - _BLOCK + 1, _BLOCK)
        if data[start + 257 : start + 262] == b"ustar"
    ]
    if not starts:  # compressed
        place = draw.randrange(len(data))
        return data[:place] + draw.randbytes(1) + data[place + 1 :]
    start = draw.choice(starts)
    header = bytearray(data[start : start + _BLOCK])
    field, length = draw.choice(_FIELDS)
    if length == 1:
        header[field] = draw.choice(_TYPES)
    elif field == 124 and draw.random() < 0.7:
        header[field : field + length] = draw.choice(_SIZES)
    else:
        header[field + draw.randrange(length)] = draw.randrange(256)
    header[_CHECKSUM] = b" " * 8
    header[_CHECKSUM] = b"%06o\0 " % sum(header)
    return data[:start] + bytes(header) + data[start + _BLOCK :]


TAR_MUTATORS = (change_header,)
