"""Pictures between uint8 files and the float range of the networks."""

import tensorflow as tf


def to_float(image_uint8):
    """uint8 0..255 -> float32 -1..1."""
    return tf.cast(image_uint8, tf.float32) / 127.5 - 1


def to_uint8(image):
    """float32 -1..1 -> uint8 0..255, rounded and clipped; undoes `to_float` exactly."""
    return tf.cast(tf.clip_by_value(tf.round((image + 1) * 127.5), 0, 255), tf.uint8)


def known_pixels(image, mask):
    """What a network may see: known pixels, a constant channel and the mask.

    The missing pixels are multiplied away here, before any layer.

    Args:
      image: [B, H, W, 3] in [-1, 1].
      mask: [B, H, W, 1], 1 where missing.

    Returns:
      [B, H, W, 5].
    """
    return tf.concat([image * (1 - mask), tf.ones_like(mask), mask], axis=-1)


def complete(image, mask, filling):
    """Known pixels of `image`, missing ones of `filling`; all [B, H, W, ...]."""
    return image * (1 - mask) + filling * mask
