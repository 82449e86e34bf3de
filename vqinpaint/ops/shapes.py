"""Sizes of tensors, as far as they are known while a graph is made."""

import tensorflow as tf


def sizes(x):
    """The dimensions of a tensor: ints where they are known, else int32 scalars."""
    x = tf.convert_to_tensor(x)
    dynamic = tf.unstack(tf.shape(x))
    return [a if a is not None else b for a, b in zip(x.shape.as_list(), dynamic)]


def known(size):
    """A dimension for a static shape: the int, or None for a scalar tensor."""
    return size if isinstance(size, int) else None
