"""Whether a model's own completions make sense to it."""

from __future__ import annotations

from typing import Callable

import numpy as np

from vqinpaint.metrics.base import PerPicture
from vqinpaint.metrics.pixels import absolute_difference
from vqinpaint.pictures.masks import is_missing

# From a picture uint8 [H, W, 3] and a mask uint8 [H, W] to a completion uint8 [H, W, 3].
Complete = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Reinpainting(PerPicture):
    """Consistency under completing once more, after Chen et al. 2024.

    ("Assessing image inpainting via re-inpainting self-consistency evaluation".) The first
    completion of a picture is given a hole where it is known, and is completed from what
    is around that, the earlier filling included: a filling that fits its surroundings
    leads back to them. What the same hole costs in the true picture is told beside it, as
    no hole can be guessed exactly. The second hole is the first one moved by half the
    sides around the picture, without what was missing already. The paper draws several
    second holes and takes LPIPS; here it is one, and pixels.

    - `reinpainting_l1`: mean absolute difference in the second hole, in grey levels of
      255, between the first completion and the second;
    - `reinpainting_l1_of_truth`: the same of the true picture.

    Args:
      complete: the model.
    """

    def __init__(self, complete: Complete) -> None:
        super().__init__()
        self._complete = complete

    def measure(
        self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray
    ) -> dict[str, float | np.ndarray]:
        """See `base.PerPicture.measure`."""
        height, width = mask.shape
        moved = np.roll(mask, (height // 2, width // 2), axis=(0, 1))
        second = np.where(is_missing(mask), 0, moved).astype(np.uint8)
        return {
            "reinpainting_l1": self._error(completions[0], second),
            "reinpainting_l1_of_truth": self._error(truth, second),
        }

    def _error(self, picture, mask):
        hole = is_missing(mask)
        if not hole.any():
            return 0.0
        again = self._complete(picture, mask)
        return float(absolute_difference(again[hole], picture[hole]).mean())
