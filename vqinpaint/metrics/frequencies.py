"""How far frequencies are from probabilities, and what sampling alone explains of it."""

from __future__ import annotations

import numpy as np

TRIALS = (
    200  # of simulations; the mean of their figures is known to some 5 % of a trial's
)


def total_variation(counts: np.ndarray, expected: np.ndarray) -> float:
    """Total variation distance, averaged over groups by how large they are.

    Of one group it is half the sum of |share - probability|: the largest difference
    between the probabilities of any event. 0 is none, 1 is the most.

    Args:
      counts: [..., G, K], how often each of K values came in each of G groups; at least
        one came.
      expected: float [G, K], probabilities of the values in each group.

    Returns:
      float [...].

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics.frequencies import total_variation
      >>> counts = np.array([[3, 1], [4, 0]])
      >>> expected = np.array([[0.5, 0.5], [1.0, 0.0]])
      >>> float(total_variation(counts, expected))
      0.125
    """
    sizes = counts.sum(axis=-1, keepdims=True)
    shares = counts / np.maximum(sizes, 1)
    distances = np.abs(shares - expected).sum(axis=-1) / 2
    return (distances * sizes[..., 0]).sum(axis=-1) / sizes.sum(axis=(-2, -1))


def mutual_information(joint: np.ndarray) -> float:
    """Mutual information in bits of two attributes.

    Args:
      joint: [..., A, B], counts or probabilities of all pairs of values.

    Returns:
      float [...].

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics.frequencies import mutual_information
      >>> float(mutual_information(np.array([[2, 0], [0, 2]])))
      1.0
    """
    shares = joint / joint.sum(axis=(-2, -1), keepdims=True)
    apart = shares.sum(axis=-1, keepdims=True) * shares.sum(axis=-2, keepdims=True)
    ratios = np.divide(shares, apart, out=np.ones_like(shares), where=shares > 0)
    return (shares * np.log2(ratios)).sum(axis=(-2, -1))


def simulated_counts(
    sizes: np.ndarray, expected: np.ndarray, trials: int = TRIALS, seed: int = 0
) -> np.ndarray:
    """Counts that exact sampling gives: int [trials, G, K].

    Args:
      sizes: int [G], draws of each group.
      expected: float [G, K], probabilities of the values in each group.
      trials: how many times everything is drawn.
      seed: of the draws.
    """
    generator = np.random.default_rng(seed)
    return np.stack(
        [
            generator.multinomial(size, probabilities / probabilities.sum(), trials)
            for size, probabilities in zip(sizes, expected)
        ],
        axis=1,
    )


def expected_different(probabilities: np.ndarray, number: int) -> float:
    """How many different values exact sampling of `number` values shows on average.

    Args:
      probabilities: float [K], of all values.
      number: of draws.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics.frequencies import expected_different
      >>> expected_different(np.array([0.5, 0.5]), 2)
      1.5
    """
    return float((1 - (1 - probabilities) ** number).sum())
