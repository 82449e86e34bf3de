"""Distances between pixels: L1 of the picture and of its hole, and PSNR."""

from __future__ import annotations

from typing import Callable

import numpy as np

from vqinpaint.metrics.base import PerCompletion
from vqinpaint.pictures.masks import is_missing


def absolute_difference(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Absolute difference of uint8 arrays that broadcast: int16, 0 to 255."""
    return np.abs(np.subtract(first, second, dtype=np.int16))


class L1(PerCompletion):
    """Mean absolute difference over all pixels and channels, in grey levels of 255.

    Known pixels, which completing leaves alone, count as zeros: twice the hole is twice
    the figure. `HoleL1` is free of that.

    Args:
      name: name of the figure.
      reduce: as of `base.PerCompletion`.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics import L1
      >>> metric = L1()
      >>> truth, mask = np.full((4, 4, 3), 100, np.uint8), np.zeros((4, 4), np.uint8)
      >>> metric.add(truth, mask, np.stack([truth + 10, truth - 20]))
      >>> metric.result()
      {'l1': 15.0}
    """

    def __init__(
        self, name: str = "l1", reduce: Callable[[np.ndarray], float] = np.mean
    ) -> None:
        super().__init__(name, reduce)

    def measure_each(
        self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray
    ) -> np.ndarray:
        """See `base.PerCompletion.measure_each`."""
        return absolute_difference(completions, truth).mean(axis=(1, 2, 3))


class PSNR(PerCompletion):
    """Peak signal-to-noise ratio in dB: 10 log10(255^2 / mean squared error).

    Taken per completion and then averaged, which is not the ratio of averaged errors.
    Infinite for a completion that equals the truth, and so is then every mean over it;
    `evaluate` writes null for it.

    Args:
      name: name of the figure.
      reduce: as of `base.PerCompletion`; the best of N is `np.max`.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics import PSNR
      >>> metric = PSNR()
      >>> truth, mask = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8)
      >>> metric.add(truth, mask, truth[None] + np.uint8(51))  # a fifth of 255
      >>> round(metric.result()["psnr"], 3)
      13.979
    """

    def __init__(
        self, name: str = "psnr", reduce: Callable[[np.ndarray], float] = np.mean
    ) -> None:
        super().__init__(name, reduce)

    def measure_each(
        self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray
    ) -> np.ndarray:
        """See `base.PerCompletion.measure_each`."""
        difference = absolute_difference(completions, truth).astype(np.int32)
        error = np.square(difference).mean(axis=(1, 2, 3))
        with np.errstate(divide="ignore"):
            return 10 * np.log10(255**2 / error)


class HoleL1(PerCompletion):
    """Mean absolute difference inside the hole, in grey levels of 255.

    0 where the mask has no hole.

    Args:
      name: name of the figure.
      reduce: as of `base.PerCompletion`; the best of N is `np.min`.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics import HoleL1
      >>> mean, best = HoleL1(), HoleL1("hole_l1_best", np.min)
      >>> truth, mask = np.full((4, 4, 3), 100, np.uint8), np.zeros((4, 4), np.uint8)
      >>> mask[1:3, 1:3] = 255
      >>> completions = np.stack([truth, truth])
      >>> completions[0, 1:3, 1:3] += 10
      >>> completions[1, 1:3, 1:3] -= 20
      >>> for metric in (mean, best):
      ...     metric.add(truth, mask, completions)
      >>> {**mean.result(), **best.result()}
      {'hole_l1': 15.0, 'hole_l1_best': 10.0}
    """

    def __init__(
        self, name: str = "hole_l1", reduce: Callable[[np.ndarray], float] = np.mean
    ) -> None:
        super().__init__(name, reduce)

    def measure_each(
        self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray
    ) -> np.ndarray:
        """See `base.PerCompletion.measure_each`."""
        hole = is_missing(mask)
        if not hole.any():
            return np.zeros(len(completions))
        inside = absolute_difference(completions[:, hole], truth[hole])
        return inside.mean(axis=(1, 2))
