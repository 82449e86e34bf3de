"""The networks that figures are defined by, opened from the files that options name."""

from __future__ import annotations

import copy
import os
from typing import Any

import numpy as np

from vqinpaint import metrics
from vqinpaint.features.caching import CachedFeatures
from vqinpaint.features.inception import Inception
from vqinpaint.features.lpips import load_lpips
from vqinpaint.metrics.discriminability import has_library
from vqinpaint.options.figures import FigureOptions


class Networks:
    """Inception, LPIPS, both or none.

    Args:
      options: name their files; by default none.

    Attributes:
      facts: what tells the weights, for the protocol.

    Raises:
      ModelError: a file is missing, damaged, or holds something else.
      DataError: the cache holds something else.
    """

    def __init__(self, options: FigureOptions | None = None) -> None:
        options = options or FigureOptions()
        self.facts: dict[str, dict[str, str]] = {}
        self._features: Any = None
        self._lpips: Any = None
        self._keeps = bool(options.inception and options.features_cache)
        if options.inception:
            inception = Inception(options.inception)
            name = f"inception-{inception.sha256[:16]}.npy"
            path = os.path.join(options.features_cache, name)
            self._features = CachedFeatures(
                inception, path if options.features_cache else ""
            )
            self._weights = inception.class_weights
            self.facts["inception"] = {"sha256": inception.sha256}
        if options.lpips:
            self._lpips, digest = load_lpips(options.lpips)
            self.facts["lpips"] = {"trunk": self._lpips.trunk, "sha256": digest}

    def metrics(self) -> list[metrics.PerPicture]:
        """New metrics of these networks."""
        found: list[metrics.PerPicture] = []
        if self._lpips is not None:
            found.append(metrics.PerceptualFigures(self._lpips))
        if self._features is not None:
            found.append(
                metrics.SetFigures(self._features, self._weights, has_library())
            )
        return found

    def prepare(self, truths: np.ndarray, completions: np.ndarray) -> None:
        """Computes the features of some pictures in one batch.

        Args:
          truths: uint8 [B, H, W, 3].
          completions: uint8 [B, H, W, 3], the first of each.
        """
        if self._features is not None:
            self._features(np.concatenate([truths, completions]))

    def beside(self) -> Networks:
        """The same networks, which keep features that they compute to themselves."""
        other = copy.copy(self)
        if self._features is not None:
            other._features = self._features.beside()
        return other

    def kept(self) -> CachedFeatures | None:
        """The features that `save` keeps; None unless a folder for them was named."""
        return self._features if self._keeps else None

    def save(self) -> None:
        """Keeps features for further evaluations, if a folder for them was named."""
        if self._features is not None:
            self._features.save()
