"""Nonlinearities of the structure generator."""

import tensorflow as tf


def concat_elu(x):
    """ELU of x and of -x side by side: [..., C] -> [..., 2 C]."""
    return tf.nn.elu(tf.concat([x, -x], axis=-1))


BY_NAME = {"concat_elu": concat_elu, "elu": tf.nn.elu, "relu": tf.nn.relu}


def gate(x):
    """Splits channels in two and lets the sigmoid of the second scale the first.

    [..., 2 C] -> [..., C]
    """
    features, gates = tf.split(x, 2, axis=-1)
    return features * tf.sigmoid(gates)
