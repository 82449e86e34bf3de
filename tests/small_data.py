"""A data set of ten small pictures, for tests of records and of the input."""

import numpy as np
import tensorflow as tf

from vqinpaint.data import records
from vqinpaint.data.writing import SplitWriter


def picture_of(i, size=(64, 64)):
    """Record number i, and its pixels uint8 [h, w, 3]."""
    array = np.random.default_rng(i).integers(0, 256, (size[1], size[0], 3), np.uint8)
    encoded = tf.io.encode_png(array).numpy()
    return records.Picture(encoded, "png", size[1], size[0], f"{i}.png"), array


def write(folder):
    """Ten pictures in three shards of the split "train"."""
    with SplitWriter(str(folder), "train", 3, {"source": "test"}) as writer:
        for i in range(10):
            writer.write(picture_of(i)[0])
    return str(folder)
