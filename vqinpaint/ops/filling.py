"""Missing pixels filled smoothly from the known ones, without a network."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.ops.shapes import sizes

# Keeps the mean of no known pixels finite.
_NONE = 1e-6


def fill_smoothly(image: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Fills holes by means of known pixels, over windows that double with the distance.

    A pull-push pyramid (Gortler et al. 1996, section 3.5): each level halves the picture
    by the means of what is known; going back, each level keeps what it knows and takes
    the rest from the coarser one.

    Args:
      image: float32 [B, H, W, C]; what it holds at missing pixels does not matter.
      mask: float32 [B, H, W, 1], 1 where missing.

    Returns:
      float32 [B, H, W, C], known pixels as they were; all 0 where none is known.

    Example:
      >>> import tensorflow as tf
      >>> from vqinpaint.ops.filling import fill_smoothly
      >>> row = tf.reshape([1.0, 9.0, 1.0, 1.0], [1, 1, 4, 1])
      >>> hole = tf.reshape([0.0, 1.0, 0.0, 0.0], [1, 1, 4, 1])
      >>> fill_smoothly(row, hole)[0, 0, :, 0].numpy().round(3).tolist()
      [1.0, 1.0, 1.0, 1.0]
    """
    known = 1 - mask
    total = image * known
    levels = [(total, known)]
    while max(total.shape[1:3]) > 1:
        total = tf.nn.avg_pool2d(total, 2, 2, "SAME")
        known = tf.nn.avg_pool2d(known, 2, 2, "SAME")
        levels.append((total, known))
    filled = total / tf.maximum(known, _NONE)
    for total, known in reversed(levels):
        filled = tf.image.resize(filled, sizes(total)[1:3])
        filled = total + (1 - known) * filled
    return filled
