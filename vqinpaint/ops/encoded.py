"""Encoded pictures inside a graph: decoding, fitting to a model's size, encoding."""

import tensorflow as tf

from vqinpaint.pictures.masks import is_missing


def decode(data, channels):
    """PNG, JPEG, BMP or the first picture of a GIF -> uint8 [H, W, channels].

    JPEG is decoded exactly as by Pillow. EXIF orientation is not looked at.
    """

    def jpeg():
        return tf.io.decode_jpeg(data, channels, dct_method="INTEGER_ACCURATE")

    def other():
        return tf.io.decode_image(data, channels, expand_animations=False)

    picture = tf.cond(tf.io.is_jpeg(data), jpeg, other)
    return tf.ensure_shape(picture, [None, None, channels])


def encode(pictures):
    """uint8 [N, H, W, 3] -> string [N], PNG."""
    return tf.map_fn(
        tf.io.encode_png, pictures, fn_output_signature=tf.TensorSpec([], tf.string)
    )


def _resize(picture, size, method):
    return tf.image.resize(picture[None], size, method)[0]


def _box(picture, side):
    """Averages of boxes of pixels, [H, W, C] -> [side, side, C], as Pillow's BOX filter.

    Pillow gives each pixel to the box that holds its centre, where TensorFlow's "area"
    shares it out; `pictures.resizing` and this must see the same picture.
    """
    rows, columns = (
        _box_weights(size, side) for size in tf.unstack(tf.shape(picture)[:2])
    )
    return tf.einsum("ih,jw,hwc->ijc", rows, columns, picture, optimize="greedy")


def _box_weights(size, side):
    """float32 [side, size], each row's sum 1: which of `size` pixels each box averages."""
    scale = tf.cast(size, tf.float64) / side
    middles = (tf.range(side, dtype=tf.float64) + 0.5) * scale
    places = tf.cast(tf.range(size), tf.float64) + 0.5
    distance = (places - middles[:, None]) / scale
    inside = tf.cast((distance > -0.5) & (distance <= 0.5), tf.float32)
    return inside / tf.reduce_sum(inside, axis=1, keepdims=True)


def mask_like(mask, image):
    """A mask at a picture's size, by nearest neighbour. uint8 [h, w, 1], [H, W, 3]"""
    size = tf.shape(image)[:2]

    def resized():
        return _resize(mask, size, "nearest")

    return tf.cond(tf.reduce_all(tf.shape(mask)[:2] == size), lambda: mask, resized)


def fit(image, mask, side):
    """Brings a picture to the model's size without a look at its missing pixels.

    Averages known pixels alone; a place is missing as soon as one pixel under it is.

    Args:
      image: uint8 [H, W, 3].
      mask: uint8 [H, W, 1], missing where over 127.
      side: of the result.

    Returns:
      (uint8 [side, side, 3], uint8 [side, side, 1]).
    """

    def resized():
        known = tf.cast(~is_missing(mask), tf.float32)
        seen = tf.concat([tf.cast(image, tf.float32) * known, known], axis=-1)
        smaller = tf.reduce_all(tf.shape(image)[:2] >= side)
        both = tf.cond(
            smaller,
            lambda: _box(seen, side),
            lambda: tf.image.resize(seen, [side, side], antialias=True),
        )
        picture, weight = both[..., :3], both[..., 3:]
        picture = tf.round(picture / tf.maximum(weight, 1e-6))
        missing = tf.cast(weight < 1 - 1e-4, tf.uint8) * 255
        return tf.cast(tf.clip_by_value(picture, 0, 255), tf.uint8), missing

    fits = tf.reduce_all(tf.shape(image)[:2] == side)
    image_at_size, mask_at_size = tf.cond(fits, lambda: (image, mask), resized)
    return (
        tf.ensure_shape(image_at_size, [side, side, 3]),
        tf.ensure_shape(mask_at_size, [side, side, 1]),
    )


def paste(image, mask, completed):
    """Puts completions of any size into the hole; known pixels stay as they are.

    Args:
      image: uint8 [H, W, 3].
      mask: uint8 [H, W, 1], missing where over 127.
      completed: uint8 [N, S, S, 3].

    Returns:
      uint8 [N, H, W, 3].
    """
    size = tf.shape(image)[:2]

    def resized():
        larger = tf.image.resize(completed, size, "bicubic", antialias=True)
        return tf.cast(tf.clip_by_value(tf.round(larger), 0, 255), tf.uint8)

    fits = tf.reduce_all(tf.shape(completed)[1:3] == size)
    filling = tf.cond(fits, lambda: completed, resized)
    return tf.where(is_missing(mask), filling, image)
