"""Square windows through which pictures of any size are completed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from vqinpaint.errors import PictureError
from vqinpaint.pictures.masks import is_missing

# A window is so many times as wide as the hole in it is thick, as in training.
_CONTEXT = 2
# A hole that fits into this share of its window, around the middle, is filled at once;
# a longer one piece by piece, each of this other share.
_CORE, _PIECE = 0.75, 0.5


class Window(NamedTuple):
    """A part of a picture, which may reach beyond its edges."""

    top: int
    left: int
    height: int
    width: int

    def cut(self, array: np.ndarray, outside) -> np.ndarray:
        """That part of [H, W, ...], with `outside` beyond the edges."""
        inner, place = self._overlap(array.shape)
        part = np.full(
            (self.height, self.width, *array.shape[2:]), outside, array.dtype
        )
        part[place] = array[inner]
        return part

    def put(self, array: np.ndarray, part: np.ndarray, where: np.ndarray) -> None:
        """Writes those pixels of a part [height, width, ...] that `where` marks."""
        inner, place = self._overlap(array.shape)
        chosen = where[place]
        array[inner][chosen] = part[place][chosen]

    def _overlap(self, shape):
        """Where both lie on one another: slices of the picture, slices of the part."""
        sizes = zip((self.top, self.left), (self.height, self.width), shape)
        inner, place = [], []
        for start, size, limit in sizes:
            first, last = max(start, 0), min(start + size, limit)
            inner.append(slice(first, max(first, last)))
            place.append(slice(first - start, max(first, last) - start))
        return tuple(inner), tuple(place)


class Step(NamedTuple):
    """One window and the missing pixels that it is to fill."""

    window: Window
    fill: np.ndarray  # bool [height, width]


def resized(mask: np.ndarray) -> list[Step]:
    """One step: the whole picture, whatever its aspect. mask: uint8 [H, W]."""
    return [Step(Window(0, 0, *mask.shape), is_missing(mask))]


def native(mask: np.ndarray, side: int) -> list[Step]:
    """One step: the whole picture at its own size, in a square.

    Args:
      mask: uint8 [H, W].
      side: of the square, which holds the picture.
    """
    window = Window(0, 0, side, side)
    return [Step(window, is_missing(window.cut(mask, 0)))]


def cropped(mask: np.ndarray, side: int, most_pixels: int = 1 << 62) -> list[Step]:
    """Square windows with context around every hole.

    A hole gets a window twice as wide as the hole is thick, as in training, but no
    narrower than the model's own side. One that does not fit into the middle of such a
    window, a long scratch, is filled piece by piece, each piece seeing those before.

    Args:
      mask: uint8 [H, W], 255 where missing.
      side: of the model's pictures.
      most_pixels: of a window, which is square also where the picture is long and narrow.

    Returns:
      List of `Step`; every missing pixel is in one of them.

    Raises:
      PictureError: a hole asks for a larger window.
    """
    todo = is_missing(mask)
    largest = max(mask.shape)
    if todo.all():
        _check_window(largest, most_pixels)
        window = _square(mask.shape, largest, np.array(mask.shape) / 2)
        return [Step(window, window.cut(todo, False))]
    labels, _ = ndimage.label(todo, np.ones((3, 3)))
    # How far inside a hole a pixel lies, beyond the picture's edge being no help.
    depth = ndimage.distance_transform_edt(todo)
    steps = []
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        own = labels[box] == number
        thickness = 2 * depth[box][own].max()
        size = int(np.clip(_CONTEXT * thickness, min(side, largest), largest))
        _check_window(size, most_pixels)
        hole = _Hole(own & todo[box], box[0].start, box[1].start)
        while hole.is_left():
            core = _CORE * size if size < largest else largest
            whole = max(hole.lengths()) < core
            core = core if whole else _PIECE * size
            middle = hole.middle() if whole else hole.first_piece(core)
            step = _step(todo, size, middle, core)
            steps.append(step)
            step.window.put(todo, np.zeros_like(step.fill), step.fill)
            hole.remove(step)
    return steps


class _Hole:
    """What is left of a hole.

    Rows and columns are counted, so that a piece costs no look at the whole of a hole of
    thousands of pieces.

    Args:
      marked: bool [h, w], the box around the hole; changed here.
      top, left: of that box in the picture.
    """

    def __init__(self, marked, top, left):
        self._marked, self._corner = marked, (top, left)
        self._counts = [marked.sum(axis=1), marked.sum(axis=0)]

    def is_left(self):
        return self._counts[0].any()

    def _ends(self):
        """(first, last) marked row, and column."""
        places = [np.flatnonzero(counts) for counts in self._counts]
        return [(int(found[0]), int(found[-1])) for found in places]

    def lengths(self):
        return [last - first for first, last in self._ends()]

    def middle(self):
        """Of the box around what is left: [y, x] in the picture."""
        ends = self._ends()
        return np.array([(a + b) / 2 for a, b in ends]) + self._corner

    def first_piece(self, length):
        """The middle of a piece of that length at one end."""
        along = int(np.argmax(self.lengths()))
        start = self._ends()[along][0]
        line = self._marked[start] if along == 0 else self._marked[:, start]
        middle = np.full(2, float(np.argmax(line)))
        middle[along] = start + length / 2
        return middle + self._corner

    def remove(self, step):
        """Takes away what a step fills."""
        here = Window(*self._corner, *self._marked.shape)
        window = step.window
        top, left = max(here.top, window.top), max(here.left, window.left)
        bottom = min(here.top + here.height, window.top + window.height)
        right = min(here.left + here.width, window.left + window.width)
        rows, columns = slice(top, max(top, bottom)), slice(left, max(left, right))
        own = self._marked[_shifted(rows, here.top), _shifted(columns, here.left)]
        filled = step.fill[_shifted(rows, window.top), _shifted(columns, window.left)]
        gone = own & filled
        self._counts[0][_shifted(rows, here.top)] -= gone.sum(axis=1)
        self._counts[1][_shifted(columns, here.left)] -= gone.sum(axis=0)
        own &= ~filled


def _shifted(part, start):
    return slice(part.start - start, part.stop - start)


def _check_window(size, most_pixels):
    if size * size > most_pixels:
        raise PictureError(
            f"a hole needs a window of {size}x{size} pixels, more than {most_pixels:,}; "
            "shrink the picture, or take --size=resize."
        )


def _step(todo, size, middle, core):
    """A window around `middle` that fills what is missing in a square of side `core`."""
    window = _square(todo.shape, size, middle)
    fill = window.cut(todo, False)
    start = np.maximum(np.floor(middle - core / 2).astype(int), 0)
    end = np.ceil(middle + core / 2).astype(int) + 1
    first, last = start - window[:2], end - window[:2]
    fill[: max(first[0], 0)] = False
    fill[max(last[0], 0) :] = False
    fill[:, : max(first[1], 0)] = False
    fill[:, max(last[1], 0) :] = False
    return Step(window, fill)


def _square(shape, size, middle):
    """A square window around `middle`, moved into the picture if it fits."""
    corner = []
    for centre, limit in zip(middle, shape):
        start = round(float(centre) - size / 2)
        room = limit - size
        corner.append(min(max(start, 0), room) if room >= 0 else room // 2)
    return Window(*corner, size, size)
