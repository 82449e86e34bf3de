"""Structures that are given, not drawn: of another picture or of an earlier result."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from vqinpaint.completing.engine import Engine
from vqinpaint.completing.windows import Step
from vqinpaint.errors import PictureError
from vqinpaint.files.json_files import read_json
from vqinpaint.files.schemas import as_form
from vqinpaint.options.reading import USUAL, ReadingOptions
from vqinpaint.pictures import files, resizing
from vqinpaint.pictures.masks import is_missing

_RESULT = re.compile(r"(?P<path>.*\.json)(:(?P<sample>[0-9]{1,9}))?", re.DOTALL)
# Bytes of the largest result that is read: a thousand samples of some windows.
_LARGEST_RESULT = 64 << 20


@dataclasses.dataclass(frozen=True)
class _ResultFile:
    """A result of `vqinpaint.inpaint`; only one of its samples is looked at."""

    other_keys: ClassVar[bool] = True
    samples: list[Any]


@dataclasses.dataclass(frozen=True)
class _SavedWindow:
    other_keys: ClassVar[bool] = True
    codes: list[list[int]]


@dataclasses.dataclass(frozen=True)
class _Sample:
    other_keys: ClassVar[bool] = True
    windows: list[_SavedWindow]


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
        sample = int(match["sample"] or 0)
        return _from_json(match["path"], sample, len(steps), grid, engine.codes)
    other = resizing.enlarge(files.load_image(source, reading), image.shape[1::-1])
    # What is known stays the picture's own; only the hole shows the other one.
    joined = np.where(is_missing(mask[..., None]), other, image)
    found = []
    for window, _ in steps:
        outside = window.cut(np.zeros_like(mask), 255)
        square, _ = resizing.shrink_known(window.cut(joined, 0), outside, engine.side)
        found.append(engine.encode(square))
    return found


def _from_json(path, sample, windows, grid, below):
    """int32 [grid, grid] for each window, of one sample of an earlier result."""
    name = f"--structure_from={path}"
    result = as_form(
        read_json(path, _LARGEST_RESULT, PictureError), _ResultFile, name, PictureError
    )
    if sample >= len(result.samples):
        raise PictureError(
            f"{name}: no codes of sample {sample} there, as it has "
            f"{len(result.samples)} sample(s), counted from 0."
        )
    name = f"{name}:{sample}"
    saved = as_form(result.samples[sample], _Sample, name, PictureError).windows
    if len(saved) != windows or any(_unlike(w.codes, grid) for w in saved):
        raise PictureError(
            f"{name} holds {len(saved)} window(s), this picture and mask have {windows} of "
            f"{grid}x{grid} codes; both must have the same holes."
        )
    found = [np.array(window.codes, np.int64) for window in saved]
    for codes in found:
        if codes.min() < 0 or codes.max() >= below:
            raise PictureError(
                f"{name} holds codes from {codes.min()} to {codes.max()}, the model has "
                f"{below}; name a result of the same model."
            )
    return [codes.astype(np.int32) for codes in found]


def _unlike(codes, grid):
    return len(codes) != grid or any(len(row) != grid for row in codes)
