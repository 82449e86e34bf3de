"""Figures of a set of completions against the set of true pictures, by their features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable

import numpy as np

from vqinpaint.metrics.base import PerPicture
from vqinpaint.metrics.discriminability import discriminability
from vqinpaint.metrics.frechet import frechet_distance
from vqinpaint.metrics.inception_score import (
    inception_score,
    modified_inception_score,
    softmax,
)
from vqinpaint.metrics.kernel_distance import (
    kernel_distance,
    kernel_distance_of_subsets,
)
from vqinpaint.metrics.manifolds import manifolds

# Numbers of pictures below which a figure says little: Inception's covariance has no full
# rank, and a hyperplane parts any two sets.
FEWEST_FOR_FID, FEWEST_FOR_IDS = 2048, 2000
_SPLITS = 10  # of inception scores, as in the code of their authors
_NEIGHBOURS = 5
_SUBSET = 1000  # vectors; smaller sets are no larger than their subset


class SetFigures(PerPicture):
    """FID, KID, inception scores, precision to coverage, and P-IDS of two sets.

    One set holds the true pictures, the other the first completion of each, as tables of
    methods that give one completion do. Only features are kept. Figures that need more
    pictures than there are, are left out.

    Args:
      features: network from uint8 [B, H, W, 3] to float [B, D], each row by itself.
      class_weights: float [D, K], of the network's last layer, which gives logits of
        classes without a bias.
      with_classifier: whether to measure P-IDS and U-IDS, which need scikit-learn.
    """

    def __init__(
        self,
        features: Callable[[np.ndarray], np.ndarray],
        class_weights: np.ndarray,
        with_classifier: bool = True,
    ) -> None:
        super().__init__()
        self._features, self._weights = features, class_weights
        self._with_classifier = with_classifier

    def measure(
        self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray
    ) -> dict[str, float | np.ndarray]:
        """See `base.PerPicture.measure`."""
        found = self._features(np.stack([truth, completions[0]]))
        return {"truth": found[0], "completion": found[1]}

    def summarise(self, values: Mapping[str, np.ndarray]) -> dict[str, float]:
        """See `base.Rows.summarise`."""
        truth, completions = (
            values[name].astype("f8") for name in ("truth", "completion")
        )
        probabilities = softmax(completions @ self._weights)
        figures = {"is": inception_score(probabilities)}
        figures["mis"] = modified_inception_score(probabilities)
        if len(truth) >= _SPLITS:
            figures["is_10_parts"] = inception_score(probabilities, _SPLITS)
            figures["mis_10_parts"] = modified_inception_score(probabilities, _SPLITS)
        if len(truth) >= 2:
            figures["fid"] = frechet_distance(truth, completions)
            figures["kid"] = kernel_distance(truth, completions)
        if len(truth) > _SUBSET:
            figures["kid_subsets"], _ = kernel_distance_of_subsets(
                truth, completions, size=_SUBSET
            )
        if len(truth) > _NEIGHBOURS:
            figures |= manifolds(truth, completions, _NEIGHBOURS).figures()
        if self._with_classifier:
            figures |= discriminability(truth, completions).figures()
        return figures
