"""Mutations that get past the checksums of PNG and into the tags of TIFF and EXIF."""

from __future__ import annotations

import random
import struct

from tests.fuzzing.good_pictures import png_chunk
from tests.fuzzing.mutators import GENERAL

_PNG = b"\x89PNG\r\n\x1a\n"
# Numbers in tags at which readers stumble.
_VALUES = (0, 1, 2, 8, 255, 65535, 2**31, 2**32 - 1)


def change_png_chunk(data: bytes, draw: random.Random) -> bytes:
    """Changes the content or the order of chunks; lengths and checksums fit again."""
    chunks = _chunks(data)
    if not chunks:
        return draw.choice(GENERAL)(data, draw)
    place = draw.randrange(len(chunks))
    kind, content = chunks[place]
    action = draw.randrange(4)
    if action == 0:
        del chunks[place]
    elif action == 1:
        chunks.insert(draw.randrange(len(chunks)), chunks[place])
    elif content:
        chunks[place] = kind, draw.choice(GENERAL)(content, draw)
    return _PNG + b"".join(png_chunk(*chunk) for chunk in chunks)


def change_tag(data: bytes, draw: random.Random) -> bytes:
    """Changes an entry of a TIFF directory, in a TIFF file or in EXIF data."""
    starts = [data.find(b"II*\0"), data.find(b"MM\0*")]
    starts = [start for start in starts if start >= 0]
    if not starts:
        return draw.choice(GENERAL)(data, draw)
    start = draw.choice(starts)
    order = "<" if data[start : start + 1] == b"I" else ">"
    try:
        (offset,) = struct.unpack_from(order + "I", data, start + 4)
        (count,) = struct.unpack_from(order + "H", data, start + offset)
    except struct.error:
        return draw.choice(GENERAL)(data, draw)
    entry = start + offset + 2 + 12 * draw.randrange(count or 1)
    part, length = draw.choice(((0, "H"), (2, "H"), (4, "I"), (8, "I")))
    value = draw.choice(_VALUES) if draw.random() < 0.7 else draw.randrange(2**16)
    new = struct.pack(order + length, value % 256 ** struct.calcsize(length))
    place = entry + part
    return data[:place] + new + data[place + len(new) :]


def _chunks(data):
    """[(kind, content)] of a PNG file, as far as it can be followed."""
    if not data.startswith(_PNG):
        return []
    place, found = len(_PNG), []
    while place + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        found.append(
            (data[place + 4 : place + 8], data[place + 8 : place + 8 + length])
        )
        place += 12 + length
    return found


PICTURE_MUTATORS = (change_png_chunk, change_tag)
