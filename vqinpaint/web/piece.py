"""A picture and the hole that is painted into it."""

from __future__ import annotations

import os
import shutil

import numpy as np

from vqinpaint import outputs
from vqinpaint.options.reading import ReadingOptions
from vqinpaint.pictures import files, png
from vqinpaint.pictures.masks import is_missing
from vqinpaint.web import painting


class Piece:
    """A picture with a hole, which is empty at first.

    Args:
      path: of the picture.
      reading: bounds on it, and on its masks.

    Attributes:
      path: of the picture; the folder that it is in goes with `close`.
      mask: uint8 [H, W], 255 where missing.
      canvas: uint8 [h, w, 3], what is painted on.

    Raises:
      PictureError: no readable picture, or one that is too large.
    """

    def __init__(self, path: str, reading: ReadingOptions):
        picture = files.load_picture(path, reading)
        self.path = path
        self.canvas = painting.on_canvas(picture.pixels)
        self._reading, self._orientation = reading, picture.orientation
        self.mask = np.zeros(picture.pixels.shape[:2], np.uint8)
        self._shown = painting.shown(self.mask)

    def close(self) -> None:
        """Deletes the picture's folder."""
        shutil.rmtree(os.path.dirname(self.path), ignore_errors=True)

    @property
    def has_hole(self) -> bool:
        """Whether any pixel is missing."""
        return bool(is_missing(self.mask).any())

    def layers(self) -> list[np.ndarray]:
        """The hole as the canvas is to show it: uint8 [h, w, 4] each."""
        return [painting.layer(self._shown)]

    def strokes(self, layers: list[np.ndarray]) -> None:
        """Takes over what is painted on the canvas: uint8 [h, w, 4] each."""
        now = painting.painted(layers, self._shown.shape)
        self.mask = painting.merged(self.mask, self._shown, now)
        self._shown = now

    def rectangle(self, left: int, top: int, right: int, bottom: int) -> None:
        """Adds a rectangle to the hole. Raises PictureError; see `painting.rectangle`."""
        self._set(painting.rectangle(self.mask, left, top, right, bottom))

    def load_mask(self, path: str) -> None:
        """Takes a mask file as the hole. Raises PictureError."""
        height, width = self.mask.shape
        mask, _ = files.load_mask(
            *(path, height, width),
            orientation=self._orientation,
            reading=self._reading,
        )
        self._set(mask)

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

    def _set(self, mask):
        self.mask, self._shown = mask, painting.shown(mask)
