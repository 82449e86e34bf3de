"""Pictures of any size inside a graph: fitting to a model's size, pasting, encoding."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.pictures.masks import is_missing


def encode(pictures: tf.Tensor) -> tf.Tensor:
    """Encodes pictures as PNG, without loss.

    Args:
      pictures: uint8 [N, H, W, 3].

    Returns:
      string [N].
    """
    return tf.map_fn(
        tf.io.encode_png, pictures, fn_output_signature=tf.TensorSpec([], tf.string)
    )


def _resize(picture: tf.Tensor, size: tf.Tensor | list[int], method: str) -> tf.Tensor:
    return tf.image.resize(picture[None], size, method)[0]


def _box(picture: tf.Tensor, side: int) -> tf.Tensor:
    """Averages of boxes of pixels, [H, W, C] -> [side, side, C], as Pillow's BOX filter.

    Pillow gives each pixel to the box that holds its centre, where TensorFlow's "area"
    shares it out; `pictures.resizing` and this must see the same picture.
    """
    rows, columns = (
        _box_weights(size, side) for size in tf.unstack(tf.shape(picture)[:2])
    )
    return tf.einsum("ih,jw,hwc->ijc", rows, columns, picture, optimize="greedy")


def _box_weights(size: tf.Tensor, side: int) -> tf.Tensor:
    """float32 [side, size], each row's sum 1: which of `size` pixels each box averages."""
    scale = tf.cast(size, tf.float64) / side
    middles = (tf.range(side, dtype=tf.float64) + 0.5) * scale
    places = tf.cast(tf.range(size), tf.float64) + 0.5
    distance = (places - middles[:, None]) / scale
    inside = tf.cast((distance > -0.5) & (distance <= 0.5), tf.float32)
    return inside / tf.reduce_sum(inside, axis=1, keepdims=True)


def mask_like(mask: tf.Tensor, image: tf.Tensor) -> tf.Tensor:
    """Brings a mask to a picture's size by nearest neighbour.

    Args:
      mask: uint8 [h, w, 1].
      image: uint8 [H, W, 3].

    Returns:
      uint8 [H, W, 1].
    """
    size = tf.shape(image)[:2]

    def resized():
        return _resize(mask, size, "nearest")

    return tf.cond(tf.reduce_all(tf.shape(mask)[:2] == size), lambda: mask, resized)


def fit(image: tf.Tensor, mask: tf.Tensor, side: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Brings a picture to the model's size without using its missing pixels.

    Each pixel of the result is an average over known pixels alone, and is missing as
    soon as one of the pixels under it is. Pictures are reduced by area where neither
    side is shorter than `side`, and else resized bilinearly with antialiasing; their
    proportions are not kept.

    Args:
      image: uint8 [H, W, 3].
      mask: uint8 [H, W, 1], missing where over 127.
      side: side of the result in pixels.

    Returns:
      (uint8 [side, side, 3], uint8 [side, side, 1]): picture and mask; the arguments
      themselves if they have that size.
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


def paste(image: tf.Tensor, mask: tf.Tensor, completed: tf.Tensor) -> tf.Tensor:
    """Puts completions into the hole; known pixels stay as they are, bit for bit.

    Completions of another size than the picture's are resized bicubically.

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


def pasted_files(image: tf.Tensor, mask: tf.Tensor, completed: tf.Tensor) -> tf.Tensor:
    """`paste` and `encode`, two at a time: of a large picture all at once fill memory.

    Args:
      image, mask, completed: as of `paste`.

    Returns:
      string [N], PNG.
    """

    def one(filling):
        return encode(paste(image, mask, filling[None]))[0]

    spec = tf.TensorSpec([], tf.string)
    return tf.map_fn(one, completed, fn_output_signature=spec, parallel_iterations=2)
