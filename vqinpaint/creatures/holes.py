"""Holes: the centred one that hides the face, and one for each attribute in it."""

import math

import numpy as np

from vqinpaint.creatures.attributes import HIDDEN
from vqinpaint.errors import UsageError
from vqinpaint.pictures.masks import is_missing

SMALLEST, LARGEST = 64, 256  # sides of pictures

# Left, top, right, bottom in the scene's unit, -1 to 1: every pixel that an attribute
# changes, even by one grey level of shade. A pixel outside the hole would give the hidden
# value away.
_IRISES = (-0.41, -0.32, 0.41, 0.07)
BOXES = {
    "nose": [(-0.19, -0.13, 0.19, 0.35)],
    "eyes": [(-0.47, -0.44, 0.47, 0.16)],
    "iris": [_IRISES],
    "gaze": [_IRISES],
    "cheeks": [(-0.5, 0.0, -0.12, 0.31), (0.12, 0.0, 0.5, 0.31)],
    "moustache": [(-0.38, 0.06, 0.38, 0.41)],
    "glasses": [(-0.5, -0.44, 0.5, 0.19)],
    "brows": [(-0.47, -0.5, 0.47, -0.15)],
    "mouth": [(-0.38, 0.08, 0.38, 0.5)],
}


def check_side(side):
    """Raises `UsageError` unless pictures of that side can be drawn."""
    if not SMALLEST <= side <= LARGEST:
        raise UsageError(
            f"a side of {side} pixels: creatures are drawn from {SMALLEST} to "
            f"{LARGEST} pixels wide."
        )


def centre_span(side):
    """First row of the centred hole, and one after its last; the same for columns."""
    return side // 4, side - side // 4


def centre(side):
    """The hole that hides the whole face: the middle half of both sides.

    Args:
      side: of the picture in pixels, 64 to 256.

    Returns:
      uint8 [side, side], 255 where missing.
    """
    check_side(side)
    mask = np.zeros((side, side), np.uint8)
    held = slice(*centre_span(side))
    mask[held, held] = 255
    return mask


def for_attribute(name, side):
    """The hole that hides one attribute; others stay visible where they lie outside.

    Args:
      name: of a hidden attribute.
      side: of the picture in pixels, 64 to 256.

    Returns:
      uint8 [side, side], 255 where missing; inside the centred hole.

    Raises:
      UsageError: the attribute is not a hidden one, or the side is not possible.
    """
    if name not in HIDDEN:
        raise UsageError(f"'{name}' is no hidden attribute: {', '.join(HIDDEN)} are.")
    check_side(side)
    mask = np.zeros((side, side), np.uint8)
    for left, top, right, bottom in BOXES[name]:
        first_row, first_column = (math.floor((v + 1) / 2 * side) for v in (top, left))
        last_row, last_column = (math.ceil((v + 1) / 2 * side) for v in (bottom, right))
        mask[first_row:last_row, first_column:last_column] = 255
    return np.minimum(mask, centre(side))


def hidden_by(mask):
    """Names of the attributes that a mask hides wholly: a tuple.

    The others show at least a part of themselves, from which their value follows.

    Args:
      mask: uint8 [side, side], over 127 where missing.

    Example:
      >>> from vqinpaint import creatures
      >>> mask = creatures.holes.for_attribute("eyes", 128)
      >>> creatures.holes.hidden_by(mask)
      ('eyes', 'iris', 'gaze')
    """
    missing = is_missing(mask)
    return tuple(
        name for name in HIDDEN if missing[for_attribute(name, len(mask)) > 0].all()
    )
