"""Which of many completions differ most from one another."""

from __future__ import annotations

import numpy as np


def most_different(fillings: np.ndarray, number: int) -> np.ndarray:
    """Chooses fillings of a hole that lie far apart (farthest-point sampling).

    The first is the one closest to the mean of all, so that it stands for the common
    case. Each further one is the one whose nearest chosen neighbour, by the mean absolute
    difference of pixels, is farthest away. Gonzalez, "Clustering to Minimize the Maximum
    Intercluster Distance", 1985, shows that the largest distance left is at most twice
    that of the best choice.

    Args:
      fillings: uint8 [N, P], the missing pixels of each completion.
      number: how many to choose, at most N.

    Returns:
      int [number], indices in the order of choice.
    """
    if not fillings.shape[1]:
        return np.arange(number)
    middle = fillings.mean(axis=0)
    first = int(np.argmin([np.abs(own - middle).mean() for own in fillings]))
    chosen, nearest = [first], np.full(len(fillings), np.inf)
    while len(chosen) < number:
        nearest = np.minimum(nearest, _distances(fillings, chosen[-1]))
        nearest[chosen] = -1  # equal fillings must not be chosen twice
        chosen.append(int(np.argmax(nearest)))
    return np.array(chosen)


def _distances(fillings, index):
    """Mean absolute difference of each filling to one of them: float [N]."""
    one = fillings[index].astype(np.int16)
    return np.array([np.abs(own - one).mean() for own in fillings])
