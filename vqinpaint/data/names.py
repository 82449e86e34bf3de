"""Names of the pictures of a data set, by which files of completions are found."""

from __future__ import annotations

import os

import tensorflow as tf

from vqinpaint.data.decoding import record_reader
from vqinpaint.data.records import FEATURES, Split
from vqinpaint.errors import DataError


def stems_of(split: Split, count: int, first: int = 0) -> list[str]:
    """File names of some pictures without folder and suffix, such as "cat".

    Args:
      split: the records.
      count: how many pictures.
      first: number of the first of them.

    Raises:
      DataError: a record has no name, or two have the same.
    """
    read = record_reader(split)

    def name(number):
        return tf.io.parse_single_example(read(number), FEATURES)["image/filename"]

    numbers = tf.data.Dataset.range(first, first + count).map(name, tf.data.AUTOTUNE)
    found: dict[str, int] = {}
    for number, encoded in enumerate(numbers.as_numpy_iterator(), first):
        stem = os.path.splitext(os.path.basename(os.fsdecode(encoded)))[0]
        if not stem or stem in found:
            other = (
                f"the same name '{stem}' as record {found[stem]}" if stem else "no name"
            )
            raise DataError(
                f"record {number} has {other}; completions are found by the names of "
                "pictures. Write the data set again from files of different names."
            )
        found[stem] = number
    return list(found)
