"""Perceptual distances: to the truth, the best of N, and between completions."""

from __future__ import annotations

import itertools
from typing import Callable

import numpy as np

from vqinpaint.metrics.base import PerPicture
from vqinpaint.pictures.masks import is_missing

# From uint8 [B, H, W, 3] twice to a distance for each row, float [B].
Distance = Callable[[np.ndarray, np.ndarray], np.ndarray]


class PerceptualFigures(PerPicture):
    """Figures of a perceptual distance such as LPIPS, all of which are means over pictures:

    - `lpips`: distance between a completion and the truth, mean over completions;
    - `lpips_best`: of the completion that is nearest to the truth;
    - `lpips_diversity_pairs`: distance between two completions, mean over all pairs;
    - `lpips_diversity_consecutive`: the same over pairs of consecutive completions, as
      papers that draw few pairs do; its mean is that of all pairs, its chance larger;
    - `lpips_diversity_hole_pairs`, `..._hole_consecutive`: the same of completions whose
      known pixels are black, the "I_out(m)" of Zheng et al. 2019 ("Pluralistic image
      completion").

    Diversity is 0 for a single completion.

    Args:
      distance: of pictures; see `Distance`.
      name: what the names of the figures begin with.
    """

    def __init__(self, distance: Distance, name: str = "lpips") -> None:
        super().__init__()
        self._distance, self.name = distance, name

    def measure(
        self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray
    ) -> dict[str, float | np.ndarray]:
        """See `base.PerPicture.measure`."""
        truths = np.broadcast_to(truth, completions.shape)
        each = self._distance(completions, truths)
        inside = np.where(is_missing(mask)[..., None], completions, 0).astype(np.uint8)
        return {
            self.name: float(np.mean(each)),
            f"{self.name}_best": float(np.min(each)),
            **self._diversity("", completions),
            **self._diversity("hole_", inside),
        }

    def _diversity(self, what, pictures):
        pairs = list(itertools.combinations(range(len(pictures)), 2))
        found = {
            # One row of pairs at a time: all at once would be N^2 pictures.
            (first, second): distance
            for first, group in itertools.groupby(pairs, lambda pair: pair[0])
            for (_, second), distance in self._row(first, list(group), pictures)
        }
        steps = [
            value for (first, second), value in found.items() if second == first + 1
        ]
        begin = f"{self.name}_diversity_{what}"
        return {
            f"{begin}pairs": float(np.mean(list(found.values()))) if found else 0.0,
            f"{begin}consecutive": float(np.mean(steps)) if steps else 0.0,
        }

    def _row(self, first, pairs, pictures):
        others = pictures[[second for _, second in pairs]]
        same = np.broadcast_to(pictures[first], others.shape)
        return zip(pairs, self._distance(same, others))
