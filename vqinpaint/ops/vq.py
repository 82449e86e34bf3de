"""Vector quantisation: distances, nearest codes and moving averages of them."""

import tensorflow as tf


def squared_distances(x, codes):
    """Squared Euclidean distance of every vector to every code.

    Args:
      x: [..., D] vectors.
      codes: [D, K], one code a column, as in the authors' checkpoints.

    Returns:
      [N, K] with N the product of the leading dimensions of x.
    """
    flat = tf.reshape(x, [-1, codes.shape[0]])
    return (
        tf.reduce_sum(tf.square(flat), axis=1, keepdims=True)
        - 2 * tf.matmul(flat, codes)
        + tf.reduce_sum(tf.square(codes), axis=0, keepdims=True)
    )


def nearest_code(x, codes):
    """Index of the nearest code: [..., D], [D, K] -> int32 [...]."""
    indices = tf.argmin(squared_distances(x, codes), axis=1, output_type=tf.int32)
    return tf.reshape(indices, tf.shape(x)[:-1])


def look_up(indices, codes):
    """Code vectors by index: int [...], [D, K] -> [..., D]."""
    return tf.gather(tf.transpose(codes), indices)


def squashed_similarity(distances):
    """Standardises each row of squared distances and squashes it to (-1, 1).

    Near is high: -tanh((d - mean) / std), as in the structural attention and in the
    VQ feature losses (section 3.4). [..., N] -> [..., N]
    """
    mean, variance = tf.nn.moments(distances, axes=[-1], keepdims=True)
    # The authors divide by the bare deviation; the floor only matters where all
    # distances are equal and theirs would be 0 / 0.
    return -tf.tanh((distances - mean) / tf.sqrt(tf.maximum(variance, 1e-20)))


def blend(average, value, decay):
    """One step of a moving average, in TensorFlow 1's order of operations."""
    return average - (average - value) * (1 - decay)


def replica_sum(x):
    """Sum of x over all replicas, so that statistics see the whole batch."""
    replica = tf.distribute.get_replica_context()
    if replica is None or replica.num_replicas_in_sync == 1:
        return x
    return replica.all_reduce(tf.distribute.ReduceOp.SUM, x)


def perplexity(counts):
    """Exponential of the entropy of [K] code counts; K when all are used alike."""
    shares = counts / tf.reduce_sum(counts)
    return tf.exp(-tf.reduce_sum(tf.math.xlogy(shares, shares)))
