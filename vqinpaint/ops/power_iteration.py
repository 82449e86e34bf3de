"""The largest singular value of a kernel, estimated by power iteration."""

from __future__ import annotations

import tensorflow as tf


def largest_singular_value(
    kernel: tf.Tensor, left: tf.Tensor, passes: int = 1
) -> tuple[tf.Tensor, tf.Tensor]:
    """Power iterations of spectral normalisation (Miyato et al. 2018, algorithm 1).

    The kernel is taken as a matrix with its last axis as rows. The vectors are constants
    for the gradient, which reaches the kernel through the product with them.

    Args:
      kernel: float32 [..., C].
      left: float32 [C], where the iteration starts; only its direction matters.
      passes: number of iterations, at least 1.

    Returns:
      (the singular value, float32 []; the left vector arrived at, [C] of length one).

    Example:
      >>> import tensorflow as tf
      >>> from vqinpaint.ops.power_iteration import largest_singular_value
      >>> kernel = tf.linalg.diag([1.0, 3.0])
      >>> round(float(largest_singular_value(kernel, tf.ones([2]), 20)[0]), 4)
      3.0
    """
    matrix = tf.reshape(kernel, [-1, kernel.shape[-1]])
    fixed = tf.stop_gradient(matrix)
    for _ in range(passes):
        right = _normalised(tf.linalg.matvec(fixed, left))
        left = _normalised(tf.linalg.matvec(fixed, right, transpose_a=True))
    right, left = tf.stop_gradient(right), tf.stop_gradient(left)
    return tf.tensordot(right, tf.linalg.matvec(matrix, left), 1), left


def _normalised(vector):
    return vector / (tf.norm(vector) + 1e-12)
