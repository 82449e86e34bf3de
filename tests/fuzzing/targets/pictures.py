"""Readers of pictures and masks."""

import numpy as np
import tensorflow as tf

from tests.fuzzing.good_pictures import all_pictures
from tests.fuzzing.picture_mutators import PICTURE_MUTATORS
from tests.fuzzing.target import Target, as_file
from vqinpaint.data import checking
from vqinpaint.data.decoding import decode
from vqinpaint.data.items import Item
from vqinpaint.data.records import to_example
from vqinpaint.errors import PictureError
from vqinpaint.options.reading import ReadingOptions
from vqinpaint.pictures import files

# Small, so that a reader which decodes before it looks at the size is found out.
_READING = ReadingOptions(max_pixels=1_000_000)


def _load_picture(path):
    """Reads a picture, and writes it with its hole filled as `inpaint` does."""
    picture = files.load_picture(path, _READING)
    mask = np.zeros(picture.pixels.shape[:2], np.uint8)
    mask[::2] = 255
    filled = picture.original.filled(picture.pixels, mask)
    assert picture.original.png(filled)


def _load_mask(path):
    return files.load_mask(path, 24, 24, reading=_READING)


def _store(data):
    """What `make_tfrecords` does with a file of a tar, and training with the record."""
    item = Item("picture", data)
    checked = checking.check(item, min_size=8, short_side=200, reading=_READING)
    if checked.picture is None:
        raise PictureError(checked.reason or "")
    stored = checked.picture
    image = decode(tf.constant(to_example(stored)))
    assert image.shape == (stored.height, stored.width, 3)


TARGETS = (
    Target(
        "pictures",
        all_pictures,
        as_file(_load_picture, "a.png"),
        PICTURE_MUTATORS,
        megabytes=64,
    ),
    Target(
        "masks",
        all_pictures,
        as_file(_load_mask, "mask.png"),
        PICTURE_MUTATORS,
        megabytes=64,
    ),
    Target(
        "pictures for records", all_pictures, _store, PICTURE_MUTATORS, megabytes=64
    ),
)
