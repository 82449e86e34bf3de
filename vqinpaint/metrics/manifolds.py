"""Precision, recall, density and coverage of a set of feature vectors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_BLOCK = 1024  # rows of a matrix of distances that are in memory at a time


class Manifolds(NamedTuple):
    """The four figures, each the mean of a column."""

    precision: np.ndarray  # bool [M]: a completion lies among the true pictures
    recall: np.ndarray  # bool [N]: a true picture lies among the completions
    density: np.ndarray  # float [M]: in how many balls of true pictures, over k
    coverage: np.ndarray  # bool [N]: the ball of a true picture holds a completion

    def figures(self) -> dict[str, float]:
        """The means by name."""
        return {name: float(np.mean(column)) for name, column in self._asdict().items()}


def manifolds(truth: np.ndarray, completions: np.ndarray, k: int = 5) -> Manifolds:
    """Compares two sets by balls around vectors that reach to the k-th nearest of the set.

    Precision and recall of Kynkäänniemi et al. 2019 ("Improved precision and recall
    metric for assessing generative models"), density and coverage of Naeem et al. 2020
    ("Reliable fidelity and diversity metrics for generative models"), all with the latter's
    k of 5 and open balls.

    Args:
      truth: float [N, D], N of at least k + 1.
      completions: float [M, D], M of at least k + 1.
      k: how many neighbours a ball reaches over.

    Raises:
      ValueError: too few vectors, or vectors of different lengths.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics.manifolds import manifolds
      >>> truth = np.arange(4.0)[:, None]
      >>> manifolds(truth, truth[:2] + 0.1, k=1).figures()["coverage"]
      0.75
    """
    truth, completions = np.asarray(truth, "f8"), np.asarray(completions, "f8")
    few = min(len(truth), len(completions)) <= k
    if few or truth.shape[1:] != completions.shape[1:]:
        raise ValueError(
            f"manifolds was given {list(truth.shape)} and {list(completions.shape)}; give "
            f"it [N, D] and [M, D], N and M of at least {k + 1}."
        )
    of_truth, of_completions = _radii(truth, k), _radii(completions, k)
    inside = np.zeros(len(completions), int)
    recall = np.zeros(len(truth), bool)
    coverage = np.zeros(len(truth), bool)
    for start in range(0, len(truth), _BLOCK):
        part = slice(start, start + _BLOCK)
        squares = _squares(truth[part], completions)
        held = squares < of_truth[part, None]
        inside += held.sum(axis=0)
        coverage[part] = held.any(axis=1)
        recall[part] = (squares < of_completions[None]).any(axis=1)
    return Manifolds(inside > 0, recall, inside / k, coverage)


def _squares(first, second):
    """Squared distances, [N, M]."""
    lengths = np.square(first).sum(axis=1)[:, None] + np.square(second).sum(axis=1)
    return np.clip(lengths - 2 * first @ second.T, 0, None)


def _radii(features, k):
    """Squared distance from each vector to the k-th nearest other one."""
    found = []
    for start in range(0, len(features), _BLOCK):
        squares = _squares(features[start : start + _BLOCK], features)
        # The nearest is the vector itself, whatever rounding says.
        rows = np.arange(len(squares))
        squares[rows, start + rows] = -1
        found.append(np.partition(squares, k, axis=1)[:, k])
    return np.concatenate(found)
