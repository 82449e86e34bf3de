"""Sizes of tensors, as far as they are known while a graph is made."""

from __future__ import annotations

import tensorflow as tf


def sizes(x: tf.Tensor) -> list[int | tf.Tensor]:
    """The dimensions of a tensor: ints where they are known, else int32 scalars.

    Args:
      x: tensor of known rank.

    Returns:
      As many entries as `x` has dimensions.
    """
    x = tf.convert_to_tensor(x)
    dynamic = tf.unstack(tf.shape(x))
    return [a if a is not None else b for a, b in zip(x.shape.as_list(), dynamic)]


def known(size: int | tf.Tensor) -> int | None:
    """A dimension as `tf.TensorShape` takes it.

    Args:
      size: entry of `sizes`.

    Returns:
      The int, or None for a scalar tensor.
    """
    return size if isinstance(size, int) else None
