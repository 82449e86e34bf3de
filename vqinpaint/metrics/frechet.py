"""Fréchet distance between two sets of feature vectors (FID with Inception's)."""

from __future__ import annotations

import numpy as np


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Squared Fréchet distance between Gaussians of the sets' means and covariances.

    Heusel et al. 2017 ("GANs trained by a two time-scale update rule converge to a local
    Nash equilibrium"), eq. 6: |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), covariances
    with one less than the number of vectors. The trace of the root is the sum of the
    singular values of X1 X2^T, where X are the centred vectors over the root of that
    number: no root of a matrix that is singular for few vectors is needed.

    The distance of small sets is too large, by about a constant over their size; sets of
    different sizes must not be compared.

    Args:
      first: float [N, D], N of at least 2.
      second: float [M, D], M of at least 2.

    Returns:
      0 for equal sets; in squared units of the features.

    Raises:
      ValueError: fewer than two vectors, or vectors of different lengths.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics.frechet import frechet_distance
      >>> ones = np.array([[-1.0], [1.0]])
      >>> round(frechet_distance(ones, 2 * ones + 3), 9)  # 3^2 + (2 sqrt 2 - sqrt 2)^2
      11.0
    """
    first, second = np.asarray(first, "f8"), np.asarray(second, "f8")
    if min(len(first), len(second)) < 2 or first.shape[1:] != second.shape[1:]:
        raise ValueError(
            f"frechet_distance was given {list(first.shape)} and {list(second.shape)}; "
            "give it [N, D] and [M, D], N and M of at least 2."
        )
    means = first.mean(axis=0), second.mean(axis=0)
    rows = [
        (features - mean) / np.sqrt(len(features) - 1)
        for features, mean in zip((first, second), means)
    ]
    traces = sum(float(np.square(x).sum()) for x in rows)
    gap = float(np.square(means[0] - means[1]).sum())
    return max(gap + traces - 2 * _root_trace(*rows), 0.0)


def _root_trace(first, second):
    """Trace of (C1 C2)^(1/2), C = X^T X, in the smaller of both spaces."""
    if max(len(first), len(second)) <= first.shape[1]:
        return float(np.linalg.svd(first @ second.T, compute_uv=False).sum())
    # Rows of Y are those of X in the axes of C1, so that Y1^T Y1 is C1's root, squared.
    values, axes = np.linalg.eigh(first.T @ first)
    root = np.sqrt(np.clip(values, 0, None))[:, None] * axes.T
    product = root @ (second.T @ second) @ root.T
    return float(np.sqrt(np.clip(np.linalg.eigvalsh(product), 0, None)).sum())
