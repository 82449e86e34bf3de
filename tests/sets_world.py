"""Random vectors and pictures of which sets are made, and what a metric says of them."""

import numpy as np

# Sums of some hundred products in float64.
EXACT = {"rel": 1e-9, "abs": 1e-9}


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def pictures_with_completions(count, seed=0, number=3):
    """(truth, mask, completions) of noise, with the same hole in each."""
    draw = np.random.default_rng(seed)
    mask = np.zeros((8, 8), np.uint8)
    mask[2:6, 1:5] = 255
    for _ in range(count):
        truth = draw.integers(0, 256, (8, 8, 3)).astype(np.uint8)
        filled = np.repeat(truth[None], number, axis=0)
        filled[:, 2:6, 1:5] = draw.integers(0, 200, (number, 4, 4, 3))
        yield truth, mask, filled


def figures_of(metric, pictures):
    """What the metric says of all of them."""
    for one in pictures:
        metric.add(*one)
    return metric.result()
