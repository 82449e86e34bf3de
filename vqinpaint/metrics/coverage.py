"""Whether the truth is as likely among completions as their spread says (TARP)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np

from vqinpaint.metrics.base import PerPicture
from vqinpaint.pictures.masks import is_missing

_GRID = 4  # colours of a reference point along a side


def ranks(
    truth: np.ndarray, samples: np.ndarray, reference: np.ndarray
) -> tuple[int, int]:
    """How many samples lie nearer to a reference point than the truth, and as near.

    Args:
      truth: float [D].
      samples: float [K, D].
      reference: float [D], drawn without looking at the truth.

    Returns:
      (nearer, as near), from 0 to K together.
    """
    own = np.square(truth - reference).sum()
    others = np.square(samples - reference).sum(axis=1)
    return int((others < own).sum()), int((others == own).sum())


def coverage_error(nearer: np.ndarray, equal: np.ndarray, number: int) -> float:
    """Largest gap between how often regions of a credibility hold the truth, and it.

    Lemos et al. 2023 ("Sampling-based accuracy testing of posterior estimators for
    general inference"), TARP: if samples are drawn from the posterior, a truth's rank
    among K samples, by distance to any reference point, is each of 0 to K equally often.
    The figure is the largest difference between the cumulated shares of the ranks and
    those of that; ranks that tie are shared out evenly.

    Args:
      nearer, equal: int [P], as of `ranks`, of P pictures.
      number: samples of each picture, K.

    Returns:
      0 to 1. Chance alone gives about 0.87 / sqrt(P) for many samples.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics.coverage import coverage_error
      >>> zeros = np.zeros(4, int)
      >>> coverage_error(np.array([0, 1, 2, 3]), zeros, 3)
      0.0
      >>> coverage_error(zeros, zeros, 3)  # no sample is ever nearer
      0.75
    """
    shares = np.zeros(number + 1)
    for first, ties in zip(nearer, equal):
        shares[first : first + ties + 1] += 1 / (ties + 1)
    found = np.cumsum(shares) / len(nearer)
    wanted = np.arange(1, number + 2) / (number + 1)
    return float(np.abs(found - wanted).max())


class PosteriorCoverage(PerPicture):
    """`coverage_error` of completions, as points in the space of the hole's pixels.

    The reference point is a coarse pattern of random colours whose seed is the known
    part of the picture: it is the same in any order of pictures, and knows nothing of the
    truth. Pictures without a hole are left out.

    Args:
      name: name of the figure.
    """

    def __init__(self, name: str = "coverage_error") -> None:
        super().__init__()
        self.name = name

    def measure(
        self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray
    ) -> dict[str, float | np.ndarray]:
        """See `base.PerPicture.measure`."""
        hole = is_missing(mask)
        known = np.where(hole[..., None], 0, truth).astype(np.uint8)
        draw = np.random.default_rng(zlib.crc32(known.tobytes()))
        colours = draw.integers(0, 256, (_GRID, _GRID, 3))
        places = [np.arange(side) * _GRID // side for side in hole.shape]
        reference = colours[np.ix_(*places)][hole].ravel().astype("f8")
        nearer, equal = ranks(
            truth[hole].ravel().astype("f8"),
            completions[:, hole].reshape(len(completions), -1).astype("f8"),
            reference,
        )
        return {
            "nearer": nearer,
            "equal": equal,
            "number": len(completions),
            "has_hole": bool(hole.any()),
        }

    def summarise(self, values: Mapping[str, np.ndarray]) -> dict[str, float]:
        """See `base.Rows.summarise`. Every picture must have as many completions.

        NaN where no picture has a hole.
        """
        number, holed = int(values["number"][0]), values["has_hole"].astype(bool)
        if (values["number"] != number).any():
            raise ValueError("coverage needs as many completions of every picture.")
        if not holed.any():
            return {self.name: float("nan")}
        nearer, equal = values["nearer"][holed], values["equal"][holed]
        return {self.name: coverage_error(nearer, equal, number)}
