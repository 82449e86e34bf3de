"""Pictures of more than 8 bits per channel."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
from PIL import Image

# An AVIF file says how deep it is within so many bytes.
_START = 1 << 16
_BITS_PER_SAMPLE = 258  # the TIFF tag


def to_eight_bits(picture: Image.Image) -> Image.Image:
    """Turns 16-bit grey, which Pillow's `convert` would clip, into 8-bit grey.

    A value v becomes v * 255 / 65535, rounded to the nearest whole number, as the PNG
    specification (section 13.12, sample depth rescaling) recommends.

    Args:
      picture: of any mode.

    Returns:
      Mode "L" for 16-bit grey; pictures of other modes as they are.
    """
    if not picture.mode.startswith("I"):
        return picture
    # 65535 / 255 is 257, which is odd, so that no value lies halfway.
    values = np.clip(np.asarray(picture), 0, 65535).astype(np.uint32)
    values += 128
    values //= 257
    return Image.fromarray(values.astype(np.uint8))


def bits_per_channel(image: Image.Image, kind: str, file: BinaryIO) -> int:
    """How deep a picture file is, as far as its format tells; 8 otherwise.

    Args:
      image: the picture, as Pillow opened it; it may hold fewer bits than its file.
      kind: Pillow's name of its format.
      file: the file itself, open for reading.
    """
    if image.mode.startswith("I"):
        return 16
    if kind == "PNG":
        file.seek(24)  # in the header, which is always at the same place
        return int.from_bytes(file.read(1), "big")
    if kind == "TIFF":
        found = getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE, 8)
        found = max(found) if isinstance(found, tuple) and found else found
        return found if isinstance(found, int) else 8
    if kind == "AVIF":
        return _bits_of_avif(file)
    found = image.info.get("bit_depth", 8)
    return found if isinstance(found, int) else 8


def _bits_of_avif(file):
    """Bits per channel by the box "av1C" (AV1 in ISO base media format, section 2.3)."""
    file.seek(0)
    start = file.read(_START)
    place = start.find(b"av1C")
    if place < 0 or place + 7 > len(start):
        return 8
    high, twelve = start[place + 6] & 0x40, start[place + 6] & 0x20
    return (12 if twelve else 10) if high else 8
