"""Structural similarity of two pictures (SSIM)."""

from __future__ import annotations

from typing import Callable

import numpy as np

from vqinpaint.metrics.base import PerCompletion

_SIZE = 11  # of the window


def structural_similarity(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Mean structural similarity of pictures, each channel by itself.

    Equation 13 of Wang et al. 2004 ("Image quality assessment: from error visibility to
    structural similarity") with their window, an 11x11 Gaussian of standard deviation
    1.5, and their constants, 0.01 and 0.03; averaged over the places where the window
    lies wholly in the picture, then over channels.

    Computed by `tf.image.ssim` in float32, where variances are differences of large
    numbers: against float64, bright and flat pictures were off by up to 3e-5.

    Args:
      first: uint8 [..., H, W, C].
      second: uint8 [..., H, W, C] whose leading dimensions broadcast with `first`'s.

    Returns:
      float32 [...], -1 to 1; 1 for equal pictures.

    Raises:
      ValueError: a side is shorter than the window.
    """
    # The other metrics, and whoever imports the room, need no TensorFlow.
    import tensorflow as tf

    if min(np.shape(first)[-3:-1]) < _SIZE:
        raise ValueError(
            f"SSIM of pictures of shape {list(np.shape(first))}: both sides must have at "
            f"least {_SIZE} pixels."
        )
    pictures = (tf.cast(picture, tf.float32) for picture in (first, second))
    return tf.image.ssim(*pictures, max_val=255).numpy()


class SSIM(PerCompletion):
    """Structural similarity of the whole picture; see `structural_similarity`.

    Args:
      name: name of the figure.
      reduce: as of `base.PerCompletion`; the best of N is `np.max`.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics import SSIM
      >>> metric = SSIM()
      >>> truth = np.arange(16 * 16 * 3, dtype=np.uint8).reshape(16, 16, 3)
      >>> mask = np.zeros((16, 16), np.uint8)
      >>> metric.add(truth, mask, truth[None])
      >>> round(metric.result()["ssim"], 6)
      1.0
    """

    def __init__(
        self, name: str = "ssim", reduce: Callable[[np.ndarray], float] = np.mean
    ) -> None:
        super().__init__(name, reduce)

    def measure_each(
        self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray
    ) -> np.ndarray:
        """See `base.PerCompletion.measure_each`."""
        return structural_similarity(completions, truth)
