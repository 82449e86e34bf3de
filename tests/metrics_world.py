"""The metrics of a picture by their names, and pictures of noise with a hole."""

import numpy as np

from vqinpaint import metrics

HEIGHT, WIDTH = 16, 13  # not square, so that a swapped axis shows
ALL = {
    "l1": metrics.L1,
    "psnr": metrics.PSNR,
    "ssim": metrics.SSIM,
    "hole_l1": metrics.HoleL1,
    "hole_l1_best": lambda: metrics.HoleL1("hole_l1_best", np.min),
    "hole_diversity": metrics.HoleDiversity,
}


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def hole():
    """A hole that is not symmetric and does not reach the right edge."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[2:9, 5:12] = 255
    mask[12, 1] = 128  # the smallest value that means missing
    mask[13, 1] = 127
    return mask


def picture(seed=0, number=3):
    """(truth, mask, completions) of noise, all pixels different from the truth's."""
    truth = noise(HEIGHT, WIDTH, 3, seed=seed)
    return truth, hole(), noise(number, HEIGHT, WIDTH, 3, seed=seed + 100)


def measured(name, *pictures):
    metric = ALL[name]()
    for one in pictures:
        metric.add(*one)
    result = metric.result()
    assert list(result) == [name]
    return result[name]
