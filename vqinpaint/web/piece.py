"""A picture and the hole that is painted into it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

import numpy as np

from vqinpaint import outputs
from vqinpaint.errors import PictureError
from vqinpaint.options.reading import ReadingOptions
from vqinpaint.pictures import files, png
from vqinpaint.pictures.masks import is_missing
from vqinpaint.web import canvas, painting

# Seconds in which a canvas shows what it was sent, even if it never says so.
_PATIENCE = 20.0


class Piece:
    """A picture with a hole, which is empty at first.

    Browsers take a while to show what they are sent. A canvas that comes meanwhile, with
    or without strokes, belongs to what they showed before; see `strokes`.

    Args:
      path: of the picture, in a folder of its own.
      reading: bounds on it, and on its masks.
      before: what the canvas shows until it shows this.

    Attributes:
      path: of the picture.
      mask: uint8 [H, W], 255 where missing.
      background: path of what is painted on, a PNG file of the canvas's size.

    Raises:
      PictureError: no readable picture, or one that is too large.
    """

    def __init__(self, path: str, reading: ReadingOptions, before: Piece | None = None):
        picture = files.load_picture(path, reading)
        self.path = path
        self._folder = os.path.join(os.path.dirname(path), "canvas")
        os.makedirs(self._folder)
        self.background = self._saved("background", painting.on_canvas(picture.pixels))
        self._reading, self._orientation = reading, picture.orientation
        self.mask: np.ndarray = np.zeros(picture.pixels.shape[:2], np.uint8)
        self._shown = painting.shown(self.mask)
        # What the canvas may still show, and when it was sent something else.
        self._earlier: list[tuple[float, np.ndarray]] = []
        self._settled_at = 0.0
        if before:
            self._earlier = [*before._earlier, (time.monotonic(), before._shown)]
            self._forget()

    @property
    def has_hole(self) -> bool:
        """Whether any pixel is missing."""
        return bool(is_missing(self.mask).any())

    def layer(self) -> str:
        """Path of the hole as the canvas is to show it, a PNG file with transparency."""
        return self._saved("layer", painting.layer(self._shown))

    def settled(self) -> None:
        """The canvas shows what it was sent last."""
        self._settled_at = time.monotonic()

    def announce(self) -> None:
        """The canvas is about to be sent as it is now; `strokes` will follow."""
        # A canvas that settles later may have been sent before.
        self._earlier = [pair for pair in self._earlier if pair[0] > self._settled_at]

    def strokes(self, layers: Sequence[bytes]) -> None:
        """Takes over what is painted on the canvas.

        Args:
          layers: PNG files of the canvas's size.

        Raises:
          PictureError: no such files.
        """
        self._forget()
        known = [self._shown, *(one for _, one in self._earlier)]
        drawn = self._decoded(layers, known)
        # Strokes are what differs from what the canvas showed when they were drawn.
        alike = [one for one in known if one.shape == drawn.shape]
        before = min(alike, key=lambda one: np.count_nonzero(one != drawn))
        if before.shape != self._shown.shape:
            return  # strokes on the picture before this one
        self.mask = painting.merged(self.mask, before, drawn)
        is_current = before is self._shown
        self._shown = drawn if is_current else painting.shown(self.mask)

    def _forget(self):
        since = time.monotonic() - _PATIENCE
        self._earlier = [pair for pair in self._earlier if pair[0] >= since]

    def _decoded(self, layers, known):
        """What is painted: bool [h, w] of the size of one of the known canvases."""
        for shape in dict.fromkeys(one.shape for one in known):
            found = canvas.decoded(layers, shape)
            if found is not None:
                return painting.painted(found, shape)
        raise PictureError(
            "the canvas shows another picture; wait a moment, or choose the picture again."
        )

    def rectangle(self, left: int, top: int, right: int, bottom: int) -> None:
        """Adds a rectangle to the hole. Raises PictureError; see `painting.rectangle`."""
        self._set(painting.rectangle(self.mask, left, top, right, bottom))

    def load_mask(self, path: str) -> str:
        """Takes a mask file as the hole.

        Returns:
          What was done to make it fit, or "".

        Raises:
          PictureError: no mask of such a picture.
        """
        height, width = self.mask.shape
        mask, note = files.load_mask(
            *(path, height, width),
            orientation=self._orientation,
            reading=self._reading,
        )
        self._set(mask)
        return note

    def take_hole(self, mask: np.ndarray) -> None:
        """Takes a hole: uint8 [H, W], 255 where missing."""
        self._set(mask)

    def invert(self) -> None:
        """Exchanges what is missing and what is known."""
        self._set(255 - self.mask)

    def clear(self) -> None:
        """Leaves no hole."""
        self._set(np.zeros_like(self.mask))

    def save_mask(self, folder: str = "") -> str:
        """Path of the hole as a PNG file of the picture's size, in its folder or another."""
        name = f"{files.stem(self.path)}_mask.png"
        path = os.path.join(folder or os.path.dirname(self.path), name)
        outputs.write(path, png.encoded(self.mask), replace=True)
        return path

    def _saved(self, name, pixels):
        path = os.path.join(self._folder, f"{name}.png")
        outputs.write(path, png.encoded(pixels), replace=True)
        return path

    def _set(self, mask):
        self._earlier.append((time.monotonic(), self._shown))
        self._forget()
        self.mask, self._shown = mask, painting.shown(mask)
