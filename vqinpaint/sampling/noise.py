"""Gumbel noise from seeds, one seed a row."""

import tensorflow as tf


def gumbel(seeds, shape):
    """Standard Gumbel noise that depends on each row's seed alone.

    A row's noise is the same alone and inside any batch.

    Args:
      seeds: int32 [N].
      shape: shape of one row's noise, a list of ints.

    Returns:
      float32 [N, *shape].
    """

    def row(seed):
        uniform = tf.random.stateless_uniform(
            shape, tf.stack([seed, 0]), minval=1e-20, maxval=1.0, alg="philox"
        )
        return -tf.math.log(-tf.math.log(uniform))

    return tf.map_fn(row, seeds, fn_output_signature=tf.TensorSpec(shape, tf.float32))
