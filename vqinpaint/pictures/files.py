"""Picture files in and out."""

from __future__ import annotations

import numpy as np

from vqinpaint.errors import PictureError, first_line
from vqinpaint.files.regular import open_regular
from vqinpaint.options.reading import USUAL, ReadingOptions
from vqinpaint.pictures.decoding import Decoded, decode
from vqinpaint.pictures.holes import hole_of
from vqinpaint.pictures.listing import list_pictures, stem
from vqinpaint.pictures.pairing import match_masks
from vqinpaint.pictures.picture import Picture, picture_of

__all__ = [
    "list_pictures",
    "load_image",
    "load_mask",
    "load_picture",
    "match_masks",
    "stem",
]


def load_picture(
    path: str, reading: ReadingOptions = USUAL, what: str = "image"
) -> Picture:
    """A picture file, upright, whatever its mode.

    Args:
      path: of the file.
      reading: bounds.
      what: what to call it in messages.

    Raises:
      PictureError: not a readable picture, or too large.
    """
    decoded = _decoded(path, what, reading)
    return _converted(path, what, lambda: picture_of(decoded))


def load_image(path: str, reading: ReadingOptions = USUAL) -> np.ndarray:
    """A picture as uint8 [H, W, 3] in sRGB; see `load_picture`."""
    return load_picture(path, reading).pixels


def load_mask(
    path: str,
    height: int,
    width: int,
    invert: bool = False,
    orientation: int = 1,
    reading: ReadingOptions = USUAL,
) -> tuple[np.ndarray, str]:
    """A mask as uint8 [height, width]: 255 where missing, 0 where known.

    Args:
      path: of the file.
      height, width, invert, orientation: see `holes.hole_of`.
      reading: bounds.

    Returns:
      (mask, note): the note says what was done to it, or is "".

    Raises:
      PictureError: not a readable picture, too large, or turned.
    """
    decoded = _decoded(path, "mask", reading)
    missing, notes = _converted(
        path,
        "mask",
        lambda: hole_of(
            decoded, height, width, invert, orientation, f"the mask {path}"
        ),
    )
    return missing, f"{path} {'; '.join(notes)}" if notes else ""


def _decoded(path, what, reading) -> Decoded:
    told = f"the {what} {path}"
    with open_regular(path, reading.most_bytes, told, PictureError) as file:
        return decode(file, told, reading)


def _converted(path, what, convert):
    """What `convert()` returns, which Pillow may refuse for rare modes."""
    try:
        return convert()
    except PictureError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {first_line(error)[:120]}"
        raise PictureError(
            f"the {what} {path} cannot be converted to RGB ({reason}); save it as PNG."
        ) from None
