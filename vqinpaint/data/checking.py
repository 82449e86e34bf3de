"""Checks pictures before they become records, and brings them into one form."""

from __future__ import annotations

import collections
import concurrent.futures
import io
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from PIL import Image

from vqinpaint.data.decodable import is_decodable
from vqinpaint.data.items import Item
from vqinpaint.data.records import Picture
from vqinpaint.errors import PictureError, first_line
from vqinpaint.files.regular import read_regular
from vqinpaint.options.reading import USUAL, ReadingOptions
from vqinpaint.pictures.decoding import Decoded, decode
from vqinpaint.pictures.picture import alpha_of, picture_of, profile_of

_JPEG_QUALITY = 95
# What is done to pictures that are not stored as they came, for people.
FRAMES, PROFILE, TRANSPARENT = (
    "animated, stored as their first frame",
    "of a colour profile, stored in sRGB",
    "transparent, stored over white",
)


class Checked(NamedTuple):
    """What became of an item: one of `picture` and `reason` is None."""

    picture: Picture | None
    reason: str | None  # why there is no picture, beginning with the item's name
    changes: tuple[str, ...] = ()  # of FRAMES, PROFILE and TRANSPARENT


def check(
    item: Item, min_size: int, short_side: int = 0, reading: ReadingOptions = USUAL
) -> Checked:
    """Decodes a picture completely and gives it as it will be stored.

    JPEG and PNG pictures in RGB or 8-bit grey keep their bytes. Others (palette, alpha,
    CMYK, 16-bit grey, turned by EXIF, of a colour profile other than sRGB, other formats)
    are stored as upright RGB in PNG: in sRGB, transparent ones over white, of animated
    ones the first frame. Shrunk pictures are stored as JPEG of quality 95 if they were
    JPEG or WebP, and as PNG otherwise.

    Args:
      item: the file.
      min_size: smallest short side in pixels; smaller pictures are left out.
      short_side: short side in pixels to which larger pictures are shrunk; 0 = never.
      reading: bounds; larger pictures are left out before they are decoded.

    Returns:
      The picture, or the reason why the file is left out; nothing is raised.
    """
    try:
        return _checked(item, min_size, short_side, reading)
    except PictureError as error:
        return Checked(None, f"{item.name}: {error}")
    except Exception as error:
        text = f"{type(error).__name__}: {first_line(error)[:80]}"
        return Checked(None, f"{item.name}: {text}")


def checked(
    items: Iterable[Item],
    threads: int,
    min_size: int,
    short_side: int = 0,
    reading: ReadingOptions = USUAL,
) -> Iterator[Checked]:
    """Results of `check` for all items, in order.

    Args:
      items: the files.
      threads: how many are checked at a time, at least 1. At most four times as many
        results wait in memory.
      min_size, short_side, reading: see `check`.
    """
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        waiting: collections.deque[concurrent.futures.Future] = collections.deque()
        for item in items:
            waiting.append(pool.submit(check, item, min_size, short_side, reading))
            if len(waiting) >= 4 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _checked(item, min_size, short_side, reading):
    if item.reason:
        raise PictureError(item.reason)
    data = item.data
    if data is None:
        data = read_regular(item.name, reading.most_bytes, "it", PictureError)
    decoded = decode(io.BytesIO(data), "it", reading)
    width, height = decoded.image.size
    if min(width, height) < min_size:
        raise PictureError(f"{width}x{height} is under {min_size} pixels")
    large = 0 < short_side < min(width, height)
    kind, changes = decoded.format.lower(), _changes(decoded)
    if large or not _stays_as_it_is(decoded, changes) or not is_decodable(data):
        upright = Image.fromarray(picture_of(decoded).pixels)
        if large:
            upright = _shrunk(upright, short_side)
        kind = "jpeg" if large and kind in ("jpeg", "webp") else "png"
        data, (width, height) = _encode(upright, kind), upright.size
    return Checked(Picture(data, kind, height, width, item.name), None, changes)


def _changes(decoded: Decoded):
    """What happens to a picture beyond another encoding of the same pixels."""
    try:
        profile = profile_of(decoded)
        converted = profile is not None and not profile.is_srgb
    except ValueError:  # an unusable profile
        converted = False
    transparent = alpha_of(decoded.image) is not None
    happens = {FRAMES: decoded.animated, PROFILE: converted, TRANSPARENT: transparent}
    return tuple(change for change, does in happens.items() if does)


def _stays_as_it_is(decoded, changes):
    """Whether a file's own bytes go into the record: JPEG or PNG, RGB or grey, upright."""
    return (
        decoded.format in ("JPEG", "PNG")
        and decoded.image.mode in ("RGB", "L")
        and decoded.orientation == 1
        and PROFILE not in changes
        and TRANSPARENT not in changes
    )


def _shrunk(image, short_side):
    factor = short_side / min(image.size)
    size = [max(short_side, round(side * factor)) for side in image.size]
    return image.resize(size, Image.Resampling.LANCZOS)


def _encode(image, kind):
    buffer = io.BytesIO()
    image.save(buffer, kind, quality=_JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()
