"""Masks: which pixels of a picture a picture of them marks as missing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image

from vqinpaint.errors import PictureError
from vqinpaint.pictures.decoding import Decoded, upright
from vqinpaint.pictures.depth import to_eight_bits
from vqinpaint.pictures.masks import is_missing

# From this EXIF orientation on, turning a picture upright swaps its sides.
_FIRST_SIDEWAYS = 5


class Hole(NamedTuple):
    """A mask in the size of its picture, and what was done to it, for people."""

    missing: np.ndarray  # uint8 [H, W], 255 where missing, 0 elsewhere
    notes: list[str]


def hole_of(
    decoded: Decoded,
    height: int,
    width: int,
    invert: bool = False,
    orientation: int = 1,
    told: str = "the mask",
) -> Hole:
    """The hole that a mask describes.

    White (over 127) is missing, whatever the mode. Where colour marks all pixels or none,
    but an alpha channel some, opaque ones are missing: the hole was painted there.

    Args:
      decoded: the mask.
      height, width: of the upright picture that has the hole. A mask of another size is
        resized by nearest neighbour.
      invert: take the others as missing instead.
      orientation: by which the picture was turned upright. A mask that was not turned,
        and fits the picture as it lay before, is turned with it.
      told: what to call the mask in messages.

    Raises:
      PictureError: the mask has the picture's sides in the wrong order.
    """
    notes: list[str] = []
    marked = Image.fromarray(_as_bytes(_marked(decoded.image, notes)))
    marked = _turned(marked, decoded, (width, height), orientation, told, notes)
    if marked.size != (width, height):
        notes.append(
            f"is {marked.width}x{marked.height}, the image {width}x{height}: resized by "
            "nearest neighbour"
        )
        marked = marked.resize((width, height), Image.Resampling.NEAREST)
    return Hole(_as_bytes(is_missing(np.asarray(marked)) != invert), notes)


def _marked(image, notes):
    """What colour marks, or alpha where colour says nothing: bool [h, w]."""
    by_colour = is_missing(np.asarray(to_eight_bits(image).convert("L")))
    if image.mode.startswith("I") or not image.has_transparency_data:
        return by_colour
    by_alpha = is_missing(np.asarray(image.convert("RGBA").getchannel("A")))
    if by_alpha.any() == by_alpha.all():
        return by_colour
    if by_colour.any() != by_colour.all():
        if (by_alpha == by_colour).all() or (by_alpha != by_colour).all():
            return by_colour
        notes.append(
            "is transparent in places, which counts for nothing; colour counts"
        )
        return by_colour
    notes.append(
        "says nothing by its colour, so its alpha channel is taken: opaque is missing, "
        "and --invert_mask turns that round"
    )
    return by_alpha


def _turned(marked, decoded, size, orientation, told, notes):
    """The mask, turned with its picture where it was drawn before that was turned."""
    lay_alike = decoded.orientation == 1
    if _is_swapped(marked.size, size):
        if orientation < _FIRST_SIDEWAYS or not lay_alike:
            raise PictureError(
                f"{told} is {marked.width}x{marked.height}, the image "
                f"{size[0]}x{size[1]}: its sides are swapped; turn the mask."
            )
        notes.append("is turned with its picture, as EXIF data say")
        return upright(marked, orientation)
    if orientation != 1 and lay_alike:
        notes.append(
            "is taken as drawn on the picture as it is shown, which its EXIF data turn"
        )
    return marked


def _is_swapped(size, wanted):
    """Whether only the swapped sides have the wanted proportions, up to rounding."""
    (width, height), (wanted_width, wanted_height) = size, wanted
    room = max(wanted)
    straight = abs(width * wanted_height - height * wanted_width)
    swapped = abs(height * wanted_height - width * wanted_width)
    return swapped <= room < straight


def _as_bytes(missing):
    return (missing * 255).astype(np.uint8)
