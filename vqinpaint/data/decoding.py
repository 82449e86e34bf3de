"""From a record on disk to a picture of the wanted size, inside the graph."""

from __future__ import annotations

import os
from collections.abc import Callable

import tensorflow as tf

from vqinpaint.data.records import FEATURES, Split


def record_reader(split: Split) -> Callable[[tf.Tensor], tf.Tensor]:
    """Random access to the records of a split.

    Returns:
      A function from a record's number, int64 [], to the serialised record, string [].
      It opens the shard at the record's own offset and reads nothing before it.
    """
    paths = tf.constant([os.fsencode(path) for path in split.paths])
    shard, offset = tf.constant(split.shard), tf.constant(split.offset)

    def read(number):
        # The public TFRecordDataset takes no offsets; its op does.
        variant = tf.raw_ops.TFRecordDatasetV2(
            filenames=[paths[shard[number]]],
            compression_type="",
            buffer_size=tf.constant(1 << 16, tf.int64),
            byte_offsets=[offset[number]],
        )
        found = tf.data.experimental.from_variant(variant, tf.TensorSpec([], tf.string))
        return found.take(1).get_single_element()

    return read


def decode(record: tf.Tensor) -> tf.Tensor:
    """Decodes the picture of a serialised record: string [] -> uint8 [h, w, 3].

    Grey pictures get three equal channels.
    """
    encoded = tf.io.parse_single_example(record, FEATURES)["image/encoded"]
    image = tf.io.decode_image(encoded, channels=3, expand_animations=False)
    return tf.ensure_shape(image, [None, None, 3])


def resize_short_side(image: tf.Tensor, size: int | tf.Tensor) -> tf.Tensor:
    """Scales a picture so that its shorter side is `size`; keeps the aspect ratio.

    Bilinear; a picture that becomes smaller is low-pass filtered first (antialiasing).

    Args:
      image: uint8 [h, w, 3].
      size: in pixels, int or int32 [].

    Returns:
      uint8 [h', w', 3], rounded to the nearest values.
    """
    shape = tf.shape(image)[:2]
    shortest = tf.reduce_min(shape)
    factor = tf.cast(size, tf.float32), tf.cast(shortest, tf.float32)
    sides = tf.round(tf.cast(shape, tf.float32) * factor[0] / factor[1])
    target = tf.maximum(tf.cast(sides, tf.int32), size)

    def resized():
        # Enlarging needs no filter against aliases, whose operation is far slower.
        scaled = tf.cond(
            shortest < size,
            lambda: tf.image.resize(image, target),
            lambda: tf.image.resize(image, target, antialias=True),
        )
        return tf.cast(tf.round(scaled), tf.uint8)

    return tf.cond(shortest == size, lambda: image, resized)
