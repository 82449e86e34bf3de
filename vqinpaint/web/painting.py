"""A hole between its picture's own size and the smaller canvas on which it is painted.

The canvas never sees the picture's own pixels, and strokes change the hole only where
they were drawn: a mask that was uploaded keeps every pixel elsewhere.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from vqinpaint.errors import PictureError
from vqinpaint.pictures.masks import is_missing

# Longest side of the canvas in pixels. Small pictures are enlarged by a whole factor.
LARGEST, _ENLARGED = 768, 512
COLOUR = (255, 45, 120)  # of the hole on the canvas


def canvas_size(width: int, height: int) -> tuple[int, int]:
    """(width, height) of the canvas of a picture."""
    longest = max(width, height)
    if longest > LARGEST:
        scale = LARGEST / longest
        return max(1, round(width * scale)), max(1, round(height * scale))
    factor = max(1, _ENLARGED // longest)
    return width * factor, height * factor


def on_canvas(pixels: np.ndarray) -> np.ndarray:
    """The picture that is painted on: uint8 [H, W, 3] -> [h, w, 3]."""
    height, width = pixels.shape[:2]
    size = canvas_size(width, height)
    smaller = size[0] < width or size[1] < height
    kind = Image.Resampling.LANCZOS if smaller else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(pixels).resize(size, kind))


def shown(mask: np.ndarray) -> np.ndarray:
    """Where the canvas shows a hole: uint8 [H, W] -> bool [h, w].

    A place of a smaller canvas shows it if any of the pixels that it stands for is
    missing, so that nothing is hidden.
    """
    found = is_missing(mask)
    height, width = mask.shape
    w, h = canvas_size(width, height)
    for axis, (size, wanted) in enumerate(((height, h), (width, w))):
        starts = np.arange(wanted) * size // wanted
        if wanted < size:
            found = np.logical_or.reduceat(found, starts, axis=axis)
        else:
            found = found.take(starts, axis=axis)
    return found


def layer(marked: np.ndarray) -> np.ndarray:
    """A hole as the canvas takes it: bool [h, w] -> uint8 [h, w, 4]."""
    colour = np.array([*COLOUR, 255], np.uint8)
    return np.where(marked[..., None], colour, np.uint8(0))


def painted(layers: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """What is painted on the canvas: uint8 [h, w, 4] each -> bool of that shape.

    Raises:
      PictureError: the canvas has another size than the picture's.
    """
    marked = np.zeros(shape, bool)
    for one in layers:
        if one.shape != (*shape, 4):
            raise PictureError(
                f"the canvas has the shape {list(one.shape)}, the picture's "
                f"{[*shape, 4]}; choose the picture again."
            )
        marked |= is_missing(one[..., 3])
    return marked


def merged(mask: np.ndarray, before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """The hole after something was painted or erased.

    Args:
      mask: uint8 [H, W], the hole before.
      before, now: bool [h, w], what the canvas showed of it, and what it shows now.

    Returns:
      uint8 [H, W], 255 where missing: that of the canvas where it changed.
    """
    places = []
    for size, shrunk in zip(mask.shape, now.shape):
        # Starts of the ranges that `shown` looks at, or the middle of an enlarged pixel.
        if shrunk < size:
            starts = np.arange(shrunk) * size // shrunk
            places.append(np.searchsorted(starts, np.arange(size), side="right") - 1)
        else:
            places.append((np.arange(size) * shrunk + shrunk // 2) // size)
    where = np.ix_(*places)
    after = np.where((before != now)[where], now[where], is_missing(mask))
    return (after * 255).astype(np.uint8)


def rectangle(
    mask: np.ndarray, left: int, top: int, right: int, bottom: int
) -> np.ndarray:
    """The hole and a rectangle besides; right and bottom are the first pixels outside.

    Raises:
      PictureError: the rectangle is empty or outside the picture.
    """
    height, width = mask.shape
    x, y = sorted((left, right)), sorted((top, bottom))
    inside = 0 <= x[0] < x[1] <= width and 0 <= y[0] < y[1] <= height
    if not inside:
        raise PictureError(
            f"the rectangle from {x[0]}, {y[0]} to {x[1]}, {y[1]} is empty or leaves the "
            f"picture of {width}x{height}; give 0 to {width} across, 0 to {height} down."
        )
    marked = mask.copy()
    marked[y[0] : y[1], x[0] : x[1]] = 255
    return marked
