"""Nonlinearities of the structure generator."""

from __future__ import annotations

import tensorflow as tf


def concat_elu(x: tf.Tensor) -> tf.Tensor:
    """ELU of x and of -x side by side, as in PixelCNN++ (Salimans et al. 2017).

    Keeps the sign's information through the nonlinearity, for twice the channels.

    Args:
      x: [..., C].

    Returns:
      [..., 2 C].
    """
    return tf.nn.elu(tf.concat([x, -x], axis=-1))


# By the name that the option `structure_nonlinearity` gives.
BY_NAME = {"concat_elu": concat_elu, "elu": tf.nn.elu, "relu": tf.nn.relu}


def gate(x: tf.Tensor) -> tf.Tensor:
    """Scales one half of the channels by the sigmoid of the other.

    The gate of PixelCNN++ (Salimans et al. 2017) and PixelSNAIL (Chen et al. 2018). Unlike
    in Gated PixelCNN (van den Oord et al. 2016, equation 2) no tanh goes before it.

    Args:
      x: [..., 2 C], features first, then gates.

    Returns:
      [..., C].
    """
    features, gates = tf.split(x, 2, axis=-1)
    return features * tf.sigmoid(gates)
