"""Losses, one value per picture or place; the stages average them."""

import math

import tensorflow as tf

from vqinpaint.ops import vq


def squared_error(a, b):
    """Mean squared error of each picture: [B, H, W, C] twice -> [B]."""
    return tf.reduce_mean(tf.math.squared_difference(a, b), axis=[1, 2, 3])


def absolute_error(a, b):
    """Mean absolute error of each picture: [B, H, W, C] twice -> [B]."""
    return tf.reduce_mean(tf.abs(a - b), axis=[1, 2, 3])


def bits(logits, indices):
    """Bits of each code under the prior: [..., K], int [...] -> [...]."""
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=indices, logits=logits)
    return nats / math.log(2)


def code_feature_loss(features, indices, codes):
    """Cross-entropy between squashed distances to the codes and the true codes.

    The VQ feature losses of section 3.4, with the authors' logit scale of 10.

    Args:
      features: [B, h, w, D] encoder output for a completed picture.
      indices: int [B, h, w] codes of the true picture.
      codes: [D, K].

    Returns:
      [B * h * w] nats.
    """
    logits = 10 * vq.squashed_similarity(vq.squared_distances(features, codes))
    return tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.reshape(indices, [-1]), logits=logits
    )


def hinge_discriminator(real, fake):
    """Half the hinge loss for real scores below 1 plus half for fake ones above -1.

    [B, N] twice -> [B]
    """
    return 0.5 * tf.reduce_mean(tf.nn.relu(1 - real), axis=-1) + 0.5 * tf.reduce_mean(
        tf.nn.relu(1 + fake), axis=-1
    )


def hinge_generator(fake):
    """Minus the mean score of the completions: [B, N] -> [B]."""
    return -tf.reduce_mean(fake, axis=-1)
