"""Kernel distance between two sets of feature vectors (KID with Inception's)."""

from __future__ import annotations

import numpy as np

_BLOCK = 1024  # rows of a kernel matrix that are in memory at a time


def kernel_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Squared maximum mean discrepancy of two sets, unbiased, over all pairs of vectors.

    Bińkowski et al. 2018 ("Demystifying MMD GANs"), eq. 4, with their polynomial kernel
    k(x, y) = (x y / D + 1)^3. Its mean does not depend on the number of vectors; it may be
    below 0 for sets that are alike.

    Args:
      first: float [N, D], N of at least 2.
      second: float [M, D], M of at least 2.

    Raises:
      ValueError: fewer than two vectors, or vectors of different lengths.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics.kernel_distance import kernel_distance
      >>> kernel_distance(np.zeros((2, 1)), np.ones((2, 1)))  # 1 + 8 - 2
      7.0
    """
    first, second = np.asarray(first, "f8"), np.asarray(second, "f8")
    if min(len(first), len(second)) < 2 or first.shape[1:] != second.shape[1:]:
        raise ValueError(
            f"kernel_distance was given {list(first.shape)} and {list(second.shape)}; "
            "give it [N, D] and [M, D], N and M of at least 2."
        )
    return (
        _within(first)
        + _within(second)
        - 2 * _sum(first, second) / (len(first) * len(second))
    )


def kernel_distance_of_subsets(
    first: np.ndarray,
    second: np.ndarray,
    subsets: int = 100,
    size: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Mean and standard deviation of the kernel distance over random subsets.

    The form in which the authors and most programs print KID. Its mean is that of
    `kernel_distance` up to chance; the standard deviation is one of subsets, not of the
    mean.

    Args:
      first, second: as of `kernel_distance`.
      subsets: how many are drawn.
      size: vectors of each set in a subset, drawn without replacement; no more than the
        smaller set has are taken.
      seed: of the draws.

    Raises:
      ValueError: as of `kernel_distance`.
    """
    size = min(size, len(first), len(second))
    draw = np.random.default_rng(seed)
    found = [
        kernel_distance(
            first[draw.choice(len(first), size, replace=False)],
            second[draw.choice(len(second), size, replace=False)],
        )
        for _ in range(subsets)
    ]
    return float(np.mean(found)), float(np.std(found))


def _kernel(first, second):
    return (first @ second.T / first.shape[1] + 1) ** 3


def _sum(first, second):
    starts = range(0, len(first), _BLOCK)
    return sum(float(_kernel(first[i : i + _BLOCK], second).sum()) for i in starts)


def _within(features):
    """Mean kernel of two different vectors of one set."""
    own = ((np.square(features).sum(axis=1) / features.shape[1] + 1) ** 3).sum()
    count = len(features)
    return (_sum(features, features) - float(own)) / (count * (count - 1))
