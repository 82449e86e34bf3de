"""Structures that are given, not drawn: of another picture or of an earlier result."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence

import numpy as np

from vqinpaint.completing.engine import Engine
from vqinpaint.completing.windows import Step
from vqinpaint.errors import PictureError
from vqinpaint.options.reading import USUAL, ReadingOptions
from vqinpaint.pictures import files, resizing
from vqinpaint.pictures.masks import is_missing

_RESULT = re.compile(r"(?P<path>.*\.json)(:(?P<sample>\d+))?", re.DOTALL)


def file_of(source: str) -> str:
    """The file that a `structure_from` names, without the number of a sample."""
    match = _RESULT.fullmatch(source)
    return match["path"] if match else source


def given_codes(
    source: str,
    image: np.ndarray,
    mask: np.ndarray,
    steps: Sequence[Step],
    engine: Engine,
    reading: ReadingOptions = USUAL,
) -> list[np.ndarray]:
    """Structure codes for every window.

    Args:
      source: path of a picture, or "NAME.json:I" for sample I of an earlier result.
      image, mask: uint8 [H, W, 3] and [H, W], 255 where missing.
      steps: the windows.
      engine: encodes pictures.
      reading: bounds on the picture.

    Returns:
      int32 [h, w], one for each window.

    Raises:
      PictureError: nothing usable is there.
    """
    match = _RESULT.fullmatch(source)
    if match:
        grid = engine.side // 8
        return _from_json(match["path"], int(match["sample"] or 0), len(steps), grid)
    other = resizing.enlarge(files.load_image(source, reading), image.shape[1::-1])
    # What is known stays the picture's own; only the hole shows the other one.
    joined = np.where(is_missing(mask[..., None]), other, image)
    found = []
    for window, _ in steps:
        outside = window.cut(np.zeros_like(mask), 255)
        square, _ = resizing.shrink_known(window.cut(joined, 0), outside, engine.side)
        found.append(engine.encode(square))
    return found


def _from_json(path, sample, windows, grid):
    try:
        with open(path, encoding="utf-8") as file:
            saved = json.load(file)["samples"][sample]["windows"]
        found = [np.array(window["codes"], np.int32) for window in saved]
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise PictureError(
            f"--structure_from={path}:{sample}: no codes of sample {sample} there "
            f"({type(error).__name__}: {error}); name a JSON that vqinpaint.inpaint wrote."
        ) from None
    if len(found) != windows or any(codes.shape != (grid, grid) for codes in found):
        raise PictureError(
            f"--structure_from={os.path.basename(path)} holds {len(found)} window(s), this "
            f"picture and mask have {windows} of {grid}x{grid} codes; both must have "
            "the same holes."
        )
    return found
