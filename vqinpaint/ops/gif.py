"""The first picture of a GIF alone, cut out of its bytes inside a graph.

TensorFlow's decoder unpacks all pictures of a GIF even where one is wanted, and a few
hundred kilobytes may hold gigabytes of them. The blocks are those of the specification
(GIF89a, CompuServe 1990, sections 17 to 27).
"""

from __future__ import annotations

import tensorflow as tf

_HEADER = 13
_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, b";"
# Steps of the walk, of some 80 microseconds; so many parts of 255 bytes have 16 MB.
_MOST_STEPS = 1 << 16
# Where the walk is: before a block, within the parts of one, at the first picture's end.
_BLOCK, _IN_EXTENSION, _IN_IMAGE, _END, _BROKEN = range(5)


def first_picture(data: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """A GIF of the first picture of a GIF.

    Args:
      data: string [], the bytes of a GIF.

    Returns:
      (string [], the bytes up to the end of the first picture; int64 [2], width and height
      that a decoder makes room for).

    Raises:
      tf.errors.InvalidArgumentError: the bytes end before the first picture does, it does
        not cover the whole screen, or there are more than 65,536 parts before its end.
    """
    codes = tf.cast(tf.io.decode_raw(data, tf.uint8), tf.int32)
    last = tf.size(codes) - 1

    def number(place):  # of two bytes, the lower one first
        return codes[place] + 256 * codes[place + 1]

    def step(at, mode, image):
        code = codes[at]
        flags = codes[tf.minimum(at + 9, last)]
        begins_extension = (mode == _BLOCK) & (code == _EXTENSION)
        begins_image = (mode == _BLOCK) & (code == _IMAGE)
        # In a block come parts of up to 255 bytes, each after its length; 0 ends them.
        after_part = tf.where(code > 0, mode, _BLOCK)
        after_part = tf.where((code == 0) & (mode == _IN_IMAGE), _END, after_part)
        after_part = tf.where(mode == _BLOCK, _BROKEN, after_part)
        length = tf.where(begins_image, 11 + _table(flags), code + 1)
        length = tf.where(begins_extension, 2, length)
        after = tf.where(begins_image, _IN_IMAGE, after_part)
        after = tf.where(begins_extension, _IN_EXTENSION, after)
        return at + length, after, tf.where(begins_image, at, image)

    end, mode, image = tf.while_loop(
        lambda at, mode, image: mode < _END,
        step,
        (_HEADER + _table(codes[10]), tf.constant(_BLOCK), tf.constant(0)),
        parallel_iterations=1,
        maximum_iterations=_MOST_STEPS,
    )
    screen = tf.stack([number(6), number(8)])
    frame = tf.stack([number(image + 5), number(image + 7)])
    place = tf.stack([number(image + 1), number(image + 3)])
    # TensorFlow leaves out what a first picture does not cover of the screen.
    whole = tf.reduce_all((frame == screen) & (place == 0))
    with tf.control_dependencies(
        [tf.debugging.Assert((mode == _END) & whole, ["no whole picture"])]
    ):
        cut = tf.strings.substr(data, 0, end) + _TRAILER
    return cut, tf.cast(screen, tf.int64)


def _table(flags):
    """Bytes of the table of colours that follows these flags."""
    return tf.where(flags >= 128, 3 * tf.bitwise.left_shift(2, flags % 8), 0)
