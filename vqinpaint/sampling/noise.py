"""Gumbel noise from seeds, one seed a row."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf


def gumbel(seeds: tf.Tensor, shape: Sequence[int], stream: int = 0) -> tf.Tensor:
    """Standard Gumbel noise, -log(-log(u)) of even u, from a seed per row.

    A row's noise depends on its own seed alone, so it is the same alone and inside any
    batch. The generator is named (Philox), as TensorFlow's choice of one depends on the
    processor.

    Args:
      seeds: int32 [N].
      shape: shape of one row's noise.
      stream: number of the noise; each stream of a seed is independent of the others.

    Returns:
      float32 [N, *shape], finite.

    Example:
      >>> import tensorflow as tf
      >>> from vqinpaint.sampling.noise import gumbel
      >>> noise = gumbel(tf.constant([7, 8]), [3, 5])
      >>> noise.shape.as_list()
      [2, 3, 5]
      >>> bool(tf.reduce_all(noise[1] == gumbel(tf.constant([8]), [3, 5])[0]))
      True
    """

    def row(seed):
        uniform = tf.random.stateless_uniform(
            shape, tf.stack([seed, stream]), minval=1e-20, maxval=1.0, alg="philox"
        )
        return -tf.math.log(-tf.math.log(uniform))

    return tf.map_fn(row, seeds, fn_output_signature=tf.TensorSpec(shape, tf.float32))


def normal(seeds: tf.Tensor, shape: Sequence[int]) -> tf.Tensor:
    """Standard normal noise, a row for each seed; see `gumbel`.

    Args:
      seeds: int32 [N].
      shape: shape of one row's noise.

    Returns:
      float32 [N, *shape].
    """

    def row(seed):
        return tf.random.stateless_normal(shape, tf.stack([seed, 0]), alg="philox")

    return tf.map_fn(row, seeds, fn_output_signature=tf.TensorSpec(shape, tf.float32))
