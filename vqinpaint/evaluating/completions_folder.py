"""Completions that another program wrote: a folder of files such as `cat_00.png`."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from vqinpaint.errors import PictureError
from vqinpaint.files.regular import is_regular
from vqinpaint.pictures.files import load_image
from vqinpaint.pictures.masks import is_missing


class CompletionsFolder:
    """Completions by the names of pictures, all square and of one size.

    Args:
      folder: that holds them.
      first: name of a picture, whose completions tell how many each has, and their size.
      most: how many completions of each picture to take at most, from the first.

    Attributes:
      number: of completions of each picture.
      side: of the pictures in pixels.

    Raises:
      PictureError: the folder or a completion is missing, or the first is not square.
    """

    def __init__(self, folder: str, first: str, most: int) -> None:
        if not os.path.isdir(folder):
            raise PictureError(f"the folder of completions {folder} does not exist.")
        self._folder = folder
        self.number = 0
        while self.number < most and is_regular(self._path(first, self.number)):
            self.number += 1
        self.number = max(self.number, 1)
        self.check([first])
        picture = load_image(self._path(first, 0))
        self.side = len(picture)
        if picture.shape != (self.side, self.side, 3):
            raise PictureError(
                f"{self._path(first, 0)} is {picture.shape[1]} x {picture.shape[0]}; "
                "pictures are measured as squares."
            )

    def check(self, stems: Sequence[str]) -> None:
        """Raises PictureError unless there are as many completions of all pictures."""
        for stem in stems:
            for i in range(self.number):
                self._check(self._path(stem, i))

    def blended(self, stem: str, truth: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Completions of a picture, with the truth where it is known.

        Args:
          stem: name of the picture.
          truth: uint8 [S, S, 3].
          mask: uint8 [S, S], over 127 where missing.

        Returns:
          uint8 [N, S, S, 3].

        Raises:
          PictureError: a file is missing, no picture, or of another size.
        """
        paths = [self._path(stem, i) for i in range(self.number)]
        found = []
        for path in paths:
            picture = load_image(path)
            if picture.shape != truth.shape:
                raise PictureError(
                    f"{path} is {picture.shape[1]} x {picture.shape[0]}; the first "
                    f"completion is {truth.shape[1]} x {truth.shape[0]}."
                )
            found.append(np.where(is_missing(mask)[..., None], picture, truth))
        return np.stack(found)

    def _path(self, stem, number):
        return os.path.join(self._folder, f"{stem}_{number:02d}.png")

    def _check(self, path):
        if not is_regular(path):
            raise PictureError(
                f"{path} is missing; completions of the picture NAME are called "
                f"NAME_00.png, NAME_01.png and so on, {self.number} of each picture."
            )
