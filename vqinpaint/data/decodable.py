"""Whether TensorFlow can decode the bytes of a picture, as training will."""

from __future__ import annotations

import tensorflow as tf


def is_decodable(data: bytes) -> bool:
    """Whether TensorFlow decodes a JPEG or PNG file.

    Its decoders refuse some files that Pillow reads, such as PNGs with damage behind the
    pixels.
    """
    try:
        tf.io.decode_image(data, channels=3, expand_animations=False)
    except tf.errors.OpError:
        return False
    return True
