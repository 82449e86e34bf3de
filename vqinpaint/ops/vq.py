"""Vector quantisation: distances, nearest codes and moving averages of them.

After van den Oord et al. 2017 ("Neural Discrete Representation Learning"): section 3.1 for
the nearest code, appendix A.1 for codebooks that follow moving averages.
"""

from __future__ import annotations

import tensorflow as tf


def squared_distances(x: tf.Tensor, codes: tf.Tensor) -> tf.Tensor:
    """Squared Euclidean distance of every vector to every code.

    Args:
      x: [..., D] vectors.
      codes: [D, K], one code a column, as in the authors' checkpoints.

    Returns:
      [N, K] with N the product of the leading dimensions of x. By rounding, distances
      near 0 may come out negative.
    """
    flat = tf.reshape(x, [-1, codes.shape[0]])
    return (
        tf.reduce_sum(tf.square(flat), axis=1, keepdims=True)
        - 2 * tf.matmul(flat, codes)
        + tf.reduce_sum(tf.square(codes), axis=0, keepdims=True)
    )


def nearest_code(x: tf.Tensor, codes: tf.Tensor) -> tf.Tensor:
    """Index of the code nearest to each vector, the first where several are.

    Args:
      x: [..., D] vectors.
      codes: [D, K], one code a column.

    Returns:
      int32 [...], 0 to K - 1.
    """
    indices = tf.argmin(squared_distances(x, codes), axis=1, output_type=tf.int32)
    return tf.reshape(indices, tf.shape(x)[:-1])


def look_up(indices: tf.Tensor, codes: tf.Tensor) -> tf.Tensor:
    """Code vectors by index.

    Args:
      indices: int [...], 0 to K - 1.
      codes: [D, K], one code a column.

    Returns:
      [..., D].
    """
    return tf.gather(tf.transpose(codes), indices)


def squashed_similarity(distances: tf.Tensor) -> tf.Tensor:
    """Standardises each row of squared distances and squashes it to (-1, 1).

    -tanh((d - mean) / deviation), high where near: the scores of the structural attention
    and of the VQ feature losses (the paper's section 3.4).

    Args:
      distances: [..., N].

    Returns:
      [..., N].
    """
    mean, variance = tf.nn.moments(distances, axes=[-1], keepdims=True)
    # The authors divide by the bare deviation; the floor only matters where all
    # distances are equal and theirs would be 0 / 0.
    return -tf.tanh((distances - mean) / tf.sqrt(tf.maximum(variance, 1e-20)))


def blend(average: tf.Tensor, value: tf.Tensor, decay: float | tf.Tensor) -> tf.Tensor:
    """One step of an exponential moving average, in TensorFlow 1's order of operations.

    Args:
      average: the average so far.
      value: of the same shape, the newest value.
      decay: weight of the average, 0 to 1; the value has the rest.

    Returns:
      The next average, of the same shape.
    """
    return average - (average - value) * (1 - decay)


def replica_sum(x: tf.Tensor) -> tf.Tensor:
    """Sum of x over all replicas, so that statistics see the whole batch.

    Args:
      x: of the same shape on each replica.

    Returns:
      The same on every replica; `x` itself outside of a distribution strategy.
    """
    replica = tf.distribute.get_replica_context()
    if replica is None or replica.num_replicas_in_sync == 1:
        return x
    return replica.all_reduce(tf.distribute.ReduceOp.SUM, x)


def perplexity(counts: tf.Tensor) -> tf.Tensor:
    """Exponential of the entropy of code counts: how many codes are in use.

    Args:
      counts: float [K], 0 or more, not all 0.

    Returns:
      float [], 1 where one code is used alone, K where all are used alike.
    """
    shares = counts / tf.reduce_sum(counts)
    return tf.exp(-tf.reduce_sum(tf.math.xlogy(shares, shares)))
