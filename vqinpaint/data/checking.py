"""Checks pictures before they become records, and brings them into one form."""

from __future__ import annotations

import collections
import concurrent.futures
import io
import warnings
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from vqinpaint.data.records import Picture
from vqinpaint.data.sources import Item
from vqinpaint.errors import first_line
from vqinpaint.pictures.depth import to_eight_bits

_FORMATS = ["JPEG", "PNG", "WEBP", "BMP"]
_ORIENTATION, _UPRIGHT = 0x0112, 1  # the EXIF tag, and its value for no turning
_JPEG_QUALITY = 95


class Checked(NamedTuple):
    """What became of an item: one of the two is None."""

    picture: Picture | None
    reason: str | None  # why there is no picture, beginning with the item's name


def check(item: Item, min_size: int, short_side: int = 0) -> Checked:
    """Decodes a picture completely and gives it as it will be stored.

    JPEG and PNG pictures in RGB or 8-bit grey keep their bytes. Others (palette, alpha,
    CMYK, 16-bit grey, turned by EXIF, other formats) are stored as upright RGB in PNG.
    Shrunk pictures are stored as JPEG of quality 95 if they were JPEG or WebP, and as
    PNG otherwise.

    Args:
      item: the file.
      min_size: smallest short side in pixels; smaller pictures are left out.
      short_side: short side in pixels to which larger pictures are shrunk; 0 = never.

    Returns:
      The picture, or the reason why the file is left out; nothing is raised.
    """
    try:
        data = item.data
        if data is None:
            with open(item.name, "rb") as file:
                data = file.read()
        image = _decode(data)
    except UnidentifiedImageError:
        return Checked(None, f"{item.name}: no JPEG, PNG, WebP or BMP picture")
    except Exception as error:
        text = f"{type(error).__name__}: {first_line(error)[:80]}"
        return Checked(None, f"{item.name}: {text}")
    width, height = image.size
    if min(width, height) < min_size:
        return Checked(
            None, f"{item.name}: {width}x{height} is under {min_size} pixels"
        )
    large = 0 < short_side < min(width, height)
    kind = image.format.lower()
    upright = ImageOps.exif_transpose(image)
    if large or not _stays_as_it_is(image):
        upright = to_eight_bits(upright).convert("RGB")
        if large:
            upright = _shrunk(upright, short_side)
        kind = "jpeg" if large and kind in ("jpeg", "webp") else "png"
        data = _encode(upright, kind)
    return Checked(Picture(data, kind, upright.height, upright.width, item.name), None)


def checked(
    items: Iterable[Item], threads: int, min_size: int, short_side: int = 0
) -> Iterator[Checked]:
    """Results of `check` for all items, in order.

    Args:
      items: the files.
      threads: how many are checked at a time, at least 1. At most four times as many
        results wait in memory.
      min_size, short_side: see `check`.
    """
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        waiting: collections.deque[concurrent.futures.Future] = collections.deque()
        for item in items:
            waiting.append(pool.submit(check, item, min_size, short_side))
            if len(waiting) >= 4 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _decode(data):
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
        image.load()
    return image


def _stays_as_it_is(image):
    """Whether a file's own bytes go into the record: JPEG or PNG, RGB or grey, upright."""
    turned = image.getexif().get(_ORIENTATION, _UPRIGHT) != _UPRIGHT
    return image.format in ("JPEG", "PNG") and image.mode in ("RGB", "L") and not turned


def _shrunk(image, short_side):
    factor = short_side / min(image.size)
    size = [max(short_side, round(side * factor)) for side in image.size]
    return image.resize(size, Image.Resampling.LANCZOS)


def _encode(image, kind):
    buffer = io.BytesIO()
    image.save(buffer, kind, quality=_JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()
