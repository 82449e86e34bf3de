"""Pictures between uint8 files and the float range of the networks."""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def to_float(image_uint8: tf.Tensor | np.ndarray) -> tf.Tensor:
    """Scales a uint8 picture to the range that the networks work in.

    Args:
      image_uint8: uint8 of any shape, 0 to 255.

    Returns:
      float32 of the same shape, -1 to 1.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.ops.images import to_float
      >>> to_float(np.array([0, 255], np.uint8)).numpy().tolist()
      [-1.0, 1.0]
    """
    return tf.cast(image_uint8, tf.float32) / 127.5 - 1


def to_uint8(image: tf.Tensor | np.ndarray) -> tf.Tensor:
    """Scales a networks' picture back to bytes; undoes `to_float` exactly.

    Args:
      image: float32 of any shape; values outside -1 to 1 are clipped.

    Returns:
      uint8 of the same shape, rounded to the nearest of 256 levels.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.ops.images import to_float, to_uint8
      >>> to_uint8(np.array([-1.0, 0.6, 1.7], np.float32)).numpy().tolist()
      [0, 204, 255]
      >>> every = np.arange(256, dtype=np.uint8)
      >>> bool((to_uint8(to_float(every)).numpy() == every).all())
      True
    """
    return tf.cast(tf.clip_by_value(tf.round((image + 1) * 127.5), 0, 255), tf.uint8)


def known_pixels(image: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """What a network may see: known pixels, a constant channel and the mask.

    The missing pixels are multiplied away here, before any layer. The constant channel
    tells convolutions where zero padding begins.

    Args:
      image: float32 [B, H, W, 3] in [-1, 1].
      mask: float32 [B, H, W, 1], 1 where missing.

    Returns:
      float32 [B, H, W, 5].
    """
    return tf.concat([image * (1 - mask), tf.ones_like(mask), mask], axis=-1)


def complete(image: tf.Tensor, mask: tf.Tensor, filling: tf.Tensor) -> tf.Tensor:
    """Joins the known pixels of a picture with a filling of its hole.

    Args:
      image: float32 [..., H, W, C].
      mask: float32 [..., H, W, 1], 1 where missing.
      filling: float32 [..., H, W, C]; only its missing pixels are used.

    Returns:
      float32 [..., H, W, C].
    """
    return image * (1 - mask) + filling * mask
