"""Pictures between uint8 files and the float range of the networks."""

from __future__ import annotations

import math
from collections.abc import Sequence

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


def hide(image: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Blanks the missing pixels of a picture, whatever they hold.

    The one place where pixels are hidden. Missing pixels are left out by selection, so
    that a NaN or an infinity, by which many mark what is missing, goes no further.

    Args:
      image: float [..., H, W, C].
      mask: of the same type, [..., H, W, 1], 1 where missing.

    Returns:
      As `image`, 0 where the mask is 1. Under a mask between 0 and 1 a pixel is scaled by
      1 - mask.

    Example:
      >>> import tensorflow as tf
      >>> from vqinpaint.ops.images import hide
      >>> image = tf.constant([[[0.5], [float("nan")]]])
      >>> hide(image, tf.constant([[[0.0], [1.0]]])).numpy().tolist()
      [[[0.5], [0.0]]]
    """
    return tf.where(mask == 1, tf.zeros([], image.dtype), image) * (1 - mask)


def known_pixels(image: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """What a network may see: known pixels, a constant channel and the mask.

    The missing pixels are hidden here, before any layer. The constant channel tells
    convolutions where zero padding begins.

    Args:
      image: float32 [B, H, W, 3] in [-1, 1].
      mask: float32 [B, H, W, 1], 1 where missing.

    Returns:
      float32 [B, H, W, 5].
    """
    return tf.concat([hide(image, mask), tf.ones_like(mask), mask], axis=-1)


def complete(image: tf.Tensor, mask: tf.Tensor, filling: tf.Tensor) -> tf.Tensor:
    """Joins the known pixels of a picture with a filling of its hole.

    Args:
      image: float32 [..., H, W, C].
      mask: float32 [..., H, W, 1], 1 where missing.
      filling: float32 [..., H, W, C]; only its missing pixels are used.

    Returns:
      float32 [..., H, W, C].
    """
    return hide(image, mask) + filling * mask


def resize_aligned(image: tf.Tensor, size: Sequence) -> tf.Tensor:
    """Resizes by linear interpolation so that the corner pixels keep their values.

    Output pixel p lies at p * (old - 1) / (new - 1), and nothing is smoothed before, as
    PyTorch's `interpolate` with `align_corners`.

    Args:
      image: float32 [B, H, W, C].
      size: new height and width.

    Returns:
      float32 [B, *size, C].
    """
    return tf.raw_ops.ResizeBilinear(images=image, size=size, align_corners=True)


def turned(image: tf.Tensor, degrees: tf.Tensor) -> tf.Tensor:
    """Turns a picture or mask around its centre, to the nearest pixel.

    Args:
      image: uint8 [H, W, C].
      degrees: float32 [], counter-clockwise.

    Returns:
      uint8 [H, W, C]; what comes from outside is 0.

    Example:
      >>> import tensorflow as tf
      >>> from vqinpaint.ops.images import turned
      >>> image = tf.constant([[[1], [2]], [[3], [4]]], tf.uint8)
      >>> turned(image, tf.constant(90.0))[..., 0].numpy().tolist()
      [[2, 4], [1, 3]]
    """
    size = tf.shape(image)[:2]
    angle = degrees * (math.pi / 180)
    cos, sin = tf.cos(angle), tf.sin(angle)
    middle_y, middle_x = tf.unstack(tf.cast(size - 1, tf.float32) / 2)
    # Where each pixel of the result comes from.
    left = middle_x - cos * middle_x + sin * middle_y
    top = middle_y - sin * middle_x - cos * middle_y
    zero = tf.zeros([])
    found = tf.raw_ops.ImageProjectiveTransformV3(
        images=image[None],
        transforms=tf.stack([cos, -sin, left, sin, cos, top, zero, zero])[None],
        output_shape=size,
        fill_value=0.0,
        interpolation="NEAREST",
        fill_mode="CONSTANT",
    )[0]
    return tf.ensure_shape(found, image.shape)
