"""A picture completed window after window, once for each seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

import numpy as np
from scipy import ndimage

from vqinpaint.completing.engine import Completions
from vqinpaint.completing.windows import Step
from vqinpaint.pictures import resizing
from vqinpaint.pictures.masks import is_missing
from vqinpaint.reporting import SILENT, Reporter

# Between the seeds of one sample's windows, so that they do not share their noise.
_SEED_STEP = 1_000_003

# From a square image uint8 [S, S, 3], its mask uint8 [S, S], n seeds and the number of
# the window to n completions.
CompleteSquare = Callable[[np.ndarray, np.ndarray, "list[int]", int], Completions]


def fill(
    image: np.ndarray,
    mask: np.ndarray,
    side: int,
    seeds: Sequence[int],
    steps: Sequence[Step],
    complete_square: CompleteSquare,
    feather: int = 0,
    reporter: Reporter = SILENT,
) -> tuple[np.ndarray, list[Completions]]:
    """Completes a picture step by step.

    Args:
      image: uint8 [H, W, 3].
      mask: uint8 [H, W], 255 where missing.
      side: of the squares that `complete_square` takes.
      seeds: N ints.
      steps: windows, in the order in which they are filled.
      complete_square: see `CompleteSquare`.
      feather: pixels at a hole's rim, inside it, that are mixed with the nearest known
        ones.
      reporter: told of progress.

    Returns:
      The completed pictures, uint8 [N, H, W, 3] with known pixels bit for bit, and what
      `complete_square` returned for each step.
    """
    canvases = np.repeat(image[None], len(seeds), axis=0)
    missing, found = mask.copy(), []
    reporter.progress("windows", 0, len(steps))
    for number, (window, chosen) in enumerate(steps):
        hole = window.cut(missing, 255)
        filled_before = (window.cut(mask, 255) != hole).any()
        own = [_shifted(seed, number) for seed in seeds]

        def square(canvas, seeds, window=window, hole=hole, number=number):
            small = resizing.shrink_known(window.cut(canvas, 0), hole, side)
            return complete_square(*small, seeds, number)

        if filled_before:  # by something else in every sample
            pairs = zip(canvases, own)
            answer = Completions.joined(
                [square(canvas, [seed]) for canvas, seed in pairs]
            )
        else:
            answer = square(image, own)
        for canvas, completed in zip(canvases, answer.pictures):
            part = window.cut(canvas, 0)
            filled = resizing.paste_filling(part, hole, completed)
            window.put(canvas, filled, chosen)
        window.put(missing, np.zeros_like(hole), chosen)
        found.append(answer)
        reporter.progress("windows", number + 1, len(steps))
    if feather:
        _feather(canvases, image, mask, feather)
    return canvases, found


def _shifted(seed, number):
    """Another seed for every window, inside 32 bits; the first window's is the seed."""
    return (seed + number * _SEED_STEP + 2**31) % 2**32 - 2**31


def _feather(canvases, image, mask, width):
    hole = is_missing(mask)
    distance, nearest = ndimage.distance_transform_edt(hole, return_indices=True)
    rim = hole & (distance <= width)
    if not rim.any() or hole.all():
        return
    share = (distance[rim] / (width + 1))[:, None]
    known = image[tuple(axis[rim] for axis in nearest)]
    for canvas in canvases:
        mixed = share * canvas[rim] + (1 - share) * known
        canvas[rim] = np.rint(mixed).astype(np.uint8)
