"""How much the completions of one picture differ from one another."""

from __future__ import annotations

import itertools

import numpy as np

from vqinpaint.metrics.base import PerPicture
from vqinpaint.metrics.pixels import absolute_difference
from vqinpaint.pictures.masks import is_missing


class HoleDiversity(PerPicture):
    """Mean absolute difference between two completions inside the hole.

    In grey levels of 255, over all pairs of different completions of a picture. 0 for a
    single completion, and where the mask has no hole. The truth plays no part: noise is
    diverse as well, so read it beside a distance to the truth.

    Args:
      name: name of the figure.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics import HoleDiversity
      >>> metric = HoleDiversity()
      >>> truth, mask = np.zeros((4, 4, 3), np.uint8), np.full((4, 4), 255, np.uint8)
      >>> metric.add(truth, mask, np.stack([truth, truth + 6, truth + 12]))
      >>> metric.result()  # pairs differ by 6, 6 and 12
      {'hole_diversity': 8.0}
    """

    def __init__(self, name: str = "hole_diversity") -> None:
        super().__init__()
        self.name = name

    def measure(
        self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray
    ) -> dict[str, float | np.ndarray]:
        """See `base.PerPicture.measure`."""
        inside = completions[:, is_missing(mask)]  # [N, missing pixels, 3]
        pairs = list(itertools.combinations(inside, 2))
        if not pairs or not inside.size:
            return {self.name: 0.0}
        # One pair at a time: all at once would hold N^2 pictures in memory.
        return {
            self.name: float(np.mean([absolute_difference(*p).mean() for p in pairs]))
        }
